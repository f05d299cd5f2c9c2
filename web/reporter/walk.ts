// The way through the screens. Everything can be skipped but what a report cannot be without.
import { button, h } from "./dom";
import { announce, show, type Screen, type Visit } from "./house";
import { tooLong } from "./obstacle";
import { actors, basis } from "./screens/actors";
import { affected, minor, source } from "./screens/affected";
import { consent, given, recipients, sharing } from "./screens/consent";
import { danger } from "./screens/danger";
import { files } from "./screens/files";
import { harm, reach } from "./screens/harm";
import { hide, team } from "./screens/hide";
import { others, person } from "./screens/person";
import { readers, reply } from "./screens/readers";
import { review } from "./screens/review";
import { sealAndSend } from "./screens/send";
import { tiles } from "./screens/tiles";
import { voice } from "./screens/voice";
import { context, kind, where } from "./screens/where";
import { words } from "./screens/words";
import { t } from "./text";

const DETAILS: readonly Screen[] = [voice, files, affected, minor, source, where, kind, context, actors, basis, harm, reach, person, others];
const WAY: readonly Screen[] = [
  danger, tiles, words, ...DETAILS, hide, team, readers, reply, consent, given, sharing, recipients,
];

const applies = (visit: Visit, screen: Screen): boolean => screen.applies?.(visit) ?? true;

/** Begin with the first question. `back` leads to what she must know before it. */
export function begin(visit: Visit, back: () => void): void {
  at(visit, 0, 1, back);
}

/** Show the screen of this place, or the next one in this direction that has something to ask. */
function at(visit: Visit, place: number, step: 1 | -1, leave: () => void): void {
  const screen = WAY[place];
  if (screen === undefined) return place < 0 ? leave() : overview(visit, leave);
  if (!applies(visit, screen)) return at(visit, place + step, step, leave);
  const nav = h("div", { class: "nav" });
  const hint = screen.hint === undefined ? null : h("p", { class: "hint" }, t(screen.hint));
  show(t(screen.title), hint, ...screen.body(visit), nav);
  const go = (to: number): void => {
    const held = screen.next?.(visit) ?? tooLong(visit);
    if (held !== undefined) return announce(held);
    if (visit.reviewing) overview(visit, leave);
    else at(visit, to, 1, leave);
  };
  const skips = screen.optional?.(visit) ?? false;
  const onward = button(visit.reviewing ? t("nav.done") : skips ? t("nav.skip") : t("nav.next"), () => go(place + 1), "main", { id: "next" });
  nav.append(onward);
  const main = nav.parentElement as HTMLElement;
  // As soon as she has answered, the same button says "Next".
  const look = (): void => {
    const says = screen.optional?.(visit) ? t("nav.skip") : t("nav.next");
    if (onward.textContent !== says) onward.textContent = says; // a text that is replaced under her finger swallows the click
  };
  main.onchange = main.oninput = skips && !visit.reviewing ? look : null;
  if (visit.reviewing) return;
  nav.append(button(t("nav.back"), () => at(visit, place - 1, -1, leave)));
  // Who has three minutes goes from her words to who may see them.
  if (screen === words || DETAILS.includes(screen)) nav.append(button(t("nav.enough"), () => go(WAY.indexOf(hide))));
}

function overview(visit: Visit, leave: () => void): void {
  visit.reviewing = true;
  const again = (): void => overview(visit, leave);
  review(visit, WAY, (place) => at(visit, place, 1, leave), () => void sealAndSend(visit, again));
}
