// Ed25519 signatures, each in one domain (protocol 1.4), verified by the browser alone: JavaScript libraries accept
// signatures that browsers and Python refuse.
import { concat, utf8, type Bytes } from "./bytes";
import { ProofError } from "./errors";
import type { Label } from "./labels";

/** Raise ProofError unless `signature` is one of `key` over exactly this message. */
export async function verifyRaw(key: Bytes, message: Bytes, signature: Bytes): Promise<void> {
  let good = false;
  try {
    const held = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    good = await crypto.subtle.verify("Ed25519", held, signature, message);
  } catch {
    // A key of another length, or a browser without Ed25519 (`index.capable` tells her so): nothing is believed.
  }
  if (!good) throw new ProofError("bad signature");
}

/** Raise ProofError unless `signature` is one of `key` over `label ‖ message`. */
export const verify = (key: Bytes, label: Label, message: Bytes, signature: Bytes): Promise<void> =>
  verifyRaw(key, concat(utf8(label), message), signature);
