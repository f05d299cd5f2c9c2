// A look: everything she needs to read back, fetched and verified before any words are typed (protocol 14.4 to 14.6).
// Nothing here depends on words. What does is in `hers.ts`.
import type { Bundle } from "./bundle";
import type { Bytes } from "./bytes";
import type { Checkpoint } from "./checkpoints";
import type { Directory } from "./directory";
import { ProofError, require } from "./errors";
import { feedFileForm, publicNotesForm, type FeedFile } from "./feed";
import { checkFile, checkOrder, checkStatements, type FeedNote } from "./feeds";
import type { InForce } from "./inforce";
import { verifyErasure, verifyHold, type Erasure, type Hold } from "./keeping";
import { Label } from "./labels";
import { NOTICE } from "./leaves";
import { LIMIT } from "./limits";
import * as looking from "./looking";
import * as notes from "./notes";
import { dayText, fields } from "./statements";

/** Fetch from the house. `maybe` returns nothing where it says "not there". */
export interface Fetcher {
  readonly get: (path: string) => Promise<Bytes>;
  readonly maybe: (path: string) => Promise<Bytes | undefined>;
}

/** One day's file that is the one the log names. */
export interface DayFile {
  readonly file: FeedFile;
  readonly note: FeedNote;
}

/** What a look brought. All of it is public, and the same for everybody who looks as far. */
export interface Look {
  readonly inForce: InForce;
  readonly head: Checkpoint;
  readonly full: boolean;
  readonly start: number;
  readonly entries: readonly Bytes[]; // leaves from `start` to the head
  readonly notices: readonly Bytes[]; // one a leaf, in a full look
  readonly files: readonly DayFile[]; // by day
  readonly feeds: readonly (readonly [index: number, day: number])[];
  readonly revoked: readonly (readonly [index: number, name: string])[];
  readonly erasures: readonly Erasure[];
  readonly holds: readonly Hold[]; // in the order of the log
  readonly bundles: readonly Bundle[];
  readonly directories: readonly Directory[];
}

/** The house has gone on while it was asked: ask anew. */
export class MovedError extends Error {
  override readonly name = "MovedError";
}

/** Which days' files a look fetches, in order. A rehearsal makes today's again and again, so it is fetched too. */
export function daysOf(today: number, back: number, rehearsal: boolean): number[] {
  require((looking.DAYS as readonly number[]).includes(back), "days");
  return Array.from({ length: back + 1 + (rehearsal ? 1 : 0) }, (_, i) => today - back - 1 + i);
}

/** Fetch the files of these days. Return them, and where the leaves of the look must start. */
export async function fetchFiles(
  days: readonly number[],
  { inForce, head, fetcher, step }: { inForce: InForce; head: Checkpoint; fetcher: Fetcher; step: () => void },
): Promise<{ files: DayFile[]; start: number }> {
  const files: DayFile[] = [];
  let start = 0;
  for (const [i, day] of days.entries()) {
    const data = await fetcher.maybe(`/v1/feed/${dayText(day)}`);
    step();
    if (data === undefined) continue;
    const file = feedFileForm.decode(data, LIMIT.feed);
    const note = await checkFile(file, inForce.logPolicy);
    if (note.day !== day) throw new ProofError("the file of another day");
    if (i === 0) start = looking.begin(note.log);
    if (note.log >= head.size) throw new MovedError();
    files.push({ file, note });
  }
  return { files, start };
}

interface Leaves {
  readonly entries: Bytes[];
  readonly notices: Bytes[];
  readonly told: ReadonlyMap<number, string>; // public notes by index
}

/** Fetch the leaves from `start` to the head, with what lies beside them. Raise ProofError unless they are this log's. */
export async function fetchLeaves(
  start: number,
  full: boolean,
  { inForce, head, fetcher, step }: { inForce: InForce; head: Checkpoint; fetcher: Fetcher; step: (done: number, all: number) => void },
): Promise<Leaves> {
  const entries: Bytes[] = [];
  const notices: Bytes[] = [];
  const found = [];
  const tiles = new Map<string, Bytes>();
  const wanted = looking.paths(start, head.size, full);
  for (const [i, path] of wanted.entries()) {
    const data = await fetcher.get(`/log/${path}`);
    if (path.startsWith("tile/entries/")) entries.push(...entriesOf(data));
    else if (path.startsWith("statements/")) found.push(publicNotesForm.decode(data, LIMIT.statements));
    else if (path.startsWith("notices/")) notices.push(...cut(data, NOTICE));
    else tiles.set(path, data);
    step(i + 1, wanted.length);
  }
  require(entries.length === head.size - start, "leaves");
  require(!full || notices.length === entries.length, "notices");
  const read = { size: inForce.current.log.number, root: inForce.current.log.digest };
  await looking.check(await looking.frontier(start, head.size, tiles), entries, [head, read]);
  return { entries, notices, told: await checkStatements(start, entries, found) };
}

function cut(data: Bytes, size: number): Bytes[] {
  require(data.length % size === 0, "size");
  return Array.from({ length: data.length / size }, (_, i) => data.slice(i * size, (i + 1) * size));
}

/** Read `tile/entries`: each leaf has its length before it, and all are of one size. */
function entriesOf(data: Bytes): Bytes[] {
  return cut(data, 2 + LIMIT.leaf).map((one) => {
    require(one[0] === 0 && one[1] === LIMIT.leaf, "leaf");
    return one.slice(2);
  });
}

/** Everything of a look, verified. Raise ProofError or MalformedError where anything does not hold. */
export async function completeLook(
  base: Omit<Look, keyof Leaves | "files" | "feeds" | "revoked" | "erasures" | "holds">,
  days: readonly number[],
  files: readonly DayFile[],
  { entries, notices, told }: Leaves,
): Promise<Look> {
  const { inForce } = base;
  const log = inForce.logPolicy;
  const order = await checkOrder(told, log, inForce.rehearsal);
  const feeds = [...order].map(([day, index]) => [index, day] as const).sort((one, other) => one[0] - other[0]);
  for (const { note, file } of files) {
    // The note is a leaf of this log, and the newest of its day.
    if (note.log >= base.start && told.get(note.log) !== file.note) throw new ProofError("a file that the log does not name");
    if (note.log >= base.start && order.get(note.day) !== note.log) throw inForce.rehearsal ? new MovedError() : new ProofError("an older file");
  }
  const here = new Set(files.map(({ note }) => note.day));
  const missing = [...order.keys()].filter((day) => days.includes(day) && !here.has(day));
  if (missing.length > 0) throw new ProofError("a file of answers is missing");
  const revoked: [number, string][] = [];
  const erasures: Erasure[] = [];
  const holds: Hold[] = [];
  for (const [index, note] of told) {
    if (note.startsWith(Label.NOTE_REVOCATION)) {
      const text = await notes.need(note, inForce.trust.officers, 1);
      revoked.push([index, fields(text, Label.NOTE_REVOCATION, ["name", "day"]).name]);
    } else if (note.startsWith(Label.NOTE_ERASURE)) erasures.push(await verifyErasure(note, log));
    else if (note.startsWith(Label.NOTE_HOLD)) holds.push(await verifyHold(note, inForce.trust));
  }
  return { ...base, entries, notices, files, feeds, revoked, erasures, holds };
}

/** The day on or about which a leaf came: that of the first file after it, or today's. */
export const dayOfLeaf = ({ feeds, inForce }: Look, index: number): number =>
  feeds.find(([leaf]) => leaf > index)?.[1] ?? inForce.current.day;

