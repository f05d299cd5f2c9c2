// Words as she types them: any case, with accents or without, digits of any script; where they are mistyped, and how.
// Only what she typed is looked at, and only here: a mistyped word is told on her device (protocol 14.2).
import type { Bytes } from "./bytes";
import { MalformedError } from "./errors";
import { entropyOf, listOf, type WordLanguage } from "./words";

const COUNT = 12;
const DIGITS = /^[\p{Nd}\p{No}\s.,-]+$/u;

/** What is wrong: so many words; words at these places (from 1) in no list; each is in a list, but not together. */
export type Typed =
  | { readonly entropy: Bytes }
  | { readonly wrong: "count"; readonly count: number }
  | { readonly wrong: "places"; readonly places: readonly number[] }
  | { readonly wrong: "together" }
  | { readonly wrong: "digits" };

/** Accents may be there or not, in one sign or in two; marks that nobody sees are dropped. */
const plain = (word: string): string => word.toLowerCase().normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "");

/** Read twelve words of one of these lists, or forty digits. */
export async function readTyped(said: string, languages: readonly WordLanguage[]): Promise<Typed> {
  const text = said.replace(/\p{Cf}/gu, "").trim();
  if (text !== "" && DIGITS.test(text)) {
    const found = await held(text.replace(/[.,]/g, " "), []);
    return found === undefined ? { wrong: "digits" } : { entropy: found };
  }
  // Numbers and dots before words are those of a list: they are no words.
  const words = text.split(/[\s.,;:()]+/).map(plain).filter((word) => /\p{L}/u.test(word));
  let wrong = words.map((_, i) => i + 1);
  for (const language of languages) {
    const list = await listOf(language);
    const places = new Map(list.map((word, i) => [plain(word), i]));
    const missing = words.flatMap((word, i) => (places.has(word) ? [] : [i + 1]));
    if (missing.length < wrong.length) wrong = missing;
    if (missing.length > 0 || words.length !== COUNT) continue;
    const found = await held(words.map((word) => list[places.get(word) as number]).join(" "), [language]);
    if (found !== undefined) return { entropy: found };
  }
  if (words.length !== COUNT) return { wrong: "count", count: words.length };
  return wrong.length > 0 ? { wrong: "places", places: wrong } : { wrong: "together" };
}

async function held(text: string, languages: readonly WordLanguage[]): Promise<Bytes | undefined> {
  try {
    return await entropyOf(text, languages);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
