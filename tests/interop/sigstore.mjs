// What the Merkle code of `@sigstore/verify` says of inclusion proofs. Reads [{index, size, root, leaf, proof}, ...] with
// bytes in hex from standard input; writes [true or false, ...]. The module is not one of the package's exports.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const { verifyMerkleInclusion } = require(join(dirname(require.resolve("@sigstore/verify")), "tlog", "merkle.js"));
const bytes = (hex) => Buffer.from(hex, "hex");

const holds = ({ index, size, root, leaf, proof }) => {
  const entry = { canonicalizedBody: bytes(leaf), inclusionProof: { logIndex: String(index), hashes: proof.map(bytes) } };
  try {
    verifyMerkleInclusion(entry, { logSize: BigInt(size), logHash: bytes(root) });
    return true;
  } catch (error) {
    if (error.code === "TLOG_INCLUSION_PROOF_ERROR") return false;
    throw error;
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(holds)));
