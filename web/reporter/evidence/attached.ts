// What she attaches: in memory, in this page. Each file is looked at and cleaned at once, and read through, so that it is
// bound into the sealed report (protocol 19.4) before a byte of it goes anywhere.
import { random, type Bytes } from "../../protocol/bytes";
import type { Files, Piece } from "../../protocol/index";
import { LIMIT } from "../../protocol/limits";
import * as objects from "../../protocol/objects";
import { clean, type Clean } from "./cleaning";
import { HEAD, kindOf, mediaOf, type Kind } from "./kinds";
import { know, ofBlob, ofBytes, sealedFile, type Known, type Readable, type Sealed } from "./sealing";
import type { Voice } from "./voice";

export const MOST = LIMIT.files;
export const LARGEST = 500_000_000; // bytes of a file

/** Bytes that travel, and what is known of them as soon as they were read through. */
class Copy {
  known: Known | undefined;
  readonly coming: Promise<Known>;

  constructor(
    readonly bytes: Readable,
    readonly kind: string,
    readonly media: string,
    private readonly stop: AbortSignal,
  ) {
    this.coming = know(bytes, stop);
    this.coming.then((known) => (this.known = known), () => undefined); // who sends it is told
  }

  /** Return its entry, and the object that is sent. Where it was not read through yet, the entry has no seal. */
  async sealed(): Promise<[Piece, Sealed]> {
    const [object, key] = [random(objects.NAME), random(objects.NAME)];
    const { size } = this.bytes;
    const seal: Bytes = this.known === undefined ? new Uint8Array() : await objects.sealOf(await objects.salt(key), this.known.root, size);
    const piece: Piece = { object, key, size, seal, kind: this.kind, media: this.media, contains: [] };
    return [piece, sealedFile(this.bytes, this.coming, piece, this.stop)];
  }
}

/** One file. */
export class Attached {
  kind: Kind = "document";
  original: Copy | undefined;
  working: Copy | undefined;
  clean: Clean | undefined;
  /** It cannot be cleaned, and she says that it goes as it is. */
  asIs = false;
  /** It was looked at: `working` is there, or never will be. */
  done = false;
  readonly looked: Promise<void>;

  constructor(
    readonly file: File,
    private readonly stop: AbortSignal,
  ) {
    this.looked = this.look().finally(() => (this.done = true));
  }

  private async look(): Promise<void> {
    const head = await this.file.slice(0, HEAD).arrayBuffer().catch(() => new ArrayBuffer());
    const media = mediaOf(new Uint8Array(head));
    this.kind = kindOf(media);
    this.original = new Copy(ofBlob(this.file), this.kind, media, this.stop);
    this.clean = await clean(this.file, media);
    if (this.clean !== undefined) this.working = new Copy(ofBytes(this.clean.data), this.kind, this.clean.media, this.stop);
  }

  /** Bytes that go. */
  bytes(originals: boolean): number {
    const untouched = this.working === undefined ? this.asIs : originals;
    return (this.working?.bytes.size ?? 0) + (untouched ? this.file.size : 0);
  }
}

/** Seal what she attached. A file that was not cleaned goes as an original alone, and only where she said so. */
export async function sealFiles(
  attached: readonly Attached[],
  originals: boolean,
  voice: Voice | undefined,
  stop: AbortSignal,
): Promise<{ files: Files; objects: Sealed[] }> {
  const spoken = voice && new Copy(voice, "voice", voice.media, stop);
  await spoken?.coming;
  const working = [spoken, ...attached.map((one) => one.working)];
  const untouched = attached.map((one) => ((one.working === undefined ? one.asIs : originals) ? one.original : undefined));
  const sealed = async (copies: readonly (Copy | undefined)[]): Promise<[Piece, Sealed][]> =>
    Promise.all(copies.filter((one) => one !== undefined).map((one) => one.sealed()));
  const [evidence, kept] = [await sealed(working), await sealed(untouched)];
  return {
    files: { evidence: evidence.map(([piece]) => piece), originals: kept.map(([piece]) => piece) },
    objects: [...evidence, ...kept].map(([, object]) => object),
  };
}
