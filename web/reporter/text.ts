// What she reads. PO files are the source (web/locales); the one of her language is fetched when she chooses it.
import { CODES, CONSENT_VALUES, PURPOSES } from "../protocol/index";
import { LOCALES, type Locale } from "./locales";
import { pinned } from "./pinned";

/** Keys that are made of a code: `named("tile", "T01")` reads `tile.T01`. The test of the locales knows them from here. */
const FAMILIES = {
  tile: CODES.tiles,
  urgency: CODES.urgency,
  who: CODES.who_affected,
  count: CODES.count_band,
  actor: CODES.actors,
  preference: CODES.reviewer_preference,
  purpose: PURPOSES,
  value: CONSENT_VALUES,
  triage: ["yes_with_identity", "yes_without_identity", "no"],
  keep: ["3", "12", "36"],
  "hide.pool": ["home", "region", "outside", "women", "sister"],
  note: ["phone", "email", "identity", "coordinates"],
  "review.missing": ["danger", "story", "consent"],
  send: ["sending", "waiting", "received", "proven", "refused", "unproven"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type Family = keyof typeof FAMILIES;
type Code<F extends Family> = (typeof FAMILIES)[F][number];

let words: Readonly<Record<string, string>> = {};
let chosen: Locale = LOCALES[0] as Locale;

/** Fetch a language and speak it from now on. */
export async function speak(locale: Locale): Promise<void> {
  words = JSON.parse(new TextDecoder().decode(await pinned(`/page/locale-${locale.code}.json`))) as typeof words;
  chosen = locale;
  document.documentElement.lang = locale.code;
  document.documentElement.dir = locale.direction;
}

/** The language that is spoken. */
export const locale = (): Locale => chosen;

/** Return the text of a key, with `{name}` replaced. */
export function t(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Return the text of a code. */
export const named = <F extends Family>(family: F, code: Code<F>): string => t(`${family}.${code}`);

/** Return all codes of a family with their texts. */
export const options = <F extends Family>(family: F): [Code<F>, string][] =>
  FAMILIES[family].map((code): [Code<F>, string] => [code, named(family, code)]);

/** Whether there is a text for this name of a pool: officers may call theirs as they like. */
export const isNamedPool = (name: string): name is Code<"hide.pool"> =>
  (FAMILIES["hide.pool"] as readonly string[]).includes(name);

/** Return a language's own name for others, by the browser's tables. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([chosen.code], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
