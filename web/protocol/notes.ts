// Signed notes (C2SP signed-note), with the signature types 0x01, 0x04 and 0x06 (protocol 9).
import { concat, equal, hex, isText, unsigned, utf8, type Bytes } from "./bytes";
import { MalformedError, ProofError, require } from "./errors";
import { sha256 } from "./hashing";
import { LIMIT } from "./limits";
import { verifyRaw } from "./signing";

const DASH = "— "; // em dash U+2014 and a space
const KEY_ID = 4; // bytes

export const ED25519 = 1;
export const COSIGNATURE = 4;
export const MLDSA44 = 6;
const PUBLIC_SIZE: ReadonlyMap<number, number> = new Map([
  [ED25519, 32],
  [COSIGNATURE, 32],
  [MLDSA44, 1312],
]);

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Standard base64 with padding. */
export function b64(data: Uint8Array): string {
  let out = "";
  for (let i = 0; i < data.length; i += 3) {
    const [a = 0, b = 0, c = 0] = data.subarray(i, i + 3);
    const group = (a << 16) | (b << 8) | c;
    for (let j = 0; j < 4; j++) out += i + j > data.length ? "=" : (ALPHABET[(group >> (18 - 6 * j)) & 63] ?? "");
  }
  return out;
}

/** Decode only the canonical form. */
export function unb64(text: string): Bytes {
  require(text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text), "base64");
  const data = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  require(b64(data) === text, "base64 not canonical");
  return data;
}

/** Decode a number without sign, leading zero or foreign digits. */
export function decimal(text: string): number {
  require(/^(0|[1-9][0-9]{0,18})$/.test(text) && Number(text) <= Number.MAX_SAFE_INTEGER, "number");
  return Number(text);
}

/** A verifier key: name, type, public key. `text` is `name+hex id+base64`. */
export interface Vkey {
  readonly name: string;
  readonly kind: number;
  readonly key: Bytes;
  readonly id: Bytes;
  readonly text: string;
}

// What Python's `str.isspace` and the control characters are: none of them is part of a name.
const SPACE = /[\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const goodName = (name: string): boolean => name !== "" && !name.includes("+") && !SPACE.test(name) && isText(name);

/** Read the text form; the id in it must be right. */
export async function parseVkey(text: string): Promise<Vkey> {
  const [name = "", keyId, ...encoded] = text.split("+");
  const raw = unb64(encoded.join("+")); // base64 has plus signs too
  const kind = raw[0] ?? 0;
  const key = raw.slice(1);
  require(goodName(name) && PUBLIC_SIZE.get(kind) === key.length, "verifier key");
  const id = (await sha256(concat(utf8(name), utf8("\n"), raw))).slice(0, KEY_ID);
  require(hex(id) === keyId, "verifier key");
  return { name, kind, key, id, text };
}

/** One signature that was verified. `time`: seconds since 1970, for cosignatures. */
export interface Signed {
  readonly key: Vkey;
  readonly time: number | null;
}

export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** Read the three lines of a checkpoint: origin, size, root. Extension lines are refused (protocol 9). */
export function parseTreeHead(text: string): TreeHead {
  const [origin = "", size = "", encoded = "", end, ...more] = text.split("\n");
  require(end === "" && more.length === 0 && goodName(origin), "checkpoint");
  const root = unb64(encoded);
  require(root.length === 32, "checkpoint root");
  return { origin, size: decimal(size), root };
}

interface Line {
  readonly name: string;
  readonly id: Bytes;
  readonly signature: Bytes;
}

/** Return text and unverified signature lines. */
export function split(note: string): readonly [string, readonly Line[]] {
  require(Array.from(note).length <= LIMIT.note && !/[\x00-\x09\x0b-\x1f]/.test(note) && isText(note), "note");
  const blank = note.lastIndexOf("\n\n");
  const tail = note.slice(blank + 2);
  require(blank > 0 && tail.endsWith("\n"), "note without signatures");
  const lines = tail.slice(0, -1).split("\n");
  require(lines.length <= LIMIT.note_signatures, "too many signatures");
  const found = lines.map((line) => {
    const space = line.indexOf(" ", DASH.length);
    require(line.startsWith(DASH) && space > 0, "signature line");
    const name = line.slice(DASH.length, space);
    const raw = unb64(line.slice(space + 1));
    require(goodName(name) && raw.length > KEY_ID, "signature line");
    return { name, id: raw.slice(0, KEY_ID), signature: raw.slice(KEY_ID) };
  });
  return [note.slice(0, blank + 1), found];
}

/** Return the text and the signatures by known keys, each key once. Raise ProofError if one of them is bad.
 *
 * It does not say how many are enough: see `need`.
 */
export async function verify(note: string, keys: readonly Vkey[]): Promise<readonly [string, readonly Signed[]]> {
  const [text, lines] = split(note);
  const good = new Map<string, Signed>();
  const tried = new Set<string>(); // 64 copies of one good line cost one verification
  for (const { name, id, signature } of lines) {
    const key = keys.find((one) => one.name === name && equal(one.id, id));
    const line = `${name} ${hex(id)} ${hex(signature)}`;
    if (key === undefined || tried.has(line)) continue;
    tried.add(line);
    const time = await verifyOne(key, text, signature); // a second line of one key is verified, and counts for nothing
    if (!good.has(key.text)) good.set(key.text, { key, time });
  }
  return [text, [...good.values()]];
}

/** Return the text of a note that at least `count` different public keys signed, or raise ProofError. */
export async function need(note: string, keys: readonly Vkey[], count: number): Promise<string> {
  const [text, signed] = await verify(note, keys);
  if (distinctKeys(signed.map((one) => one.key)) < Math.max(count, 1)) throw new ProofError("too few signatures");
  return text;
}

/** How many different public keys these are: one key under two names counts once. */
export const distinctKeys = (keys: readonly Vkey[]): number => new Set(keys.map((one) => hex(one.key))).size;

async function verifyOne(key: Vkey, text: string, signature: Bytes): Promise<number | null> {
  if (key.kind === ED25519) {
    await verifyRaw(key.key, utf8(text), signature);
    return null;
  }
  if (signature.length <= 8) throw new ProofError("bad signature");
  const time = new DataView(signature.buffer).getBigUint64(0); // a slice: it begins its buffer
  if (time >> 63n) throw new ProofError("bad signature time");
  const rest = signature.slice(8);
  if (key.kind === COSIGNATURE) {
    await verifyRaw(key.key, utf8(`cosignature/v1\ntime ${time}\n${text}`), rest);
  } else {
    await verifyMldsa(key, cosignedMessage(key.name, signature.slice(0, 8), parseTreeHead(text)), rest);
  }
  return Number(time);
}

/** What an ML-DSA-44 cosignature signs (C2SP tlog-cosignature, `subtree/v1`). */
function cosignedMessage(name: string, time: Bytes, { origin, size, root }: TreeHead): Bytes {
  const [who, where] = [utf8(name), utf8(origin)];
  if (who.length > 255 || where.length > 255) throw new MalformedError("name");
  const [a, b] = [Uint8Array.of(who.length), Uint8Array.of(where.length)];
  return concat(utf8("subtree/v1\n\0"), a, who, time, b, where, unsigned(0, 8), unsigned(size, 8), root);
}

/** Fetched only where a key of this type is known. A public check of a public thing: constant time is not needed. */
async function verifyMldsa(key: Vkey, message: Bytes, signature: Bytes): Promise<void> {
  const { ml_dsa44 } = await import("@noble/post-quantum/ml-dsa.js");
  let good = false;
  try {
    good = ml_dsa44.verify(signature, message, key.key);
  } catch {
    // of another length
  }
  if (!good) throw new ProofError("bad signature");
}
