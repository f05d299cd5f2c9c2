// Before the first question: who reads, when, what the law asks, what can go wrong, what nobody can promise, other help.
import type { InForce } from "../../protocol/inforce";
import { button, h } from "../dom";
import { show } from "../house";
import { help, operatorSays } from "../operator";
import { t } from "../text";

/** How many people may be asked at all: those who get keys, before she leaves anybody out. */
const deskSize = ({ directory }: InForce): number => directory.people.filter((person) => person.role === "desk").length;

export function safety(inForce: InForce, next: () => void, file: () => void, back: () => void): void {
  const own = operatorSays(inForce);
  const wrong = [t("safety.wrong.device"), t("safety.wrong.few"), t("safety.wrong.read")];
  show(
    t("safety.title"),
    h("h2", {}, t("safety.who")),
    h("p", {}, t("safety.who.text", { people: deskSize(inForce) })),
    h("h2", {}, t("safety.hours")),
    h("p", {}, own?.hours || t("safety.hours.text")),
    h("h2", {}, t("safety.duty")),
    h("p", {}, own?.duty || t("safety.duty.text")),
    h("h2", {}, t("safety.wrong")),
    h("ul", {}, ...wrong.map((one) => h("li", {}, one))),
    h("p", {}, t("safety.leave")),
    h("p", {}, t("safety.stay")),
    h("h2", {}, t("safety.promise")),
    h("p", {}, t("safety.promise.text")),
    h("h2", {}, t("safety.help")),
    ...help(inForce),
    h("div", { class: "nav" }, button(t("nav.next"), next, "main", { id: "next" }), button(t("safety.back"), back), button(t("safety.file"), file)),
  );
}
