// Lists of words, fetched when a language is chosen: the build puts `listed` where protocol/words.ts imports a list.
import { has, pinned } from "./pinned";

const NAMES: Readonly<Record<string, string>> = { en: "english", fr: "french", es: "spanish", pt: "portuguese" };
const LISTS = new Map<string, string[]>();
const WORDS = 2048;

/** Return the (still empty) list of this name; `fill` fills it in place. */
export function listed(name: string): string[] {
  const found = LISTS.get(name) ?? [];
  LISTS.set(name, found);
  return found;
}

/** Fetch the words of a language. Return none where it has no list. */
export async function fetchWords(language: string): Promise<readonly string[]> {
  const path = `/page/words-${NAMES[language] ?? ""}.txt`;
  return has(path) ? new TextDecoder().decode(await pinned(path)).trim().split("\n") : [];
}

/** Put the words of a language where the protocol looks for them. Return whether it has any: else she gets digits. */
export function fill(language: string, words: readonly string[]): boolean {
  const list = listed(NAMES[language] ?? "");
  if (list.length === 0) list.push(...words);
  return list.length === WORDS;
}
