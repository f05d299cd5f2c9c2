// Before the first question: who reads, when, what can go wrong, what nobody can promise, and other help.
import { button, h, type Child } from "../dom";
import { deskSize } from "../draft";
import { show, type Visit } from "../house";
import { t } from "../text";
import { sendFile } from "./file";

/** Other help. The signed bundle has no words of the operator yet, so this is the default text, marked as such. */
export const help = (): Child[] => [
  h("p", { class: "hint" }, t("safety.help.default")),
  h("p", { class: "card" }, t("safety.help.frontline"), h("br"), h("small", {}, t("safety.help.checked"))),
];

export function safety(visit: Visit, next: () => void): void {
  const wrong = [
    t("safety.wrong.device"), t("safety.wrong.few"), t("safety.wrong.read"), t("safety.wrong.law"),
  ].map((one) => h("li", {}, one));
  show(
    t("safety.title"),
    h("h2", {}, t("safety.who")),
    h("p", {}, t("safety.who.text", { people: deskSize(visit.inForce) })),
    h("h2", {}, t("safety.hours")),
    h("p", {}, t("safety.hours.text")),
    h("h2", {}, t("safety.wrong")),
    h("ul", {}, ...wrong),
    h("p", {}, t("safety.leave")),
    h("p", {}, t("safety.stay")),
    h("h2", {}, t("safety.promise")),
    h("p", {}, t("safety.promise.text")),
    h("h2", {}, t("safety.help")),
    ...help(),
    h("div", { class: "nav" }, button(t("nav.next"), next, "main", { id: "next" }), button(t("safety.file"), () => sendFile(visit, () => safety(visit, next)))),
  );
}
