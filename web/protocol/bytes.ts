// Bytes: joining, comparing, and the few number and text forms of protocol 1.1.
import { MalformedError } from "./errors";

/** What WebCrypto takes: bytes over memory of their own. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Draws so many random bytes. */
export type Draw = (count: number) => Bytes;

const ENCODER = new TextEncoder();
// Fatal: bytes that are no UTF-8 are refused, never replaced; and a leading U+FEFF is text like any other.
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const SURROGATE = /\p{Surrogate}/u; // matches lone ones only

/** The browser's own generator: the only source of chance outside of tests. */
export const random: Draw = (count) => crypto.getRandomValues(new Uint8Array(count));

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Compare public values; nothing here compares secrets. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** Whether it can be written as UTF-8: a lone surrogate cannot. */
export const isText = (text: string): boolean => !SURROGATE.test(text);

export function utf8(text: string): Bytes {
  if (!isText(text)) throw new MalformedError("not text");
  return new Uint8Array(ENCODER.encode(text));
}

export function fromUtf8(data: Uint8Array): string {
  try {
    return DECODER.decode(data);
  } catch {
    throw new MalformedError("not UTF-8");
  }
}

/** Big-endian number of `size` bytes. */
export function unsigned(value: number, size: number): Bytes {
  const out = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256;
  return out;
}

/** `[x]` of the protocol: a variable part after a label carries its length (u16). */
export const sized = (value: Uint8Array): Bytes => concat(unsigned(value.length, 2), value);

export const hex = (data: Uint8Array): string => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function unhex(text: string): Bytes {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new MalformedError("hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
