// The feed: a file of answers a day, one for everybody, most of it noise (protocol 15.6 to 15.8).
import { answerKey, HASH, isMarked, openAnswer, part, SLOT, type Answer, type ByPlace } from "./answers";
import { hex, type Bytes } from "./bytes";
import { MalformedError, OpenError, require } from "./errors";
import { LIMIT } from "./limits";
import { choose } from "./locks";
import { binary, Form, integer, list, struct, text, tuple, type Of } from "./messages";

const FEED_FILE = struct({ note: text, current: text, slots: binary }, ({ note, current, slots }) => {
  // Counted as Python counts: in code points.
  require([note, current].every((one) => Array.from(one).length <= LIMIT.note), "feed");
  const count = slots.length / SLOT;
  require(Number.isInteger(count) && count >= LIMIT.answers_least && count <= LIMIT.answers_most, "slots of the feed");
});
/** The file of one day: a note of the log, the gates' `current` of that day (or none), all slots in a row. */
export type FeedFile = Of<typeof FEED_FILE>;
export const feedFileForm = new Form(FEED_FILE);

export const eachSlot = (slots: Bytes): Bytes[] =>
  Array.from({ length: Math.floor(slots.length / SLOT) }, (_, i) => slots.slice(i * SLOT, (i + 1) * SLOT));

const TILE = 256;
const PUBLIC_NOTES = struct({ notes: list(tuple(integer, text)) }, ({ notes }) => {
  const places = notes.map(([index]) => index);
  require(places.length <= TILE && places.every((index, i) => i === 0 || (places[i - 1] as number) < index), "statements");
  const [first = 0, last = first] = [places[0], places.at(-1)];
  require(first >= 0 && Math.floor(first / TILE) === Math.floor(last / TILE), "statements");
});
/** The notes of the public leaves among 256, with their indexes (protocol 14.6). */
export type PublicNotes = Of<typeof PUBLIC_NOTES>;
export const publicNotesForm = new Form(PUBLIC_NOTES);

/** What she found for herself in one file. `answer` is null where it is hers and not whole, or not in its form. */
export interface Found {
  readonly request: Bytes;
  readonly gates: readonly string[];
  readonly answer: Answer | null;
  readonly signature: Bytes;
}

/** What finds answers to one envelope: her reply key, and her answer key of each gate, by name. */
export interface Finder {
  readonly reply: Bytes;
  readonly answerKeys: ReadonlyMap<string, Bytes>;
  readonly thresholds: readonly number[]; // of the bundles that she knows
}

/** Return the answers to one envelope among the slots of a day. No signature is checked here (protocol 15.8).
 *
 * Two HMACs a slot and gate; a slot that a single gate made up to look like hers opens with nothing, and is passed over.
 */
export async function find(slots: readonly Bytes[], finder: Finder): Promise<Found[]> {
  const byPlace = new Map<string, Bytes>();
  for (const slot of slots) {
    const at = hex(slot.slice(0, HASH));
    if (!byPlace.has(at)) byPlace.set(at, slot);
  }
  const gates = [...finder.answerKeys.keys()].sort();
  const tried = [...byPlace.values()].flatMap((slot) => gates.map((first) => ({ slot, first })));
  const marked = await Promise.all(
    tried.map(async ({ slot, first }) => {
      const request = slot.slice(0, HASH);
      return isMarked(await part(finder.answerKeys.get(first) as Bytes, request), request, slot);
    }),
  );
  const found: Found[] = [];
  for (const { slot, first } of tried.filter((_, i) => marked[i])) {
    const one = await open(slot.slice(0, HASH), byPlace, first, finder);
    if (one !== undefined) found.push(one);
  }
  return found;
}

async function open(request: Bytes, byPlace: ByPlace, first: string, finder: Finder): Promise<Found | undefined> {
  const others = [...finder.answerKeys.keys()].filter((name) => name > first).sort();
  for (const threshold of [...new Set(finder.thresholds)].sort((one, other) => one - other)) {
    for (const rest of choose(others, threshold - 1)) {
      const gates = [first, ...rest];
      const parts = new Map<string, Bytes>();
      for (const name of gates) parts.set(name, await part(finder.answerKeys.get(name) as Bytes, request));
      try {
        const [answer, signature] = await openAnswer(await answerKey(finder.reply, request, parts), request, byPlace);
        return { request, gates, answer, signature };
      } catch (error) {
        if (error instanceof MalformedError) return { request, gates, answer: null, signature: new Uint8Array() };
        if (!(error instanceof OpenError)) throw error;
      }
    }
  }
  return undefined;
}
