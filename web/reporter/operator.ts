// The operator's words in her language, as k officers signed them in the bundle (protocol 8.3). Where they say nothing
// there is a standard text, and the page says that it is one.
import type { InForce } from "../protocol/inforce";
import { dayOf } from "../protocol/statements";
import type { Wording } from "../protocol/wording";
import { h, type Child } from "./dom";
import { locale, t } from "./text";

const DAY = 86_400_000; // milliseconds
const OLD = 60; // days: help that nobody has checked for so long may have moved

/** Return what the operator says in her language, if anything. */
export const operatorSays = ({ bundle }: InForce): Wording | undefined =>
  bundle.body.words.find((one) => one.language === locale().code);

function checked(day: number): string {
  const format = new Intl.DateTimeFormat(locale().code, { dateStyle: "long", timeZone: "UTC" });
  const said = { day: format.format(day * DAY) };
  return dayOf(new Date()) - day > OLD ? t("safety.old", said) : t("safety.checked", said);
}

const NUMBER = /(\+?\p{Nd}[\p{Nd} ().\/-]{3,}\p{Nd})/u;

/** A line with its numbers kept in order: in a line from right to left, groups of digits would change places. */
const line = (text: string): Child[] =>
  text.split(NUMBER).map((part, i) => (i % 2 === 1 ? h("bdi", { dir: "ltr" }, part) : part));

/** Return other help: what is near her comes first. */
export function help(inForce: InForce): Child[] {
  const near = operatorSays(inForce)?.help ?? [];
  return [
    near.length === 0 && h("p", { class: "hint" }, t("safety.help.default")),
    ...near.map((one) =>
      h("p", { class: "card" }, h("strong", {}, one.name), h("br"), ...line(one.how), h("br"), h("small", {}, checked(one.checked))),
    ),
    h("p", { class: "card" }, ...line(t("safety.help.frontline")), h("br"), h("small", {}, t("safety.help.checked"))),
  ];
}
