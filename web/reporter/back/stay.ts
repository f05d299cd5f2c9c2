// One stay of somebody who came back: what was fetched, her words while they are known, what they found.
// All of it is in memory, and ends when she leaves, after ten minutes without a key, or when she says so.
import type { Mine } from "../../protocol/hers";
import type { Look } from "../../protocol/look";
import type { Bytes } from "../../protocol/bytes";
import type { WordLanguage } from "../../protocol/words";
import { forgetAll, type Entered, type Wish } from "../entered";

export interface Stay {
  readonly entered: Entered;
  readonly leave: () => void; // to the first screen
  readonly onward: NonNullable<Wish["onward"]>;
  lists: readonly WordLanguage[]; // lists of words that are here
  look?: Look | undefined;
  entropy?: Bytes | undefined;
  mine: readonly Mine[];
  anyway: boolean; // she asked to see at any hour what was written to her
  sealed: Set<number>; // numbers of reports that were sealed in this stay
  files?: HTMLElement | undefined; // how far files are that follow what she sent in this stay
  sent: Set<number>; // numbers of reports about which something was sent since the look
}

const QUIET = 600_000; // milliseconds without a key pressed or a finger on the screen
let timer: ReturnType<typeof setTimeout> | undefined;

/** Forget her words, and all that they found. What was fetched is public and stays, so that she needs no line again. */
export function forget(stay: Stay): void {
  clearTimeout(timer);
  stay.entropy?.fill(0);
  stay.entropy = undefined;
  stay.mine = [];
  stay.anyway = false;
  stay.files = undefined;
  forgetAll();
}

/** Forget after ten quiet minutes, and when the page is left. `then` shows that it was done. */
export function watch(stay: Stay, then: () => void): void {
  const wait = (): void => {
    clearTimeout(timer);
    if (stay.entropy !== undefined) timer = setTimeout(() => (forget(stay), then()), QUIET);
  };
  for (const event of ["keydown", "pointerdown", "input"]) addEventListener(event, wait, { capture: true });
  addEventListener("pagehide", () => forget(stay));
}
