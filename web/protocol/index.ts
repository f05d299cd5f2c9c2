// What the reporter's page may use of the protocol, and nothing else.
// Order: capable, verifyTrust, newWords, seal, (the page sends), checkReceipt, later checkProof.
import { hex, random, type Bytes, type Draw } from "./bytes";
import { parseProof, verifyProof, type Checkpoint, type LogPolicy } from "./checkpoints";
import * as contents from "./contents";
import { recipients } from "./directory";
import * as envelope from "./envelope";
import { ProofError } from "./errors";
import { sha256 } from "./hashing";
import type { InForce } from "./inforce";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { objectLeaf, receivedLeaf } from "./leaves";
import * as notes from "./notes";
import { plan } from "./plan";
import type { Report } from "./report";
import { slipOf } from "./slips";
import { fields } from "./statements";
import { checkReport } from "./vocabulary";
import * as words from "./words";

export { capable } from "./capable";
export { MalformedError, OpenError, ProofError, TooFewError } from "./errors";
export { namedVersions, verifyTrust, type Current, type InForce } from "./inforce";
export { candidatePools, plan, type Wishes } from "./plan";
export { dayOf } from "./statements";
export { CODES, CONSENT_DEFAULTS, CONSENT_VALUES, PURPOSES, type ConsentValue, type Purpose } from "./vocabulary";
export { digitsOf, entropyOf, hasWords, keysOf, WORD_LANGUAGES, type Keys, type WordLanguage } from "./words";
export { slipOf } from "./slips";
export { hex, unhex, type Bytes, type Draw } from "./bytes";
export type { Pool } from "./bundle";
export type { Retention } from "./envelope";
export type { Files, Piece } from "./contents";
export type { Checkpoint } from "./checkpoints";
export type { Plan } from "./locks";
export type { Report } from "./report";

export interface NewWords {
  /** Give it to `seal`; forget it when the page is left. */
  readonly entropy: Bytes;
  /** Twelve words of her language, or ten groups of four digits where it has no list. */
  readonly shown: readonly string[];
  readonly digits: readonly string[];
}

/** Return new words in a language that has a list (only that list is fetched), or forty digits for every other. */
export async function newWords(language: string, draw: Draw = random): Promise<NewWords> {
  const entropy = words.newEntropy(draw);
  const digits = await words.digitsOf(entropy);
  return { entropy, shown: words.hasWords(language) ? await words.wordsOf(entropy, language) : digits, digits };
}

export interface SealOptions {
  /** Number of this envelope among those of the same words, from 0. */
  readonly number?: number;
  /** Id of an earlier envelope of the same words that this one follows. */
  readonly thread?: Bytes;
  readonly retention?: envelope.Retention;
  /** Files that travel after it (protocol 19): they are sent when it has arrived. */
  readonly files?: contents.Files;
  readonly draw?: Draw;
  /** Called after each of `total` steps. */
  readonly progress?: (done: number, total: number) => void;
}

export interface Sealed {
  /** What is sent to POST /v1/reports, or saved as a file: the same bytes. */
  readonly envelope: Bytes;
  readonly id: Bytes;
  readonly idHex: string;
  /** R_n: `checkProof` needs it; secret. */
  readonly received: Bytes;
}

/** Seal a report to the people and gates in force.
 *
 * Raise MalformedError where it cannot be sealed as it is (its message names fields, never what is in them), and
 * TooFewError where with these wishes too few people could open it. Nothing is sent.
 */
export async function seal(report: Report, inForce: InForce, entropy: Bytes, options: SealOptions = {}): Promise<Sealed> {
  const { number = 0, thread = new Uint8Array(), retention = 12, files = contents.NO_FILES, draw = random, progress } = options;
  const keys = words.keysOf(entropy, number);
  const { bundle, directory } = inForce;
  checkReport(report);
  const slip = slipOf(report, thread);
  const made = await envelope.seal({
    contents: contents.write(report, slip, await words.replyKey(keys), files),
    slip,
    plan: plan(slip, bundle, directory),
    to: {
      gates: new Map(bundle.body.gates.map((gate) => [gate.name, gate.encryption])),
      people: recipients(directory),
      bundle: bundle.digest,
      directory: directory.digest,
    },
    keys,
    retention,
    draw,
    ...(progress && { progress }),
  });
  const id = await sha256(made.header);
  return { envelope: envelope.envelopeForm.encode(made), id, idHex: hex(id), received: made.received };
}

/** Return the id of a sealed file. Raise MalformedError for a damaged one, or for what is none. */
export async function checkSealed(data: Bytes): Promise<{ readonly id: Bytes; readonly idHex: string }> {
  const found = envelope.envelopeForm.decode(data, LIMIT.envelope);
  await envelope.openedHeader(found);
  const id = await sha256(found.header);
  return { id, idHex: hex(id) };
}

/** Return the index of the report's leaf. Raise ProofError unless the log signed the receipt for exactly this report. */
export async function checkReceipt(receipt: string, id: Bytes, log: LogPolicy): Promise<number> {
  const keys = log.log.filter((key) => key.kind === notes.ED25519);
  const found = fields(await notes.need(receipt, keys, 1), Label.NOTE_RECEIPT, ["id", "index"]);
  const index = notes.decimal(found.index);
  if (found.id !== hex(id)) throw new ProofError("receipt of another report");
  return index;
}

/** Return the checkpoint, with its quorum, in which this report's leaf is. Raise ProofError or MalformedError. */
export async function checkProof(proof: string, received: Bytes, id: Bytes, log: LogPolicy): Promise<Checkpoint> {
  return verifyProof(parseProof(proof), log, await receivedLeaf(received, id));
}

/** The same of a file that has arrived; `trailer`: its arrival key and seal (protocol 19.3). */
export async function checkKept(proof: string, trailer: Bytes, log: LogPolicy): Promise<Checkpoint> {
  return verifyProof(parseProof(proof), log, await objectLeaf(trailer.slice(0, 32), trailer.slice(32)));
}
