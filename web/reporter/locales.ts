/** One language of the page, as its PO file describes itself; all of them are in the build. */
export interface Locale {
  readonly code: string;
  readonly name: string;
  readonly direction: "ltr" | "rtl";
  readonly word: string; // "Language", in it
  readonly leave: string; // "Leave", in it
  readonly stop: string; // what to do when the page is not whole, in it
}

declare const BUILT_LOCALES: readonly Locale[]; // put in by web/page.mjs
export const LOCALES = BUILT_LOCALES;
