// Evidence: one file as a sealed object of pieces that open each by itself (protocol 19): the twin of crypto/objects.py.
import { concat, equal, unsigned, utf8, type Bytes, type Draw } from "./bytes";
import * as cobblestone from "./cobblestone";
import { MalformedError, ProofError } from "./errors";
import { derive, digest, hmac } from "./hashing";
import { Label } from "./labels";
import { objectLeaf } from "./leaves";
import { LIMIT } from "./limits";
import { leafHash, root } from "./merkle";
import { sealedSize } from "./sections";

export const PIECE = 1 << 20; // bytes of a file in one piece; the last one may be shorter
export const NAME = 32;
export const TRAILER = 64; // bytes: arrival key and seal
const UNIT = 16384;
const WHOLE = sealedSize(PIECE);

function refuse(wrong: boolean, what: string): void {
  if (wrong) throw new MalformedError(what);
}

/** The smallest bucket for a file of so many bytes: four to seven quarters of a power of two. */
export function bucket(size: number): number {
  refuse(!Number.isSafeInteger(size) || size < 1 || size > LIMIT.file, "size of a file");
  for (let step = UNIT; ; step *= 2) {
    for (const quarters of [4, 5, 6, 7]) if (size <= quarters * step) return quarters * step;
  }
}

/** Bytes of an object: all its pieces, sealed, and the trailer. */
export function objectSize(filled: number): number {
  const rest = filled % PIECE;
  return Math.floor(filled / PIECE) * WHOLE + (rest > 0 ? sealedSize(rest) : 0) + TRAILER;
}

export const pieces = (size: number): number => Math.ceil(bucket(size) / PIECE);

/** Bytes of piece `number` of a file, filling and all. */
export const pieceSize = (size: number, number: number): number => Math.min(PIECE, bucket(size) - number * PIECE);

/** Where piece `number` begins in the object. */
export const sealedStart = (number: number): number => number * WHOLE;

function context(name: Bytes, number: number, count: number): Bytes {
  refuse(name.length !== NAME || number < 0 || number >= count, "piece");
  return concat(utf8(Label.OBJECT_PIECE), name, unsigned(number, 4), unsigned(count, 4));
}

/** Seal piece `number` of `count`, filled already (19.3). */
export const sealPiece = async (
  key: Bytes,
  name: Bytes,
  [number, count]: readonly [number, number],
  plain: Bytes,
  draw: Draw,
): Promise<Bytes> => cobblestone.encrypt(key, context(name, number, count), plain, draw);

/** Open one. Raise OpenError for any other piece, object, order, number of pieces, key, or changed bytes. */
export const openPiece = async (
  key: Bytes,
  name: Bytes,
  [number, count]: readonly [number, number],
  sealed: Bytes,
): Promise<Bytes> => cobblestone.decrypt(key, context(name, number, count), sealed);

/** What of an opened piece is the file. Raise MalformedError for a wrong length or filling that is not zero. */
export function unfill(plain: Bytes, number: number, size: number): Bytes {
  refuse(plain.length !== pieceSize(size, number), "piece");
  const mine = Math.max(0, Math.min(plain.length, size - number * PIECE));
  refuse(plain.subarray(mine).some((byte) => byte !== 0), "filling");
  return plain.slice(0, mine);
}

/** The file root (19.4), from its pieces of 1 MiB in order, the last as short as it is. */
export class FileRoot {
  private readonly hashes: Bytes[] = [];
  private ended = false;
  size = 0;

  /** Take the next piece. Raise MalformedError after a short one, or for one too long or empty. */
  async add(piece: Bytes): Promise<void> {
    refuse(this.ended || piece.length < 1 || piece.length > PIECE, "piece");
    this.ended = piece.length < PIECE;
    this.size += piece.length;
    this.hashes.push(await leafHash(piece));
  }

  value(): Promise<Bytes> {
    return root(this.hashes);
  }
}

/** Salt of a file's seal; told to whoever must check it. */
export const salt = (key: Bytes): Promise<Bytes> => derive(key, Label.FILE_SALT);

/** `A`: opens the leaf of an object. */
export const arrivalKey = (key: Bytes): Promise<Bytes> => derive(key, Label.OBJECT_ARRIVAL_KEY);

/** Seal of a file: the commitment to its bytes (19.4). */
export const sealOf = (salted: Bytes, fileRoot: Bytes, size: number): Promise<Bytes> =>
  digest(Label.FILE_COMMITMENT, salted, fileRoot, unsigned(size, 8));

/** The end of an object. */
export async function trailer(key: Bytes, seal: Bytes): Promise<Bytes> {
  refuse(seal.length !== NAME, "seal");
  return concat(await arrivalKey(key), seal);
}

/** How many objects travel where `real` were made: none, or the next power of two (19.6). */
export function objectsCount(real: number): number {
  refuse(!Number.isSafeInteger(real) || real < 0 || real > LIMIT.objects_report, "objects");
  let count = real === 0 ? 0 : 1;
  while (count < real) count *= 2;
  return count;
}

/** What lets her, and nobody else, add an object of this length to her report (19.7). */
export async function ticket(received: Bytes, name: Bytes, length: number): Promise<Bytes> {
  refuse(received.length !== NAME || name.length !== NAME, "ticket");
  return hmac("SHA-256", received, concat(utf8(Label.OBJECT_TICKET), name, unsigned(length, 8)));
}

/** Raise ProofError unless a leaf is the one of this object. */
export async function checkArrived(leaf: Bytes, arrival: Bytes, seal: Bytes): Promise<void> {
  if (!equal(leaf, await objectLeaf(arrival, seal))) throw new ProofError("not the leaf of this file");
}
