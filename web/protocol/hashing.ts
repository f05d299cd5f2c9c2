// SHA-256, HMAC and HKDF under a label (protocol 1.1), all by the browser.
import { concat, utf8, type Bytes } from "./bytes";
import type { Label } from "./labels";

export async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

const SIDE_BY_SIDE = 1024; // enough to keep the browser busy, few enough for an old phone

/** `H(label ‖ parts)`. Callers pass parts of fixed length, or `sized` ones. */
export const digest = (label: Label, ...parts: readonly Uint8Array[]): Promise<Bytes> =>
  sha256(concat(utf8(label), ...parts));

/** The finder: 16 bytes that only the holder of `key` connects with the commitment (protocol 7.3). */
export async function tag(key: Bytes, commitment: Bytes): Promise<Bytes> {
  return (await hmac("SHA-256", key, commitment)).slice(0, 16);
}

/** The same of many commitments under one key. */
export async function tags(key: Bytes, commitments: readonly Bytes[]): Promise<Bytes[]> {
  const held = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const made: Bytes[] = [];
  for (let at = 0; at < commitments.length; at += SIDE_BY_SIDE) {
    const some = commitments.slice(at, at + SIDE_BY_SIDE).map((one) => crypto.subtle.sign("HMAC", held, one));
    made.push(...(await Promise.all(some)).map((one) => new Uint8Array(one, 0, 16)));
  }
  return made;
}

export async function hmac(hash: "SHA-256" | "SHA-512", key: Bytes, message: Bytes): Promise<Bytes> {
  const held = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", held, message));
}

/** `HKDF(secret, label ‖ parts, 32)`, empty salt: secrets here are uniform or hashed by extract. */
export async function derive(secret: Bytes, label: Label, ...parts: readonly Uint8Array[]): Promise<Bytes> {
  const held = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const info = concat(utf8(label), ...parts);
  const bits = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, held, 256);
  return new Uint8Array(bits);
}
