// What an operator tells reporters in their languages: hours, duty to report, help near them (protocol 8.3).
import { require } from "./errors";
import { LIMIT } from "./limits";
import { integer, list, struct, text, type Of } from "./messages";

const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/;
// No control characters, line breaks or turns of direction: one line of text can neither hide nor reorder another.
const UNSAFE = /[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;
const LAST_DAY = 65535;

function checkLine(line: string, most: number, needed: boolean): void {
  require(Array.from(line).length <= most && (/[^ ]/.test(line) || !(needed || line !== "")), "length of words");
  require(!UNSAFE.test(line), "characters of words");
}

const HELP = struct({ name: text, how: text, checked: integer }, ({ name, how, checked }) => {
  checkLine(name, LIMIT.words_name, true);
  checkLine(how, LIMIT.words_text, true);
  require(checked >= 0 && checked <= LAST_DAY, "day of words");
});
/** One place to turn to; `checked`: the day (since 1970) on which somebody made sure that it answers. */
export type Help = Of<typeof HELP>;

export const WORDING = struct({ language: text, hours: text, duty: text, help: list(HELP) }, (words) => {
  require(LANGUAGE.test(words.language), "language of words");
  for (const line of [words.hours, words.duty]) checkLine(line, LIMIT.words_text, false);
  require(words.help.length <= LIMIT.words_help, "help of words");
});
/** All of it in one language. An empty text means that the standard text is shown, marked as such. */
export type Wording = Of<typeof WORDING>;

/** Raise MalformedError where there are too many, or one language twice. */
export function checkWords(words: readonly Wording[]): void {
  require(words.length <= LIMIT.words_languages, "words");
  require(new Set(words.map((one) => one.language)).size === words.length, "one language twice");
}
