// What a browser must be able to do. It is asked before anything is fetched that would need it.
import { unhex } from "./bytes";

/** Whether this browser can do all that sealing needs. Without it, say so and offer another way; never try anyway. */
export async function capable(): Promise<boolean> {
  try {
    // RFC 8032, test 1: a browser that cannot verify it would have to believe the server.
    const key = unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const signature = unhex(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    const held = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", held, signature, new Uint8Array());
  } catch {
    return false; // no secure context, or no Ed25519
  }
}
