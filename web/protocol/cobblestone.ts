// Cobblestone-256 (C2SP chunked-encryption: HKDF-Expand-SHA-512, AES-256-GCM, 16 KiB chunks) over WebCrypto (protocol 3.5).
// It commits to the key: a wrong one shows before any byte is opened. The short last chunk marks the end.
import { concat, equal, utf8, type Bytes, type Draw } from "./bytes";
import { OpenError } from "./errors";
import { hmac } from "./hashing";

const CHUNK = 16384;
const TAG = 16;
const SALT = 24;
const COMMITMENT = 32;
const HEAD = SALT + COMMITMENT;
const NAME = concat(utf8("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM"), new Uint8Array(1));

interface Derived {
  readonly key: CryptoKey;
  readonly nonce: Bytes;
  readonly commitment: Bytes;
}

async function derived(key: Bytes, salt: Bytes, context: Bytes): Promise<Derived> {
  const info = concat(NAME, salt, context);
  const first = await hmac("SHA-512", key, concat(info, Uint8Array.of(1)));
  const second = await hmac("SHA-512", key, concat(first, info, Uint8Array.of(2)));
  const okm = concat(first, second); // 32 of key, 12 of nonce, 32 of commitment: 76 of these 128
  return {
    key: await crypto.subtle.importKey("raw", okm.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]),
    nonce: okm.slice(32, 44),
    commitment: okm.slice(44, 44 + COMMITMENT),
  };
}

/** The base nonce with the chunk's number added in by exclusive or, from its end. */
function chunkNonce(base: Bytes, number: number): Bytes {
  const nonce = base.slice();
  for (let i = 11, rest = number; rest > 0; i--, rest = Math.floor(rest / 256)) nonce[i] = (nonce[i] ?? 0) ^ (rest % 256);
  return nonce;
}

export async function encrypt(key: Bytes, context: Bytes, plaintext: Bytes, draw: Draw): Promise<Bytes> {
  const salt = draw(SALT);
  const from = await derived(key, salt, context);
  const count = Math.floor(plaintext.length / CHUNK) + 1; // whole chunks end in one more, which is empty
  const chunks = Array.from({ length: count }, async (_, i) => {
    const how = { name: "AES-GCM", iv: chunkNonce(from.nonce, i) };
    return new Uint8Array(await crypto.subtle.encrypt(how, from.key, plaintext.slice(i * CHUNK, (i + 1) * CHUNK)));
  });
  return concat(salt, from.commitment, ...(await Promise.all(chunks)));
}

/** Raise OpenError for a wrong key, changed bytes, or an end that is missing. */
export async function decrypt(key: Bytes, context: Bytes, sealed: Bytes): Promise<Bytes> {
  const step = CHUNK + TAG;
  const body = sealed.slice(HEAD);
  const last = Math.floor(body.length / step);
  if (body.length % step < TAG) throw new OpenError();
  const from = await derived(key, sealed.slice(0, SALT), context);
  if (!equal(from.commitment, sealed.slice(SALT, HEAD))) throw new OpenError();
  try {
    const chunks = Array.from({ length: last + 1 }, async (_, i) => {
      const how = { name: "AES-GCM", iv: chunkNonce(from.nonce, i) };
      return new Uint8Array(await crypto.subtle.decrypt(how, from.key, body.slice(i * step, (i + 1) * step)));
    });
    return concat(...(await Promise.all(chunks)));
  } catch {
    throw new OpenError();
  }
}
