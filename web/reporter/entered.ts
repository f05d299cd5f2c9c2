// What the first script hands to the later ones: all are checked by the browser, and meet in events of the window.
import type { Bytes } from "../protocol/bytes";
import type { InForce } from "../protocol/inforce";
import type { Locale } from "./locales";

/** A visit whose language is there and whose bundle, directory and `current` are verified. */
export interface Entered {
  readonly locale: Locale;
  readonly texts: Readonly<Record<string, string>>;
  readonly list: readonly string[]; // 2048 words of her language; none where it has no list: she gets digits
  readonly inForce: InForce;
}

/** One more report under words that she has typed: its number, and the words' bytes until they are forgotten. */
export interface Follow {
  readonly number: number;
  readonly entropy: () => Bytes | undefined; // a copy
  readonly done: (files?: HTMLElement) => void; // back to what her words found, with how far her files are
}

/** What she wants to do now, and the way back to where she came from. */
export interface Wish {
  readonly kind: "tell" | "file" | "back" | "follow";
  readonly entered: Entered;
  readonly back: () => void;
  readonly follow?: Follow;
  /** For who comes back: go on to the questions, which are in another script. */
  readonly onward?: (follow: Follow, back: () => void) => void;
}

const ASKED = "asked";
const FORGET = "forget";

/** Hand over. The script that takes it must be there. */
export const ask = (wish: Wish): void => void dispatchEvent(new CustomEvent(ASKED, { detail: wish }));

/** Take over what is of these kinds from now on; `mark` says on the root that the script is here. */
export function listen(mark: "whole" | "returning", kinds: readonly Wish["kind"][], take: (wish: Wish) => void): void {
  addEventListener(ASKED, (event) => {
    const wish = (event as CustomEvent<Wish>).detail;
    if (kinds.includes(wish.kind)) take(wish);
  });
  document.documentElement.dataset[mark] = "";
}

/** Tell every script to forget what was written and typed. */
export const forgetAll = (): void => void dispatchEvent(new Event(FORGET));

export const onForget = (forget: () => void): void => addEventListener(FORGET, forget);
