// Checkpoints, quorum and proofs of the log (C2SP tlog-checkpoint, tlog-policy, tlog-proof; protocol 9).
import { type Bytes } from "./bytes";
import { MalformedError, ProofError, require } from "./errors";
import { LIMIT } from "./limits";
import * as merkle from "./merkle";
import * as notes from "./notes";
import type { TreeHead, Vkey } from "./notes";

const MAGIC = "c2sp.org/tlog-proof@v1";
// Where Python's `splitlines` and `split` cut.
const LINES = /\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]/;
const SPACES = /[\x09-\x0d\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** A tree head that was verified. `time`: the oldest cosignature that the quorum needs; null without witnesses. */
export interface Checkpoint extends TreeHead {
  readonly time: number | null;
}

/** Whose signatures make a checkpoint: the log's, and a quorum of witnesses (tlog-policy, one group). */
export interface LogPolicy {
  readonly log: readonly Vkey[];
  readonly witnesses: readonly Vkey[];
  readonly quorum: number;
  readonly origin: string;
}

/** Read `log <vkey>`, `witness <name> <vkey>`, `group <name> <k|any|all> <names…>`, `quorum <name|none>`. */
export async function parsePolicy(text: string): Promise<LogPolicy> {
  const log: Vkey[] = [];
  const witnesses = new Map<string, Vkey>();
  const groups = new Map<string, readonly [number, readonly Vkey[]]>([["none", [0, []]]]);
  let quorum: string | undefined;
  for (const line of text.split(LINES)) {
    const [what, name, third, ...members] = (line.split("#")[0] ?? "").split(SPACES).filter((word) => word !== "");
    if (what === undefined) continue;
    if (what === "log" && name !== undefined) {
      log.push(await notes.parseVkey(name));
    } else if (what === "witness" && name !== undefined && third !== undefined && !groups.has(name)) {
      const key = await notes.parseVkey(third);
      witnesses.set(name, key);
      groups.set(name, [1, [key]]);
    } else if (what === "group" && name !== undefined && third !== undefined && !groups.has(name)) {
      const needed = third === "any" ? 1 : third === "all" ? members.length : notes.decimal(third);
      const keys = members.map((one) => witnesses.get(one));
      require(keys.every((key) => key !== undefined), "policy line");
      groups.set(name, [needed, keys as Vkey[]]);
    } else if (what === "quorum" && name !== undefined && third === undefined && groups.has(name) && quorum === undefined) {
      quorum = name;
    } else {
      throw new MalformedError("policy line");
    }
  }
  const [first] = log;
  const group = quorum === undefined ? undefined : groups.get(quorum);
  if (group === undefined || first === undefined) throw new MalformedError("policy without log or quorum");
  const [needed, keys] = group;
  require(notes.distinctKeys(keys) >= needed && !(keys.length > 0 && needed === 0), "quorum that cannot be");
  return { log, witnesses: keys, quorum: needed, origin: first.name };
}

const includes = (keys: readonly Vkey[], key: Vkey): boolean => keys.some((one) => one.text === key.text);

/** Return the tree head of a checkpoint. Raise ProofError without the log's signature or the quorum. */
export async function verifyCheckpoint(policy: LogPolicy, note: string): Promise<Checkpoint> {
  const [text, signed] = await notes.verify(note, [...policy.log, ...policy.witnesses]);
  const head = notes.parseTreeHead(text);
  const byLog = signed.some(({ key }) => key.kind === notes.ED25519 && includes(policy.log, key));
  if (head.origin !== policy.origin || !byLog) throw new ProofError("not signed by the log");
  const cosigned = signed.filter(({ key }) => includes(policy.witnesses, key));
  if (notes.distinctKeys(cosigned.map((one) => one.key)) < policy.quorum) throw new ProofError("no quorum");
  const byKey = new Map(cosigned.map(({ key, time }) => [String(key.key), time ?? 0]));
  const times = [...byKey.values()].sort((one, other) => other - one).slice(0, policy.quorum);
  return { ...head, time: times.at(-1) ?? null };
}

/** A receipt that anybody can check offline. */
export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Bytes[];
  readonly checkpoint: string;
}

/** Return the text form. */
export function encodeProof({ index, hashes, checkpoint }: TlogProof): string {
  return `${MAGIC}\nindex ${index}\n${hashes.map((one) => `${notes.b64(one)}\n`).join("")}\n${checkpoint}`;
}

/** Read the text form; an `extra` line is ignored as the specification says. */
export function parseProof(text: string): TlogProof {
  const blank = text.indexOf("\n\n");
  require(Array.from(text).length <= 2 * LIMIT.note && blank >= 0, "tlog-proof");
  const [magic, ...lines] = text.slice(0, blank).split("\n");
  require(magic === MAGIC, "tlog-proof");
  if (lines[0]?.startsWith("extra ")) notes.unb64((lines.shift() ?? "").slice("extra ".length));
  const [index, ...encoded] = lines;
  require(index?.startsWith("index ") === true && encoded.length <= LIMIT.proof_hashes, "tlog-proof");
  const hashes = encoded.map((line) => notes.unb64(line));
  return { index: notes.decimal((index ?? "").slice("index ".length)), hashes, checkpoint: text.slice(blank + 2) };
}

/** Return the checkpoint in which the entry `leaf` is at the proof's index, or raise ProofError. */
export async function verifyProof(proof: TlogProof, policy: LogPolicy, leaf: Bytes): Promise<Checkpoint> {
  const head = await verifyCheckpoint(policy, proof.checkpoint);
  await merkle.verifyInclusion(await merkle.leafHash(leaf), proof.index, head.size, proof.hashes, head.root);
  return head;
}
