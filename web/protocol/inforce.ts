// What is in force: from `trust.json`, by the officers' and gates' signatures, never because a server says so.
// Steps (1) to (3) of protocol 13, before anything is sealed.
import { type Bytes, equal, hex } from "./bytes";
import { verifyBundle, type Bundle } from "./bundle";
import { parsePolicy, verifyCheckpoint, type Checkpoint, type LogPolicy } from "./checkpoints";
import { VOCABULARY_DIGEST } from "./codes";
import { verifyDirectory, type Directory } from "./directory";
import { ProofError } from "./errors";
import { Label } from "./labels";
import * as notes from "./notes";
import { dayNumber, fields, numbered, type Numbered } from "./statements";
import { parseTrust, type Trust } from "./trust";

const KEYS = ["day", "bundle", "directory", "log"] as const;

/** Which versions are in force today, so that nobody is served an old or a private one. */
export interface Current {
  readonly day: number;
  readonly bundle: Numbered;
  readonly directory: Numbered;
  readonly log: Numbered; // size and root
}

/** What is in force today, verified. */
export interface InForce {
  readonly trust: Trust;
  readonly bundle: Bundle;
  readonly directory: Directory;
  readonly current: Current;
  readonly logPolicy: LogPolicy;
  /** Whether this organisation only practises; every client says so. */
  readonly rehearsal: boolean;
  /** Whether this page was built with the words that the officers signed; if not, it is older or newer than they are. */
  readonly sameVocabulary: boolean;
}

/** Bundle and directory numbers that a `current` note names. NOT verified: only to know what to fetch. */
export function namedVersions(note: string): { readonly bundle: number; readonly directory: number } {
  const found = fields(notes.split(note)[0], Label.NOTE_CURRENT, KEYS);
  return { bundle: numbered(found.bundle).number, directory: numbered(found.directory).number };
}

/** Return what t gates of this bundle signed today or yesterday, about this bundle and directory. */
export async function verifyCurrent(note: string, bundle: Bundle, directory: Directory, today: number): Promise<Current> {
  const found = fields(await notes.need(note, bundle.gateKeys, bundle.body.threshold), Label.NOTE_CURRENT, KEYS);
  const current = {
    day: dayNumber(found.day),
    bundle: numbered(found.bundle),
    directory: numbered(found.directory),
    log: numbered(found.log),
  };
  if (current.day !== today && current.day !== today - 1) throw new ProofError("not of today or yesterday");
  if (!names(current.bundle, bundle)) throw new ProofError("another bundle is in force");
  if (!names(current.directory, directory)) throw new ProofError("another directory is in force");
  return current;
}

const names = (said: Numbered, version: Numbered): boolean =>
  said.number === version.number && equal(said.digest, version.digest);

/** Return what is in force on the day `today` (days since 1970: `dayOf(new Date())`).
 *
 * Raise MalformedError or ProofError when it cannot be shown: then nothing may be typed or sealed.
 */
export const verifyTrust = async (trustJson: string, ...fetched: Fetched): Promise<InForce> =>
  verifyInForce(await parseTrust(trustJson), ...fetched);

type Fetched = Parameters<typeof verifyInForce> extends [Trust, ...infer Rest] ? Rest : never;

/** The same with officers' keys that are here already. */
export async function verifyInForce(
  trust: Trust,
  currentNote: string,
  bundleNote: string,
  bundleBody: Bytes,
  directoryNote: string,
  directoryBody: Bytes,
  today: number,
): Promise<InForce> {
  const bundle = await verifyBundle(bundleNote, bundleBody, trust);
  const directory = await verifyDirectory(directoryNote, directoryBody, trust);
  const current = await verifyCurrent(currentNote, bundle, directory, today);
  return {
    trust,
    bundle,
    directory,
    current,
    logPolicy: trust.logPolicy,
    rehearsal: bundle.body.rehearsal,
    sameVocabulary: hex(bundle.body.vocabulary) === VOCABULARY_DIGEST,
  };
}

/** Return the log's head. Raise ProofError unless it has its quorum, by `trust.json` and by the bundle, and is no older than `current`.
 *
 * Where witnesses are missing, nobody outside has seen this log: then nothing may be typed either.
 */
export async function verifyHead(note: string, { trust, bundle, current }: InForce): Promise<Checkpoint> {
  let head: Checkpoint | undefined;
  for (const policy of [trust.logPolicy, await parsePolicy(bundle.body.witnesses)]) {
    head = await verifyCheckpoint(policy, note);
    const { size, root } = head;
    const { number, digest } = current.log;
    if (size < number || (size === number && !equal(root, digest))) throw new ProofError("not the log that gates have read");
  }
  return head as Checkpoint;
}
