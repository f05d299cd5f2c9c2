// Statements: signed notes of lines `key value` (protocol 8.1, 8.6).
import { utf8, type Bytes } from "./bytes";
import { require } from "./errors";
import { sha256 } from "./hashing";
import type { Label } from "./labels";
import * as notes from "./notes";

const DAY = 86_400_000; // milliseconds
// What Python's `str.isprintable` is; and no space at either end.
const SINGLE_LINE = /^(?! )(?:[^\p{C}\p{Z}]| )+(?<! )$/u;

/** Days since 1970-01-01 (UTC) of a moment; 1.7 knows nothing finer. */
export const dayOf = (date: Date): number => Math.floor(date.getTime() / DAY);

/** The day's text: YYYY-MM-DD. */
export const dayText = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** Read YYYY-MM-DD, in exactly this form. */
export function dayNumber(text: string): number {
  require(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text), "day");
  const day = Date.parse(`${text}T00:00:00Z`) / DAY;
  require(Number.isInteger(day) && day >= 0 && new Date(day * DAY).toISOString().slice(0, 10) === text, "day");
  return day;
}

/** Read a statement's text: this kind, exactly these keys in this order, each with a value. */
export function fields<N extends string>(text: string, label: Label, names: readonly N[]): Readonly<Record<N, string>> {
  require(text.startsWith(label) && text.endsWith("\n") && text.length > label.length, "kind of statement");
  const lines = text.slice(label.length, -1).split("\n");
  require(lines.length === names.length, "fields");
  const found = names.map((name, i) => {
    const value = (lines[i] ?? "").slice(name.length + 1);
    require(lines[i] === `${name} ${value}` && SINGLE_LINE.test(value), "fields");
    return [name, value] as const;
  });
  return Object.fromEntries(found) as Record<N, string>;
}

/** Return the digest of a statement: of the text of a whole note, signatures left out. */
export const noteDigest = (note: string): Promise<Bytes> => sha256(utf8(notes.split(note)[0]));

/** A number and a digest, as `current` names versions. */
export interface Numbered {
  readonly number: number;
  readonly digest: Bytes;
}

/** Read `N <base64 digest>`. */
export function numbered(value: string): Numbered {
  const space = value.indexOf(" ");
  require(space > 0, "digest");
  const digest = notes.unb64(value.slice(space + 1));
  require(digest.length === 32, "digest");
  return { number: notes.decimal(value.slice(0, space)), digest };
}
