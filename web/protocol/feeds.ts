// What the log says of a day's file of answers, and whether a file is the one (protocol 15.7, 15.8; `policies/feeds.py`).
import { verifyAnswer, type Answer } from "./answers";
import { equal, type Bytes } from "./bytes";
import type { LogPolicy } from "./checkpoints";
import { DESK, type Directory } from "./directory";
import { ProofError, require } from "./errors";
import { eachSlot, type FeedFile, type PublicNotes } from "./feed";
import { digest, sha256 } from "./hashing";
import { Label } from "./labels";
import { isPublic, publicLeaf, TAG } from "./leaves";
import { LIMIT } from "./limits";
import * as notes from "./notes";
import { dayNumber, fields, noteDigest } from "./statements";

/** One day's file: how many slots, their digest, the gates' `current` in it (null: noise), and the index of its leaf. */
export interface FeedNote {
  readonly day: number;
  readonly slots: number;
  readonly digest: Bytes;
  readonly current: Bytes | null;
  readonly log: number;
}

/** Return what the log signed. Raise ProofError or MalformedError. */
export async function verifyFeedNote(note: string, log: LogPolicy): Promise<FeedNote> {
  const signed = await notes.need(note, log.log.filter((key) => key.kind === notes.ED25519), 1);
  const found = fields(signed, Label.NOTE_FEED, ["day", "slots", "digest", "current", "log"]);
  const current = found.current === "-" ? null : notes.unb64(found.current);
  const hashed = notes.unb64(found.digest);
  require(hashed.length === 32 && (current === null || current.length === 32), "digest");
  const slots = notes.decimal(found.slots);
  require(slots >= LIMIT.answers_least && slots <= LIMIT.answers_most, "slots");
  return { day: dayNumber(found.day), slots, digest: hashed, current, log: notes.decimal(found.log) };
}

/** Return the note of a file that is whole. Raise ProofError or MalformedError. */
export async function checkFile(file: FeedFile, log: LogPolicy): Promise<FeedNote> {
  const note = await verifyFeedNote(file.note, log);
  if (note.slots !== eachSlot(file.slots).length || !equal(note.digest, await sha256(file.slots))) {
    throw new ProofError("not the slots of this note");
  }
  const named = file.current === "" ? null : await noteDigest(file.current);
  const same = named === null || note.current === null ? named === note.current : equal(named, note.current);
  if (!same) throw new ProofError("not the current of this note");
  return note;
}

/** Return the notes of the public leaves from `start` on, by index (protocol 14.6).
 *
 * Raise ProofError where one is missing, another one, or has no leaf: nothing public can be kept from her.
 */
export async function checkStatements(
  start: number,
  entries: readonly Bytes[],
  found: readonly PublicNotes[],
): Promise<ReadonlyMap<number, string>> {
  const told = new Map(found.flatMap((one) => one.notes));
  const open = entries.flatMap((leaf, i) => (isPublic(leaf) ? [start + i] : []));
  if ([...told.keys()].sort((a, b) => a - b).join() !== open.join()) throw new ProofError("statements are missing, or of no leaf");
  for (const index of open) {
    const leaf = await publicLeaf(told.get(index) as string);
    if (!equal(leaf, entries[index - start] as Bytes)) throw new ProofError("not the statement of this leaf");
  }
  return told;
}

/** Return the index of the newest feed note of each day.
 *
 * Raise ProofError where a note is not at its own index; and, in a house that is no rehearsal, where a day is there
 * twice, missing, or out of order: a file that was made up later for an earlier day cannot be in order.
 */
export async function checkOrder(told: ReadonlyMap<number, string>, log: LogPolicy, rehearsal: boolean): Promise<ReadonlyMap<number, number>> {
  const places = new Map<number, number>();
  let last: number | undefined;
  for (const index of [...told.keys()].sort((a, b) => a - b)) {
    const text = told.get(index) as string;
    if (!text.startsWith(Label.NOTE_FEED)) continue;
    const { day, log: own } = await verifyFeedNote(text, log);
    const inOrder = last === undefined || day === last + 1 || (rehearsal && day === last);
    if (own !== index || !inOrder) throw new ProofError("files of answers are not in order");
    places.set(day, index);
    last = day;
  }
  return places;
}

/** Raise ProofError unless this day's directory has the author, at the desk and not revoked, and she signed it. */
export async function checkAuthor(answer: Answer, signature: Bytes, directory: Directory, revoked: ReadonlySet<string>): Promise<void> {
  const person = directory.people.find((one) => one.name === answer.author);
  if (person === undefined || person.role !== DESK || revoked.has(person.name)) throw new ProofError("not by a reviewer of that day");
  await verifyAnswer(answer, person.identity, signature);
}

/** Whether an id is that of the report whose arrival (a leaf) is hers (protocol 7.3, 15.8). */
export const isHers = async (id: Bytes, received: Bytes, arrival: Bytes): Promise<boolean> =>
  equal(arrival.slice(TAG), await digest(Label.RECEIVED_COMMITMENT, received, id));
