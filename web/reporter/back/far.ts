// How far back: the one thing that a line can tell of who comes back, so it is asked before her words are (protocol 14.3).
import { newWords, type Bytes } from "../../protocol/index";
import { daysOf } from "../../protocol/look";
import { DAYS } from "../../protocol/looking";
import { dayOf } from "../../protocol/statements";
import { button, h } from "../dom";
import { radios, tick } from "../fields";
import { show } from "../house";
import { locale, named, t } from "../text";
import { sizeName } from "./days";
import { fetching } from "./fetching";
import type { Stay } from "./stay";

const NOTES = 1500; // bytes: about what two notes of a file take

export interface Range {
  readonly back: (typeof DAYS)[number];
  readonly full: boolean;
}

export function far(stay: Stay, chosen: Range = { back: 30, full: true }): void {
  let range = chosen;
  const { inForce } = stay.entered;
  const size = (back: Range["back"]): number =>
    daysOf(dayOf(new Date()), back, inForce.rehearsal).length * (inForce.bundle.body.answers * 1024 + NOTES);
  const options = DAYS.map((back): [string, string] => {
    const name = named("back.far", String(back) as "7");
    return [String(back), t("back.size", { name, size: sizeName(size(back)) })];
  });
  show(
    t("far.title"),
    h("p", {}, t("far.text")),
    radios(t("far.label"), options, String(range.back), (code) => (range = { ...range, back: Number(code) as Range["back"] })),
    tick(t("far.full"), range.full, (on) => (range = { ...range, full: on })),
    h("p", { class: "hint" }, t("far.full.hint")),
    h("h2", {}, t("far.duress")),
    h("p", {}, t("far.duress.text")),
    button(t("far.decoy"), () => void decoy(stay, range)),
    h("div", { class: "nav" }, button(t("far.fetch"), () => void fetching(stay, range), "main", { id: "next" }), button(t("nav.back"), stay.leave)),
  );
}

/** Other words, as good as hers, under which nothing was ever sent: for whoever makes her show something. */
async function decoy(stay: Stay, range: Range): Promise<void> {
  const code = locale().code;
  const { shown, entropy }: { shown: readonly string[]; entropy: Bytes } = await newWords(stay.lists.some((one) => one === code) ? code : "");
  entropy.fill(0);
  show(
    t("decoy.title"),
    h("p", {}, t("decoy.text")),
    h("ol", { class: "keys", dir: "ltr" }, ...shown.map((one) => h("li", { translate: "no" }, one))),
    h("div", { class: "nav" }, button(t("nav.back"), () => far(stay, range), "main", { id: "next" })),
  );
}
