// Five sections, each sealed by itself (protocol 3): padding to a bucket, the key from all locks, Cobblestone-256.
import { concat, sized, utf8, type Bytes, type Draw } from "./bytes";
import * as cobblestone from "./cobblestone";
import { MalformedError } from "./errors";
import { derive } from "./hashing";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { pad, smallest, unpad } from "./padding";

/** In the order and with the numbers of protocol 3.1. */
export const SECTIONS = ["card", "story", "identity", "evidence", "originals"] as const;
export type Section = (typeof SECTIONS)[number];
export type Each<T> = { readonly [S in Section]: T };

const OVERHEAD = 72; // bytes: 24 salt, 32 key commitment, 16 tag of one chunk
const CHUNK = 16384;

export const BUCKETS: Each<readonly number[]> = {
  card: [LIMIT.card_bucket],
  story: [LIMIT.story_bucket_small, LIMIT.story_bucket_middle, LIMIT.story_bucket_large],
  identity: [LIMIT.side_bucket],
  evidence: [LIMIT.side_bucket],
  originals: [LIMIT.side_bucket],
};

export const isCustodial = (section: Section): boolean => section === "identity" || section === "originals";

export const largest = (section: Section): number => Math.max(...BUCKETS[section]);

/** Bytes of a sealed section. A bucket of whole chunks ends in one more, which is empty and marks the end. */
export const sealedSize = (bucket: number): number => bucket + OVERHEAD + 16 * Math.floor(bucket / CHUNK);

/** Protocol 3.4: all lock secrets, in the order gates, desk, custodians. */
export function sectionKey(section: Section, nonce: Bytes, secrets: readonly Bytes[]): Promise<Bytes> {
  const secret = concat(Uint8Array.of(secrets.length), ...secrets.map(sized));
  return derive(secret, Label.SECTION_KEY, sized(utf8(section)), nonce);
}

const context = (section: Section, nonce: Bytes): Bytes =>
  concat(utf8(Label.SECTION_TEXT), sized(utf8(section)), nonce);

export function sealSection(section: Section, nonce: Bytes, key: Bytes, content: Bytes, draw: Draw): Promise<Bytes> {
  const padded = pad(content, smallest(content, BUCKETS[section]));
  return cobblestone.encrypt(key, context(section, nonce), padded, draw);
}

/** Open and unpad. Raise OpenError for a wrong key or changed bytes. */
export async function unsealSection(section: Section, nonce: Bytes, key: Bytes, sealed: Bytes): Promise<Bytes> {
  const padded = await cobblestone.decrypt(key, context(section, nonce), sealed);
  if (!BUCKETS[section].includes(padded.length)) throw new MalformedError("bucket");
  return unpad(padded);
}
