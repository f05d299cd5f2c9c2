// What the first script hands to the second one: both are checked by the browser, and meet in events of the window.
import type { InForce } from "../protocol/inforce";
import type { Locale } from "./locales";

/** A visit whose language is there and whose bundle, directory and `current` are verified. */
export interface Entered {
  readonly locale: Locale;
  readonly texts: Readonly<Record<string, string>>;
  readonly list: readonly string[]; // 2048 words of her language; none where it has no list: she gets digits
  readonly inForce: InForce;
}

/** What she wants to do now, and the way back to the first screen. */
export interface Wish {
  readonly kind: "tell" | "file";
  readonly entered: Entered;
  readonly back: () => void;
}

const ASKED = "asked";

/** Hand over. The second script must be there. */
export const ask = (wish: Wish): void => void dispatchEvent(new CustomEvent(ASKED, { detail: wish }));

/** Take over from now on. */
export function listen(take: (wish: Wish) => void): void {
  addEventListener(ASKED, (event) => take((event as CustomEvent<Wish>).detail));
  document.documentElement.dataset["whole"] = "";
}
