// When the affected person is a child there is no broad consent (rule C8 of the field): nothing is made public, names go
// to helpers alone. This narrows what she chose, on the screen and once more when the report is made; it never widens.
import { CONSENT_VALUES, type ConsentValue } from "../protocol/index";
import type { Draft } from "./draft";

const NOBODY: ReadonlySet<string> = new Set(["UN_LETTER", "UN_PUBLIC", "MEDIA", "RESEARCH"]);
const HELPERS: ReadonlySet<string> = new Set(["REPLY", "SUPPORT"]);

/** Return what may be chosen for a purpose. */
export function allowed(purpose: string, { minor }: Draft): readonly ConsentValue[] {
  if (minor !== "YES" || HELPERS.has(purpose)) return CONSENT_VALUES;
  return CONSENT_VALUES.filter((value) => (NOBODY.has(purpose) ? !value.startsWith("yes") : value !== "yes_with_identity"));
}

/** Return what counts for a purpose. What may not be chosen is asked first: without an answer that is a no. */
export function choiceOf(purpose: string, draft: Draft): ConsentValue {
  const chosen = draft.choices[purpose] ?? "no";
  return allowed(purpose, draft).find((value) => value === chosen) ?? "ask_me_first";
}
