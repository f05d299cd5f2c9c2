// `trust.json`: what clients and auditors are given once, out of band, and pin (protocol 8.2); for the page, at build time.
import { type Bytes, equal, utf8 } from "./bytes";
import { parsePolicy, type LogPolicy } from "./checkpoints";
import { MalformedError, ProofError, require } from "./errors";
import { sha256 } from "./hashing";
import type { Label } from "./labels";
import { LIMIT } from "./limits";
import * as notes from "./notes";
import type { Vkey } from "./notes";
import { fields } from "./statements";

/** The officers' keys and how many of them are needed; the log and its witnesses; where the service is. */
export interface Trust {
  readonly officers: readonly Vkey[];
  readonly threshold: number;
  readonly logPolicy: LogPolicy;
  readonly url: string;
}

function parsed(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    throw new MalformedError("trust file");
  }
}

/** Read `trust.json`. Raise MalformedError for anything but exactly its four fields. */
export async function parseTrust(json: string): Promise<Trust> {
  require(json.length <= LIMIT.note, "trust size");
  const file = parsed(json);
  require(typeof file === "object" && file !== null && !Array.isArray(file), "trust file");
  require(Object.keys(file).sort().join() === "log,officers,threshold,url", "trust file");
  const { log, officers, threshold, url } = file;
  require(typeof log === "string" && typeof url === "string" && Number.isInteger(threshold), "trust file");
  require(Array.isArray(officers) && officers.every((one) => typeof one === "string"), "trust file");
  const keys = await Promise.all((officers as string[]).map((one) => notes.parseVkey(one)));
  require(keys.every((key) => key.kind === notes.ED25519), "officer's key");
  require(notes.distinctKeys(keys) === keys.length, "one officer twice");
  const needed = threshold as number;
  require(needed >= 1 && needed <= keys.length, "threshold of officers");
  return { officers: keys, threshold: needed, logPolicy: await parsePolicy(log), url };
}

/** What k officers signed: a number, and the digest of the statement. */
export interface Version {
  readonly number: number;
  readonly digest: Bytes;
}

/** Return the version that k officers signed for exactly this body. Raise ProofError or MalformedError.
 *
 * The chain of versions is not followed: for who starts here, `current` says which one is in force.
 */
export async function verifyVersion(note: string, body: Bytes, label: Label, trust: Trust): Promise<Version> {
  const text = await notes.need(note, trust.officers, trust.threshold);
  const found = fields(text, label, ["version", "previous", "body"]);
  const number = notes.decimal(found.version);
  const previous = found.previous === "-" ? null : notes.unb64(found.previous);
  require(number > 0 && (previous === null) === (number === 1), "version");
  require(previous === null || previous.length === 32, "previous");
  if (!equal(notes.unb64(found.body), await sha256(body))) throw new ProofError("another body");
  return { number, digest: await sha256(utf8(text)) };
}
