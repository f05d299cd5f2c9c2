// Lists of words, fetched when a language is chosen: the build puts `listed` where protocol/words.ts imports a list.
import { has, pinned } from "./pinned";

const NAMES: Readonly<Record<string, string>> = { en: "english", fr: "french", es: "spanish", pt: "portuguese" };
const LISTS = new Map<string, string[]>();

/** Return the (still empty) list of this name; `loadWords` fills it in place. */
export function listed(name: string): string[] {
  const found = LISTS.get(name) ?? [];
  LISTS.set(name, found);
  return found;
}

/** Fetch the words of a language. Return whether it has any: else she gets digits. */
export async function loadWords(language: string): Promise<boolean> {
  const name = NAMES[language];
  const path = `/page/words-${name ?? ""}.txt`;
  if (name === undefined || !has(path)) return false;
  const list = listed(name);
  if (list.length === 0) list.push(...new TextDecoder().decode(await pinned(path)).trim().split("\n"));
  return list.length === 2048;
}
