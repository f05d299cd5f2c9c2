// The bundle: gates, log, rules and pools, as k officers signed them (protocol 8.3).
// Rules are text here: a page decides nothing by them, so they are neither parsed nor run (Cedar would need WASM).
import { type Bytes, hex } from "./bytes";
import { parsePolicy } from "./checkpoints";
import { ProofError, require } from "./errors";
import { PUBLIC } from "./hybrid";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { binary, flag, Form, integer, list, struct, text, type Of } from "./messages";
import * as notes from "./notes";
import type { Vkey } from "./notes";
import { LINK, NAME } from "./slip";
import { verifyVersion, type Trust, type Version } from "./trust";
import { checkWords, WORDING } from "./wording";

const YEAR = 8760; // hours
const HOUR = 3600; // seconds

const POOL = struct({ name: text, ring: integer, links: list(text), women: flag }, (pool) => {
  require(NAME.test(pool.name) && (pool.ring === 0 || pool.ring === 1), "pool");
  require(pool.links.every((link) => LINK.test(link)), "links of a pool");
});
/** A group of reviewers that she can leave out as a whole; `links` are ties that all of it may have. */
export type Pool = Of<typeof POOL>;

const GATE = struct({ name: text, vkey: text, encryption: binary, url: text }, (gate) => {
  require(NAME.test(gate.name) && /^(?:[^\p{C}\p{Z}]| )*$/u.test(gate.url), "gate");
  require(gate.encryption.length === PUBLIC, "public key"); // what else can be wrong with it shows when sealing to it
});
/** A second lock: its signing key, its encryption key, its address. */
export type Gate = Of<typeof GATE>;

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

const BODY = struct(
  {
    number: integer,
    rehearsal: flag,
    widenHours: integer,
    consentHours: integer,
    gates: list(GATE),
    threshold: integer,
    origin: text,
    logKeys: list(text),
    witnesses: text,
    tick: integer,
    vocabulary: binary,
    schema: text,
    policies: text,
    engine: text,
    pools: list(POOL),
    words: list(WORDING),
    answers: integer,
    withdrawHours: integer,
  },
  (body) => {
    require(body.number > 0, "version");
    const least = body.rehearsal ? 0 : 1; // only a rehearsal may bind at once; every client announces it
    require([body.widenHours, body.consentHours, body.withdrawHours].every((hours) => hours >= least && hours <= YEAR), "hours");
    const count = body.gates.length;
    require(body.threshold >= 1 && body.threshold <= count && count <= LIMIT.gates, "threshold of gates");
    require(distinct(body.gates.map((gate) => gate.name)), "one gate twice");
    require(distinct(body.gates.map((gate) => hex(gate.encryption))), "one gate twice");
    require(body.tick >= 0 && body.tick <= HOUR && body.vocabulary.length === 32, "tick or vocabulary");
    require(distinct(body.pools.map((pool) => pool.name)), "one pool twice");
    checkWords(body.words);
    require(body.answers >= LIMIT.answers_least && body.answers <= LIMIT.answers_most, "answers");
  },
);
export type BundleBody = Of<typeof BODY>;
const bodyForm = new Form(BODY);

/** A bundle that k officers signed. Made by `verifyBundle` alone. */
export interface Bundle extends Version {
  readonly body: BundleBody;
  readonly gateKeys: readonly Vkey[]; // in bundle order
}

/** Return a signed version, checked as `policies.bundle` checks it. Raise ProofError or MalformedError. */
export async function verifyBundle(note: string, data: Bytes, trust: Trust): Promise<Bundle> {
  const version = await verifyVersion(note, data, Label.NOTE_BUNDLE, trust);
  const body = bodyForm.decode(data, LIMIT.body);
  const gateKeys = await Promise.all(body.gates.map((gate) => notes.parseVkey(gate.vkey)));
  require(gateKeys.every((key) => key.kind === notes.ED25519), "gate");
  require(notes.distinctKeys(gateKeys) === gateKeys.length, "one gate twice");
  const policy = await parsePolicy(body.witnesses);
  const logKeys = await Promise.all(body.logKeys.map((one) => notes.parseVkey(one)));
  require(logKeys.length > 0 && logKeys.every((key) => key.name === body.origin), "log keys");
  const known = new Set(logKeys.map((key) => key.text));
  require(policy.origin === body.origin && policy.log.every((key) => known.has(key.text)), "log of the witness policy");
  if (body.number !== version.number) throw new ProofError("version of the body");
  return { ...version, body, gateKeys };
}
