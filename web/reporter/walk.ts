// The way through the screens. Everything can be skipped but what a report cannot be without.
import { button, h } from "./dom";
import { announce, show, type Screen, type Visit } from "./house";
import { actors } from "./screens/actors";
import { affected } from "./screens/affected";
import { consent, sharing } from "./screens/consent";
import { danger } from "./screens/danger";
import { hide } from "./screens/hide";
import { person } from "./screens/person";
import { review } from "./screens/review";
import { safety } from "./screens/safety";
import { sealAndSend } from "./screens/send";
import { tiles } from "./screens/tiles";
import { where } from "./screens/where";
import { words } from "./screens/words";
import { t } from "./text";

const WAY: readonly Screen[] = [danger, tiles, words, affected, where, actors, person, hide, consent, sharing];

/** Begin with what she must know before the first question. */
export function begin(visit: Visit): void {
  safety(visit, () => at(visit, 0));
}

function at(visit: Visit, place: number): void {
  const screen = WAY[place];
  if (screen === undefined) return overview(visit);
  const hint = screen.hint === undefined ? null : h("p", { class: "hint" }, t(screen.hint));
  const nav = h("div", { class: "nav" });
  show(t(screen.title), hint, ...screen.body(visit), nav);
  const go = (): void => {
    const held = screen.next?.(visit);
    if (held !== undefined) return announce(held);
    if (visit.reviewing) overview(visit);
    else at(visit, place + 1);
  };
  const skips = screen.optional?.(visit) ?? false;
  const next = button(visit.reviewing ? t("nav.done") : skips ? t("nav.skip") : t("nav.next"), go, "main", { id: "next" });
  if (!visit.reviewing && skips) {
    // As soon as she has answered, the same button says "Next".
    const look = (): void => void (next.textContent = screen.optional?.(visit) ? t("nav.skip") : t("nav.next"));
    for (const event of ["change", "input"]) document.querySelector("main")?.addEventListener(event, look);
  }
  const back = button(t("nav.back"), () => (place === 0 ? begin(visit) : at(visit, place - 1)));
  nav.append(...(visit.reviewing ? [next] : [next, back]));
}

function overview(visit: Visit): void {
  visit.reviewing = true;
  review(visit, WAY, (place) => at(visit, place), () => void sealAndSend(visit, () => overview(visit)));
}
