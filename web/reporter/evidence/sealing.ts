// One object on its way (protocol 19.3): sealed a piece at a time while it is sent, so that memory does not grow with it.
import { concat, hex, random, type Bytes } from "../../protocol/bytes";
import type { Piece } from "../../protocol/index";
import { leafHash } from "../../protocol/merkle";
import * as objects from "../../protocol/objects";

/** Bytes that can be read again: a file on her device, or what is in memory. */
export interface Readable {
  readonly size: number;
  readonly read: (start: number, end: number) => Promise<Bytes>;
}

export const ofBlob = (file: Blob): Readable => ({
  size: file.size,
  read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
});

export const ofBytes = (data: Bytes): Readable => ({ size: data.length, read: async (start, end) => data.slice(start, end) });

/** The file is not what it was when she chose it, or cannot be read any more. */
export class ChangedError extends Error {
  override readonly name = "ChangedError";
}

/** What is asked for begins in the middle of a piece that is forgotten: it must begin anew. */
export class ForgottenError extends Error {
  override readonly name = "ForgottenError";
}

/** A file read once from end to end: its pieces' hashes, so that what is sent later is compared with what she chose. */
export interface Known {
  readonly hashes: readonly string[];
  readonly root: Bytes;
}

/** Read a file through. Raise ChangedError where it cannot be read. */
export async function know(file: Readable, stop: AbortSignal): Promise<Known> {
  const [root, hashes]: [objects.FileRoot, string[]] = [new objects.FileRoot(), []];
  for (let start = 0; start < file.size; start += objects.PIECE) {
    const piece = await pieceOf(file, start, stop);
    await root.add(piece);
    hashes.push(hex(await leafHash(piece)));
  }
  return { hashes, root: await root.value() };
}

async function pieceOf(file: Readable, start: number, stop: AbortSignal): Promise<Bytes> {
  stop.throwIfAborted();
  const end = Math.min(file.size, start + objects.PIECE);
  const found = await file.read(start, end).catch(() => new Uint8Array());
  if (found.length !== end - start) throw new ChangedError();
  return found;
}

/** What the carrier brings: an object of hers, or a decoy. From outside they are alike. */
export interface Sealed {
  readonly name: Bytes;
  readonly length: number;
  /** Bytes from `offset` to the end of the piece that it is in. Raise ChangedError or ForgottenError. */
  readonly from: (offset: number) => Promise<Bytes>;
  /** Arrival key and seal: what the leaf is made of. */
  readonly trailer: () => Promise<Bytes>;
}

/** Return a file of hers as an object. Only the piece that is under way is held, sealed. */
export function sealedFile(file: Readable, coming: Promise<Known>, { object: name, key }: Piece, stop: AbortSignal): Sealed {
  const count = objects.pieces(file.size);
  const length = objects.objectSize(objects.bucket(file.size));
  const trailer = async (): Promise<Bytes> =>
    objects.trailer(key, await objects.sealOf(await objects.salt(key), (await coming).root, file.size));
  let held = { at: 0, sealed: new Uint8Array() };
  const from = async (offset: number): Promise<Bytes> => {
    if (offset < held.at || offset >= held.at + held.sealed.length) held = await sealedAt(offset);
    return held.sealed.slice(offset - held.at);
  };
  const sealedAt = async (offset: number): Promise<typeof held> => {
    const number = Math.floor(offset / objects.sealedStart(1));
    // A piece that is sealed again has another salt: what was sent of the first one does not fit it.
    if (number >= count || offset !== objects.sealedStart(number)) throw new ForgottenError();
    const start = number * objects.PIECE;
    const plain = start < file.size ? await pieceOf(file, start, stop) : new Uint8Array();
    if (start < file.size && hex(await leafHash(plain)) !== (await coming).hashes[number]) throw new ChangedError();
    const filled = concat(plain, new Uint8Array(objects.pieceSize(file.size, number) - plain.length));
    const sealed = await objects.sealPiece(key, name, [number, count], filled, random);
    filled.fill(0);
    plain.fill(0);
    return { at: offset, sealed: number === count - 1 ? concat(sealed, await trailer()) : sealed };
  };
  return { name, length, from, trailer };
}

/** Return an object that is none (19.6). */
export function decoy(length: number): Sealed {
  const end = random(objects.TRAILER);
  const ends = length - objects.TRAILER;
  const from = async (offset: number): Promise<Bytes> => {
    const next = (Math.floor(offset / objects.sealedStart(1)) + 1) * objects.sealedStart(1);
    const some = noise(Math.max(0, Math.min(next, ends) - offset));
    return next < ends ? some : concat(some, end.slice(Math.max(0, offset - ends)));
  };
  return { name: random(objects.NAME), length, from, trailer: async () => end };
}

const DRAWN = 65536; // bytes that the browser draws at once

const noise = (size: number): Bytes =>
  concat(...Array.from({ length: Math.ceil(size / DRAWN) }, (_, i) => random(Math.min(DRAWN, size - i * DRAWN))));

/** All that travels, with decoys, the smallest first: what is whole early is worth most on a bad line. */
export function withDecoys(made: readonly Sealed[]): Sealed[] {
  const smallest = Math.min(...made.map((one) => one.length));
  const missing = objects.objectsCount(made.length) - made.length;
  const all = [...made, ...Array.from({ length: missing }, () => decoy(smallest))];
  return all.sort((one, other) => one.length - other.length || (hex(one.name) < hex(other.name) ? -1 : 1));
}

