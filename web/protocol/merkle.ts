// RFC 6962 Merkle tree: hashes and roots; verification by RFC 9162 2.1.3.2 and 2.1.4.2.
// Sizes are numbers up to 2^53, so they are halved by division: bit operators of JavaScript stop at 2^32.
import { concat, equal, type Bytes } from "./bytes";
import { ProofError } from "./errors";
import { sha256 } from "./hashing";

/** `H(0x00 ‖ entry)`. */
export const leafHash = (entry: Bytes): Promise<Bytes> => sha256(concat(Uint8Array.of(0), entry));

/** `H(0x01 ‖ left ‖ right)`. */
export const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(concat(Uint8Array.of(1), left, right));

const half = (value: number): number => Math.floor(value / 2);
const odd = (value: number): boolean => value % 2 === 1;

/** Root over leaf hashes. */
export async function root(hashes: readonly Bytes[]): Promise<Bytes> {
  const [first] = hashes;
  if (first === undefined) return sha256(new Uint8Array());
  if (hashes.length === 1) return first;
  let middle = 1;
  while (middle * 2 < hashes.length) middle *= 2;
  return nodeHash(await root(hashes.slice(0, middle)), await root(hashes.slice(middle)));
}

function checkHashes(hashes: readonly Bytes[]): void {
  if (hashes.some((one) => one.length !== 32)) throw new ProofError("hash size");
}

const counts = (...values: readonly number[]): boolean => values.every((one) => Number.isSafeInteger(one) && one >= 0);

/** Raise ProofError unless the leaf hash is at `index` of the tree of `size` leaves with this root. */
export async function verifyInclusion(
  leaf: Bytes,
  index: number,
  size: number,
  proof: readonly Bytes[],
  rootHash: Bytes,
): Promise<void> {
  if (!counts(index, size) || index >= size) throw new ProofError("index");
  checkHashes([leaf, rootHash, ...proof]);
  let node = index;
  let last = size - 1;
  let computed = leaf;
  for (const sibling of proof) {
    if (last === 0) throw new ProofError("proof too long");
    if (odd(node) || node === last) {
      computed = await nodeHash(sibling, computed);
      while (!odd(node) && node > 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      computed = await nodeHash(computed, sibling);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0 || !equal(computed, rootHash)) throw new ProofError("not included");
}

/** Raise ProofError unless the tree (size2, root2) begins with the tree (size1, root1). */
export async function verifyConsistency(
  size1: number,
  size2: number,
  proof: readonly Bytes[],
  root1: Bytes,
  root2: Bytes,
): Promise<void> {
  if (!counts(size1, size2) || size1 > size2) throw new ProofError("sizes");
  checkHashes([root1, root2, ...proof]);
  if (size1 === 0 || size1 === size2) {
    const empty = await sha256(new Uint8Array());
    const wrong = size1 === size2 ? !equal(root1, root2) : false;
    if (proof.length > 0 || wrong || (size1 === 0 && !equal(root1, empty))) throw new ProofError("not consistent");
    return;
  }
  let node = size1 - 1;
  let last = size2 - 1;
  while (odd(node)) {
    node = half(node);
    last = half(last);
  }
  // A whole power of two is its own first hash (RFC 9162 2.1.4.2): its root is not repeated in the proof.
  const [first, ...path] = node === 0 ? [root1, ...proof] : proof;
  if (first === undefined) throw new ProofError("empty proof");
  let before = first;
  let after = first;
  for (const sibling of path) {
    if (last === 0) throw new ProofError("proof too long");
    if (odd(node) || node === last) {
      before = await nodeHash(sibling, before);
      after = await nodeHash(sibling, after);
      while (!odd(node) && node > 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      after = await nodeHash(after, sibling);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0 || !equal(before, root1) || !equal(after, root2)) throw new ProofError("not consistent");
}
