// Make lengths say little (protocol 1.6).
import { concat, unsigned, type Bytes } from "./bytes";
import { MalformedError } from "./errors";

const PREFIX = 4; // bytes: u32 length in front

/** Return exactly `bucket` bytes. */
export function pad(content: Uint8Array, bucket: number): Bytes {
  const rest = bucket - PREFIX - content.length;
  if (rest < 0) throw new MalformedError("does not fit its bucket");
  return concat(unsigned(content.length, PREFIX), content, new Uint8Array(rest));
}

/** Return the smallest of `buckets` (ascending) that holds the content. */
export function smallest(content: Uint8Array, buckets: readonly number[]): number {
  const found = buckets.find((bucket) => content.length + PREFIX <= bucket);
  if (found === undefined) throw new MalformedError("does not fit the largest bucket");
  return found;
}

/** Return the content. Padding that is not zero is refused: it could carry a mark. */
export function unpad(padded: Bytes): Bytes {
  if (padded.length < PREFIX) throw new MalformedError("no length");
  const end = PREFIX + new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (end > padded.length || padded.subarray(end).some((byte) => byte !== 0)) throw new MalformedError("bad padding");
  return padded.slice(PREFIX, end);
}
