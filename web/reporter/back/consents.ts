// What may be done with her report from now on: the whole state, each time (protocol 16.1). Narrower counts at once,
// wider waits; the page cannot read what she said when she sent it, and says so.
import { standing, type Mine, type Wished } from "../../protocol/hers";
import { CONSENT_VALUES, PURPOSES, type Bytes } from "../../protocol/index";
import { random } from "../../protocol/bytes";
import { change, CLOSED, FINAL, OPEN, openAgain, type Step } from "../../protocol/wishes";
import { button, h, type Child } from "../dom";
import { select } from "../fields";
import { show } from "../house";
import { named, t } from "../text";
import { dayName } from "./days";
import { gone, readFor } from "./disclosed";
import { post } from "./post";
import type { Stay } from "./stay";

const READ = PURPOSES.indexOf("TRIAGE");
const YES = 2;
const DAY = 24; // hours

/** The least that there is: it is read, and nothing else. What nobody can know is taken for a no. */
export const least = (): Bytes => Uint8Array.from(PURPOSES, (_, i) => (i === READ ? YES : 0));

/** What she said last, as far as this look can read it. */
export const said = ({ wishes }: Mine): Bytes => wishes.findLast(({ wish }) => wish !== null)?.wish?.consent ?? least();

const valueName = (value: number): string => named("value", CONSENT_VALUES[value] ?? "no");

export function consents(stay: Stay, mine: Mine, back: () => void): void {
  const { look } = stay;
  if (look === undefined) return;
  const hours = look.inForce.bundle.body.consentHours;
  const now = standing(mine);
  const blocked = !look.full && mine.wishes.length > 0 ? t("consent.short") : now === "final" ? t("consent.final") : "";
  const lines: Child[] = mine.wishes.map((one, i) => stated(stay, one, mine.wishes[i - 1], hours));
  const may = blocked === "" && !stay.sent.has(mine.keys.number) && now !== "closed";
  show(
    t("consent.back.title"),
    ...(lines.length > 0 ? lines : [h("p", {}, t("consent.first"))]),
    ...gone(stay, mine),
    blocked !== "" && h("p", { class: "note" }, blocked),
    now === "closed" && h("p", { class: "note" }, t("consent.closed")),
    h("div", { class: "nav" },
      may && button(t("consent.change"), () => choose(stay, mine, () => consents(stay, mine, back), "change"), "main", { id: "next" }),
      button(t("nav.back"), back),
    ),
  );
}

/** One wish of hers that is in the log: since when, what it says, what of it still waits. */
function stated({ look }: Stay, { day, wish }: Wished, before: Wished | undefined, hours: number): Child {
  const head = h("h2", {}, t("consent.since", { day: dayName(day) }));
  if (wish === null) return h("div", {}, head, h("p", {}, t("consent.unread")));
  const yes = PURPOSES.flatMap((purpose, i) => ((wish.consent[i] ?? 0) === 0 ? [] : [`${named("purpose", purpose)}: ${valueName(wish.consent[i] ?? 0)}`]));
  const young = (look?.inForce.current.day ?? 0) - day <= Math.ceil(hours / DAY) && hours > 0;
  const wider = PURPOSES.some((_, i) => (wish.consent[i] ?? 0) > (before?.wish?.consent[i] ?? 0));
  return h("div", {},
    head,
    wish.closed !== OPEN && h("p", {}, named("back.standing", wish.closed === FINAL ? "final" : "closed")),
    h("ul", {}, ...yes.map((one) => h("li", {}, one))),
    h("p", { class: "hint" }, t("consent.rest")),
    young && wider && h("p", { class: "note" }, t("consent.waits", { hours })),
  );
}

/** Choose the whole state. `kind`: a change alone, or opening again what was closed. */
export function choose(stay: Stay, mine: Mine, back: () => void, kind: "change" | "open"): void {
  const chosen = said(mine);
  const selects = PURPOSES.flatMap((purpose, i): Child[] => {
    const values = CONSENT_VALUES.map((_, value) => value).filter((value) => i !== READ || value >= YES);
    const options = values.map((value): [string, string] => [String(value), valueName(value)]);
    const choice = select(named("purpose", purpose), options, String(chosen[i]), (value) => void (chosen[i] = Number(value)));
    return [choice, readFor(mine, purpose)]; // what of it no choice calls back
  });
  const hours = stay.look?.inForce.bundle.body.consentHours ?? 0;
  show(
    t("choose.title"),
    h("p", {}, mine.wishes.some(({ wish }) => wish !== null) ? t("choose.known") : t("choose.unknown")),
    h("p", { class: "note" }, t("choose.hours", { hours })),
    ...selects,
    h("div", { class: "nav" }, button(t("choose.send"), () => void send(stay, mine, chosen, kind, back), "main", { id: "next" }), button(t("nav.back"), back)),
  );
}

async function send(stay: Stay, mine: Mine, consent: Bytes, kind: "change" | "open", back: () => void): Promise<void> {
  const closed = standing(mine) === "open" || standing(mine) === "reopened" ? OPEN : CLOSED;
  const step: Step = kind === "open" ? await openAgain(mine.keys) : change(closed, random);
  await post(stay, { route: "consents", step, keys: mine.keys, mine, consent, back });
}
