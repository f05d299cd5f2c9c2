// What she reads. PO files are the source (web/locales); the one of her language is fetched when she chooses it.
import { CODES, CONSENT_VALUES, PURPOSES } from "../protocol/codes";
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
  minor: ["YES", "NO", "UNK"],
  source: CODES.source_link,
  place: CODES.place_type,
  context: CODES.context_flags,
  involvement: CODES.involvement,
  basis: CODES.identification_basis,
  effect: CODES.harm_effect,
  dimension: CODES.harm_dimension,
  level: CODES.harm_level,
  knows: ["knows", "does_not_know", "cannot_ask"],
  reply: ["inbox", "none", "via_field_officer"],
  given: ["self", "aloud", "guardian", "family", "officer"],
  long: ["card", "story", "identity"],
  keep: ["3", "12", "36"],
  "hide.pool": ["home", "region", "outside", "women", "sister"],
  "files.kind": ["photo", "video", "audio", "document"],
  "files.original": ["no", "yes"],
  bring: ["later", "sending", "waiting", "arrived", "proven", "failed"],
  note: ["phone", "email", "identity", "coordinates"],
  "review.missing": ["danger", "story", "consent"],
  "back.far": ["7", "30", "90", "366", "1100"],
  "back.standing": ["open", "closed", "reopened", "final"],
  "open.action": ["open", "copy", "export", "emergency", "justify", "recuse", "answer", "thread"],
  "open.section": ["0", "1", "2", "3", "4"],
  "open.role": ["desk", "custodian"],
  post: ["sending", "waiting", "taken", "refused"],
  send: ["sending", "waiting", "received", "proven", "refused", "unproven"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type Family = keyof typeof FAMILIES;
type Code<F extends Family> = (typeof FAMILIES)[F][number];

let words: Readonly<Record<string, string>> = {};
let chosen: Locale = LOCALES[0] as Locale;

/** Fetch a language. */
export const fetchTexts = async (locale: Locale): Promise<typeof words> =>
  JSON.parse(new TextDecoder().decode(await pinned(`/page/locale-${locale.code}.json`))) as typeof words;

/** Speak a language from now on. */
export function speak(locale: Locale, texts: typeof words): void {
  words = texts;
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

/** The same, with `{name}` replaced. */
export const namedWith = <F extends Family>(family: F, code: Code<F>, values: Parameters<typeof t>[1]): string =>
  t(`${family}.${code}`, values);

/** Return all codes of a family with their texts. */
export const options = <F extends Family>(family: F): [Code<F>, string][] =>
  FAMILIES[family].map((code): [Code<F>, string] => [code, named(family, code)]);

/** Return what was chosen of a family, for the overview. */
export const listed = <F extends Family>(family: F, chosen: ReadonlySet<string>): string[] =>
  [...chosen].map((code) => named(family, code as Code<F>));

/** The same of one choice; nothing where there is none. */
export const saidOf = <F extends Family>(family: F, code: string): string[] =>
  code === "" ? [] : [named(family, code as Code<F>)];

/** How many she chose or wrote, without saying what. */
export const counted = (count: number): string[] => (count === 0 ? [] : [t("review.chosen", { count })]);

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
