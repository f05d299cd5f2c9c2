// X-Wing (MLKEM768-X25519) in JavaScript, for browsers that have none: `@noble/post-quantum` in the form `hpke` asks for.
// noble is not constant-time; it runs on the device of somebody who makes the secret herself, never as an oracle.
import { ml_kem768_x25519 as kem } from "@noble/post-quantum/hybrid.js";
import type { KEMFactory, Key } from "hpke";
import type { Bytes } from "./bytes";

export const SEED = 32; // bytes of a private key

interface RawKey extends Key {
  readonly raw: Uint8Array;
}

const held = (type: "private" | "public", raw: Uint8Array): RawKey => ({
  type,
  extractable: true,
  algorithm: { name: "MLKEM768-X25519" },
  raw: raw.slice(),
});

export const publicKeyOf = (seed: Bytes): Bytes => new Uint8Array(kem.keygen(seed).publicKey);

const unused = (): never => {
  throw new Error("unused: private keys here are 32-byte seeds");
};

export const xwing: KEMFactory<RawKey> = () => ({
  type: "KEM",
  id: 0x647a,
  name: "MLKEM768-X25519",
  Nsecret: 32,
  Nenc: 1120,
  Npk: 1216,
  Nsk: SEED,
  GenerateKeyPair: async () => unused(),
  DeriveKeyPair: async () => unused(),
  SerializePublicKey: async (key) => key.raw.slice(),
  DeserializePublicKey: async (raw) => held("public", raw),
  SerializePrivateKey: async (key) => key.raw.slice(),
  DeserializePrivateKey: async (raw) => held("private", raw),
  Encap: async (to) => {
    const { cipherText, sharedSecret } = kem.encapsulate(to.raw);
    return { enc: cipherText, shared_secret: sharedSecret };
  },
  Decap: async (enc, key) => kem.decapsulate(enc, key.raw),
});
