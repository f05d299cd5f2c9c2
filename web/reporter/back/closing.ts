// Closing a report: at every gate at once, destroyed after some days or now; and changing her mind, once (protocol 16.4).
import { standing, type Mine } from "../../protocol/hers";
import { random } from "../../protocol/bytes";
import { withdraw, withdrawAgain } from "../../protocol/wishes";
import { keysOf } from "../../protocol/words";
import { button, h } from "../dom";
import { radios } from "../fields";
import { show } from "../house";
import { named, t } from "../text";
import { choose, least, said } from "./consents";
import { dayName } from "./days";
import { gone } from "./disclosed";
import { post } from "./post";
import type { Stay } from "./stay";

const DAY = 24; // hours

/** `mine` is undefined where the look did not find a report: then closing tells the house alone, and shows nothing. */
export function closing(stay: Stay, mine: Mine | undefined, back: () => void): void {
  const now = mine === undefined ? "open" : standing(mine);
  const nav = h("div", { class: "nav" }, button(t("nav.back"), back));
  const days = Math.ceil((stay.look?.inForce.bundle.body.withdrawHours ?? 0) / DAY);
  const sent = stay.sent.has(mine?.keys.number ?? 0);
  if (mine !== undefined && (now === "closed" || now === "final")) {
    const short = stay.look?.full !== true;
    const may = now === "closed" && !short && !sent;
    if (may) nav.prepend(button(t("close.again"), () => choose(stay, mine, () => closing(stay, mine, back), "open"), "main", { id: "next" }));
    const proof = mine.erased === null ? null : h("p", {}, t("close.proof", { index: mine.arrival, withdrawal: mine.withdrawn ?? "–", day: dayName(mine.erased) }));
    return show(
      t("close.title"),
      h("p", { class: "state" }, named("back.standing", now)),
      proof,
      now === "closed" && h("p", {}, short ? t("consent.short") : t("close.again.text", { days })),
      ...gone(stay, mine),
      nav,
    );
  }
  let when: "later" | "now" = "later";
  const options: [string, string][] = [["later", t("close.later", { days })], ["now", t("close.now")]];
  const sure = (): void => confirm(stay, mine, when, () => closing(stay, mine, back), back);
  if (!sent) nav.prepend(button(t("nav.next"), sure, "main", { id: "next" }));
  show(
    t("close.title"),
    h("p", {}, t("close.text")),
    now === "reopened" && h("p", { class: "note" }, t("close.second")),
    mine === undefined && h("p", { class: "note" }, t("close.unseen")),
    radios(t("close.when"), options, when, (code) => void (when = code === "now" ? "now" : "later")),
    ...(mine === undefined ? [h("p", {}, t("consent.gone.text"))] : gone(stay, mine)),
    sent && h("p", { class: "note" }, t("inbox.sent")),
    nav,
  );
}

/** Asked twice: there may be no way back. */
function confirm(stay: Stay, mine: Mine | undefined, when: "later" | "now", back: () => void, done: () => void): void {
  const final = when === "now" || (mine !== undefined && standing(mine) === "reopened");
  show(
    t("sure.title"),
    h("p", {}, final ? t("sure.final") : t("sure.later")),
    ...(mine === undefined ? [] : gone(stay, mine)),
    h("div", { class: "nav" }, button(t("sure.do"), () => void send(stay, mine, when === "now", done), "main", { id: "next" }), button(t("nav.back"), back)),
  );
}

async function send(stay: Stay, mine: Mine | undefined, now: boolean, back: () => void): Promise<void> {
  if (stay.entropy === undefined) return;
  const keys = mine?.keys ?? keysOf(stay.entropy.slice());
  const again = mine !== undefined && standing(mine) === "reopened";
  const step = again ? await withdrawAgain(keys, random, now) : await withdraw(keys, random, now);
  await post(stay, { route: "withdrawals", step, keys, mine, consent: mine === undefined ? least() : said(mine), back });
}
