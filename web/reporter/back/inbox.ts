// What her words found. Nothing of an answer is on this screen: each is shown when she asks for it (protocol 14.9).
import type { Answered, Mine } from "../../protocol/hers";
import { standing } from "../../protocol/hers";
import { button, h, type Child } from "../dom";
import type { Follow } from "../entered";
import { show } from "../house";
import { named, t } from "../text";
import { closing } from "./closing";
import { consents } from "./consents";
import { dayName } from "./days";
import { enter } from "./enter";
import { far, type Range } from "./far";
import { openings, summary } from "./openings";
import { mayShow } from "./quiet";
import { forget, type Stay } from "./stay";

export function inbox(stay: Stay, range: Range): void {
  const { mine, look } = stay;
  if (look === undefined) return;
  const back = (): void => inbox(stay, range);
  const found = mine.flatMap((one) => report(stay, one, back));
  const onward = next(stay);
  const nav = h("div", { class: "nav" },
    button(t("inbox.forget"), () => (forget(stay), enter(stay, range, t("inbox.forgotten"))), "main", { id: "next" }),
    onward !== undefined && button(t("inbox.more"), () => stay.onward(followUp(stay, onward, back), back)),
    button(t("inbox.further"), () => (forget(stay), far(stay, range))),
    mine.length === 0 && button(t("inbox.close"), () => closing(stay, undefined, back)),
    button(stay.anyway ? t("letter.away") : t("inbox.anyway"), () => ((stay.anyway = !stay.anyway), back())),
  );
  const none = mine.length === 0 ? [h("p", { class: "state" }, t("inbox.none")), h("p", { class: "hint" }, t("inbox.none.hint"))] : [];
  show(t("inbox.title"), ...none, ...found, stay.files, h("p", { class: "hint" }, t("inbox.hours")), nav);
}

/** The number of one more report; only where her first one was seen (protocol 14.10). No number is sealed under twice. */
function next({ mine, sealed }: Stay): number | undefined {
  const numbers = mine.map(({ keys }) => keys.number);
  return numbers.includes(0) ? Math.max(...numbers, ...sealed) + 1 : undefined;
}

/** Sealing gets a copy: were the words forgotten meanwhile, it must not go on with zeros. */
const followUp = (stay: Stay, number: number, done: () => void): Follow => ({
  number,
  entropy: () => {
    if (stay.entropy !== undefined) stay.sealed.add(number);
    return stay.entropy?.slice();
  },
  done: (files) => {
    if (stay.entropy !== undefined) stay.files = files ?? stay.files;
    done();
  },
});

function report(stay: Stay, mine: Mine, back: () => void): Child[] {
  const shown = mayShow(stay, mine);
  const answers = shown ? mine.answers : [];
  const read = answers.filter(({ answer }) => answer !== null);
  const forged = answers.length - read.length;
  const refuses = mine.wishes.at(-1)?.wish?.consent[1] === 0;
  return [
    h("h2", {}, t("inbox.report", { day: dayName(mine.day) })),
    h("p", { class: "state" }, named("back.standing", standing(mine))),
    mine.hold !== null && h("p", {}, t("inbox.hold", { day: dayName(mine.hold.until) })),
    mine.erased !== null && h("p", {}, t("inbox.erased", { day: dayName(mine.erased) })),
    h("p", {}, summary(stay, mine)),
    h("p", {}, !shown ? t("inbox.quiet") : read.length === 0 ? t("inbox.silent") : t("inbox.answers", { count: read.length })),
    refuses && h("p", {}, t("inbox.refuses")),
    forged > 0 && h("p", { class: "note" }, t("inbox.forged")),
    stay.sent.has(mine.keys.number) && h("p", { class: "note" }, t("inbox.sent")),
    h("div", { class: "nav" },
      ...read.map((one) => button(t("inbox.read", { day: dayName(one.day) }), () => (mayShow(stay, mine) ? letter(one, back) : back()))),
      button(t("inbox.openings"), () => openings(stay, mine, back)),
      button(t("inbox.consent"), () => consents(stay, mine, back)),
      button(t("inbox.close"), () => closing(stay, mine, back)),
    ),
  ];
}

/** One answer. Its text is text: nothing in it can become markup, and its direction is its own. */
function letter({ day, answer }: Answered, back: () => void): void {
  if (answer === null) return;
  show(
    t("letter.title", { day: dayName(day) }),
    h("p", { class: "hint" }, t("letter.hint", { name: answer.author })),
    h("div", { class: "card letter", dir: "auto", translate: "no" }, answer.text),
    h("div", { class: "nav" }, button(t("letter.away"), back, "main", { id: "next" })),
  );
}
