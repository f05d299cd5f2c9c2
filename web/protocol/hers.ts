// What is hers in a look: found and opened with her words, on her device (protocol 14.7, 14.8, 15.8, 16.8).
// Nothing is fetched here. Wrong words cost the work of words with one report.
import { hex, type Bytes } from "./bytes";
import { CryptoErrors } from "./errors";
import type { Answer } from "./answers";
import { eachSlot, find, type Found } from "./feed";
import { checkAuthor, isHers } from "./feeds";
import { namedVersions, verifyCurrent } from "./inforce";
import type { Hold } from "./keeping";
import { openNotice, withdrawnTag, type Notice } from "./leaves";
import { LIMIT } from "./limits";
import { dayOfLeaf, type DayFile, type Look } from "./look";
import { arrivals, byTag, tagged } from "./looking";
import { FINAL, OPEN, placeKey, readBack, wishTag, type Wish } from "./wishes";
import { gateKeys, keysOf, receivedKey, replyKey, withdrawalHash, type GateKeys, type Keys } from "./words";

/** One decision of one gate about her report. `notice` is null in a short look, or where it does not open. */
export interface Decided {
  readonly index: number;
  readonly gate: string;
  readonly notice: Notice | null;
}

/** An answer that held, and the day of its file; or, without it, one that somebody tried to write in our name. */
export interface Answered {
  readonly day: number;
  readonly answer: Answer | null;
}

/** A wish of hers that is in the log. `wish` is null in a short look, or where it cannot be read. */
export interface Wished {
  readonly place: number;
  readonly index: number;
  readonly day: number;
  readonly wish: Wish | null;
}

/** One report of hers. */
export interface Mine {
  readonly keys: Keys;
  readonly arrival: number;
  readonly day: number; // on or about which it arrived
  readonly decided: readonly Decided[];
  readonly answers: readonly Answered[];
  readonly wishes: readonly Wished[]; // by place
  readonly withdrawn: number | null; // index of the leaf
  readonly erased: number | null; // the day on which the house says that it destroyed it
  readonly hold: Hold | null; // the newest one that keeps its bytes
}

/** Everything that these words find. Raises nothing for wrong words: they find nothing. */
export async function readBackAll(look: Look, entropy: Bytes): Promise<Mine[]> {
  const { start, entries } = look;
  // Copies: what is found must not turn into something else when the words are forgotten.
  const found = await arrivals(entropy.slice(), start, entries);
  const tags = byTag(start, entries);
  const mine: Mine[] = [];
  // Words that find nothing do the same work for the first number, and none of it is shown.
  for (const number of found.size > 0 ? found.keys() : [0]) {
    const one = await readOne(look, keysOf(entropy.slice(), number), found.get(number), tags);
    if (one !== undefined) mine.push(one);
  }
  return mine;
}

async function readOne(look: Look, keys: Keys, arrival: number | undefined, tags: ReadonlyMap<string, number>): Promise<Mine | undefined> {
  const gates = new Map<string, GateKeys>();
  const names = look.bundles.flatMap(({ body }) => body.gates.map((gate) => gate.name));
  for (const name of [...new Set(names)].sort()) gates.set(name, await gateKeys(keys, name));
  const decided = await decisions(look, gates, arrival ?? 0);
  const answers = await answersTo(look, keys, gates, arrival, decided);
  const wishes = await wishesOf(look, gates, arrival ?? 0, tags);
  const withdrawn = tags.get(hex(await withdrawnTag(await withdrawalHash(keys)))) ?? null;
  if (arrival === undefined) return undefined;
  return {
    keys,
    arrival,
    day: dayOfLeaf(look, arrival),
    decided,
    answers,
    wishes,
    withdrawn,
    erased: look.erasures.find(({ indexes }) => indexes.includes(arrival))?.day ?? null,
    hold: await holdOn(look, keys, arrival),
  };
}

const leafAt = ({ entries, start }: Look, index: number): Bytes => entries[index - start] as Bytes;
const noticeAt = ({ notices, start }: Look, index: number): Bytes => notices[index - start] ?? new Uint8Array();

async function decisions(look: Look, gates: ReadonlyMap<string, GateKeys>, after: number): Promise<Decided[]> {
  const found: Decided[] = [];
  const seen = new Set<string>(); // a notice that is shown twice stands for one decision
  for (const [gate, { logKey }] of gates) {
    for (const index of await tagged(logKey, look.start, look.entries)) {
      if (index <= after) continue;
      const notice = look.full ? await orNull(openNotice(logKey, noticeAt(look, index))) : null;
      const fresh = notice !== null && notice.gate === gate && !seen.has(hex(notice.salt));
      if (notice !== null) seen.add(hex(notice.salt));
      found.push({ index, gate, notice: fresh ? notice : null });
    }
  }
  return found.sort((one, other) => one.index - other.index);
}

async function wishesOf(look: Look, gates: ReadonlyMap<string, GateKeys>, after: number, tags: ReadonlyMap<string, number>): Promise<Wished[]> {
  const found = new Map<number, Wished>();
  for (const { consentKey } of gates.values()) {
    for (let place = 1; place <= LIMIT.wishes; place++) {
      const key = await placeKey(consentKey, place);
      const index = tags.get(hex(await wishTag(key)));
      if (index === undefined || index <= after || found.get(place)?.wish) continue; // one for each gate, all the same
      const wish = look.full ? await orNull(readBack(key, noticeAt(look, index))) : null;
      found.set(place, { place, index, day: dayOfLeaf(look, index), wish });
    }
  }
  return [...found.values()].sort((one, other) => one.place - other.place);
}

async function holdOn(look: Look, keys: Keys, arrival: number): Promise<Hold | null> {
  const received = await receivedKey(keys);
  let newest: Hold | null = null;
  for (const hold of look.holds) if (await isHers(hold.id, received, leafAt(look, arrival))) newest = hold;
  return newest !== null && newest.until > newest.day && newest.until >= look.inForce.current.day ? newest : null;
}

async function answersTo(
  look: Look,
  keys: Keys,
  gates: ReadonlyMap<string, GateKeys>,
  arrival: number | undefined,
  decided: readonly Decided[],
): Promise<Answered[]> {
  const finder = {
    reply: await replyKey(keys),
    answerKeys: new Map([...gates].map(([name, one]) => [name, one.answerKey])),
    thresholds: look.bundles.map(({ body }) => body.threshold),
  };
  const answered: Answered[] = [];
  const seen = new Set<string>();
  const spent = new Set<Decided>();
  for (const day of look.files) {
    for (const found of await find(eachSlot(day.file.slots), finder)) {
      const again = seen.has(hex(found.request));
      seen.add(hex(found.request));
      const holds = arrival !== undefined && !again && (await isAnswer(look, day, found, keys, arrival));
      const permitted = holds && (!look.full || spend(decided, spent, found, day.note.day));
      answered.push({ day: day.note.day, answer: permitted ? found.answer : null });
    }
  }
  return answered;
}

/** Whether its author was at the desk on that day by the word of t gates, signed it, and means this report. */
async function isAnswer(look: Look, { file, note }: DayFile, found: Found, keys: Keys, arrival: number): Promise<boolean> {
  const { answer, signature } = found;
  if (answer === null || file.current === "") return false;
  try {
    const named = namedVersions(file.current);
    const bundle = look.bundles.find((one) => one.number === named.bundle);
    const directory = look.directories.find((one) => one.number === named.directory);
    if (bundle === undefined || directory === undefined) return false;
    await verifyCurrent(file.current, bundle, directory, note.day + 1);
    const revoked = new Set(look.revoked.filter(([index]) => index < note.log).map(([, name]) => name));
    await checkAuthor(answer, signature, directory, revoked);
    return await isHers(answer.id, await receivedKey(keys), leafAt(look, arrival));
  } catch (error) {
    if (!CryptoErrors.some((kind) => error instanceof kind)) throw error;
    return false;
  }
}

/** Take a notice `answer` of each of as many gates as opened it, of the days before its file; each stands for one answer. */
function spend(decided: readonly Decided[], spent: Set<Decided>, found: Found, day: number): boolean {
  const taken = new Map<string, Decided>();
  for (const one of decided) {
    const notice = one.notice;
    if (notice === null || spent.has(one) || taken.has(one.gate)) continue;
    const fits = notice.action === "answer" && notice.opened && notice.day <= day && notice.day >= day - LIMIT.feed_days - 1;
    if (fits) taken.set(one.gate, one);
  }
  if (taken.size < found.gates.length) return false;
  for (const one of [...taken.values()].slice(0, found.gates.length)) spent.add(one);
  return true;
}

async function orNull<T>(made: Promise<T>): Promise<T | null> {
  try {
    return await made;
  } catch (error) {
    if (!CryptoErrors.some((kind) => error instanceof kind)) throw error;
    return null;
  }
}

/** Where her report stands: `closed` may still be opened again, `reopened` be closed once more, `final` nothing. */
export type Standing = "open" | "closed" | "reopened" | "final";

/** Return it from the log. In a short look wishes cannot be read: then a closed report may have been opened again. */
export function standing({ withdrawn, wishes, erased }: Mine): Standing {
  if (erased !== null) return "final";
  if (withdrawn === null) return "open";
  const later = wishes.filter(({ index }) => index > withdrawn).map(({ wish }) => wish?.closed);
  if (later.includes(FINAL)) return "final";
  return later.includes(OPEN) ? "reopened" : "closed";
}
