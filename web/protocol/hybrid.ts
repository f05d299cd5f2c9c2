// Seal to one public key, or to several: HPKE with X-Wing (protocol 1.5).
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519, type Key } from "hpke";
import { concat, type Bytes, type Draw } from "./bytes";
import { MalformedError, OpenError } from "./errors";
import { publicKeyOf, SEED, xwing } from "./xwing";

export { SEED };

export const PUBLIC = 1216; // bytes of a public key: ML-KEM-768 1184 and X25519 32
const ENC = 1120;
export const OVERHEAD = ENC + 16; // bytes that a sealed message is longer than its plaintext
export const WRAP = OVERHEAD + 32; // bytes of one wrapped key in `sealAll`
const NONCE = new Uint8Array(12); // safe: each key that is used with it seals exactly one message

/** The browser's own X-Wing where it says that it has one (constant-time, fast); else the one in JavaScript. */
function suite(): CipherSuite {
  const subtle = (globalThis as { SubtleCrypto?: { supports?: (use: string, name: string) => boolean } }).SubtleCrypto;
  const native = (["generateKey", "encapsulateBits", "decapsulateBits"] as const).every(
    (use) => subtle?.supports?.(use, "MLKEM768-X25519") === true,
  );
  const kem = (native ? KEM_MLKEM768_X25519 : xwing) as ConstructorParameters<typeof CipherSuite>[0];
  return new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
}

let chosen: CipherSuite | undefined;
const hpke = (): CipherSuite => (chosen ??= suite());

/** Return the 1216-byte public key of a 32-byte seed. */
export function publicKey(seed: Bytes): Bytes {
  if (seed.length !== SEED) throw new MalformedError("seed");
  return publicKeyOf(seed);
}

/** Seal to the public key `to`; `info` binds all context. Result: plaintext + 1136 bytes. */
export async function seal(to: Bytes, plaintext: Bytes, info: Bytes): Promise<Bytes> {
  if (to.length !== PUBLIC) throw new MalformedError("public key");
  try {
    const key = await hpke().DeserializePublicKey(to);
    const { encapsulatedSecret, ciphertext } = await hpke().Seal(key, plaintext, { info });
    return concat(encapsulatedSecret, ciphertext);
  } catch {
    throw new MalformedError("public key"); // nothing else is left to be wrong: not its form, or of small order
  }
}

/** Open what was sealed to the key of `seed`. Raise OpenError whatever is wrong with it. */
export async function unseal(seed: Bytes, sealed: Bytes, info: Bytes): Promise<Bytes> {
  if (seed.length !== SEED) throw new MalformedError("seed");
  try {
    const key: Key = await hpke().DeserializePrivateKey(seed);
    return new Uint8Array(await hpke().Open(key, sealed.slice(0, ENC), sealed.slice(ENC), { info }));
  } catch {
    throw new OpenError();
  }
}

async function gcm(key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Seal once to several public keys: `u8(n) ‖ n wraps ‖ AES-256-GCM`. `draw` gives the one-time key. */
export async function sealAll(to: readonly Bytes[], plaintext: Bytes, info: Bytes, draw: Draw): Promise<Bytes> {
  if (to.length < 1 || to.length > 255) throw new MalformedError("recipients");
  const key = draw(32);
  const wraps = await Promise.all(to.map((one) => seal(one, key, info)));
  const how = { name: "AES-GCM", iv: NONCE, additionalData: info };
  const body = await crypto.subtle.encrypt(how, await gcm(key), plaintext);
  return concat(Uint8Array.of(to.length), ...wraps, new Uint8Array(body));
}

/** Open what `sealAll` made, as one of its recipients. Raise OpenError otherwise. */
export async function unsealAny(seed: Bytes, sealed: Bytes, info: Bytes): Promise<Bytes> {
  const count = sealed[0] ?? 0;
  const body = 1 + count * WRAP;
  if (count === 0 || sealed.length < body + 16) throw new OpenError();
  for (let start = 1; start < body; start += WRAP) {
    try {
      const key = await unseal(seed, sealed.slice(start, start + WRAP), info);
      const how = { name: "AES-GCM", iv: NONCE, additionalData: info };
      return new Uint8Array(await crypto.subtle.decrypt(how, await gcm(key), sealed.slice(body)));
    } catch (error) {
      if (error instanceof MalformedError) throw error;
    }
  }
  throw new OpenError();
}

/** Seal under a key that is used for exactly one message: AES-256-GCM with a nonce of zero. */
export const lockBox = async (key: Bytes, plaintext: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: NONCE }, await gcm(key), plaintext));

/** Open AES-256-GCM under a key that is used for exactly one message, so that its nonce is zero. */
export async function openBox(key: Bytes, sealed: Bytes): Promise<Bytes> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: NONCE }, await gcm(key), sealed));
  } catch {
    throw new OpenError();
  }
}
