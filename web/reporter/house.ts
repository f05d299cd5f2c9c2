// One visit: what is known, where she is, and how a screen is shown. Everything here ends with the page.
import { MalformedError, ProofError } from "../protocol/errors";
import type { InForce, NewWords } from "../protocol/index";
import type { Draft } from "./draft";
import { button, h, type Child } from "./dom";
import type { Follow } from "./entered";
import type { Bringing } from "./evidence/bringing";
import { LineError } from "./pinned";
import type { Sending, Parcel } from "./sending";
import { t } from "./text";

export interface Visit {
  draft: Draft;
  inForce: InForce;
  lists: boolean; // whether the words of her language are here
  words?: NewWords | undefined;
  parcel?: Parcel | undefined;
  sending?: Sending | undefined;
  bringing?: Bringing | undefined; // files that follow the words
  readonly stop: AbortController; // ends what goes on behind the screens, when she leaves
  follow?: Follow; // one more report under words that she has
  reviewing: boolean; // she came from the overview to change one thing
}

/** A screen: one question. `next` may hold her back with a sentence. */
export interface Screen {
  readonly title: string;
  readonly body: (visit: Visit) => Child[];
  readonly hint?: string;
  readonly applies?: (visit: Visit) => boolean; // left out while it is false: there is nothing to ask
  readonly optional?: (visit: Visit) => boolean; // "Skip this" while it is true
  readonly next?: (visit: Visit) => string | undefined;
  readonly said: (visit: Visit) => readonly string[]; // for the overview: what she chose, never what she wrote
}

const main = (): HTMLElement => document.querySelector("main") as HTMLElement;

/** Say something to who listens instead of looking; and to who looks, unless it stands on the screen anyway. */
export function announce(text: string, { seen = true } = {}): void {
  const status = document.querySelector("#status") as HTMLElement;
  status.className = seen ? "" : "unseen";
  status.textContent = text;
}

/** Put a screen in the place of the last one, and bring the reader to its heading. */
export function show(title: string, ...children: Child[]): void {
  announce("");
  const heading = h("h1", { tabindex: "-1" }, title);
  main().replaceChildren(heading, ...children.filter((one): one is Node | string => Boolean(one)));
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

/** Show why nothing can go on. What may be the line alone can be tried again; `why` says it better where it is known. */
export function stop(error: unknown, again: () => void, why?: string): void {
  if (error instanceof LineError || why !== undefined) {
    const retry = h("div", { class: "nav" }, button(t("stop.again"), again, "main"));
    show(t("stop.title"), h("p", { class: "stop" }, why ?? t("stop.line")), retry);
    return;
  }
  const changed = error instanceof ProofError && error.message.startsWith("a part of the page");
  const proof = error instanceof ProofError || error instanceof MalformedError;
  show(t("stop.title"), h("p", { class: "stop" }, changed ? t("stop.changed") : proof ? t("stop.unproven") : t("stop.browser")));
}
