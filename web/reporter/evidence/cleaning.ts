// A copy of a picture without what it says of phone, place and time. What cannot be cleaned here is never passed off
// as clean: there is no copy of it.
import type { Bytes } from "../../protocol/bytes";
import { bare, isMovingPng, type Picture } from "./bare";
import { HEAD, mediaOf } from "./kinds";
import { isHonest, redraw } from "./redraw";

const MOST = 64 << 20; // bytes of a picture that is taken into memory
const DOTS = 120_000_000; // pixels that we let a browser unpack
const BY_STRUCTURE: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/webp"]);
const BY_PIXELS: ReadonlySet<string> = new Set([...BY_STRUCTURE, "image/bmp", "image/avif"]);

export interface Clean {
  readonly data: Bytes;
  readonly media: string;
}

/** Return a clean copy, or nothing where this page cannot make one. */
export async function clean(file: Blob, media: string): Promise<Clean | undefined> {
  if (!BY_PIXELS.has(media) || file.size > MOST) return undefined;
  try {
    const data = new Uint8Array(await file.arrayBuffer());
    if (moves(data, media)) return undefined; // only the first of its pictures would be left
    const drawn = isHonest() && dots(data, media) <= DOTS ? await redraw(data, media) : undefined;
    const made = drawn ?? (BY_STRUCTURE.has(media) ? data : undefined);
    if (made === undefined) return undefined;
    const kind = mediaOf(made.slice(0, HEAD)); // a browser may draw another kind than it was asked for
    return BY_STRUCTURE.has(kind) ? { data: await bare(made, kind as Picture), media: kind } : undefined;
  } catch {
    return undefined; // not in order, or it cannot be read
  }
}

/** How many pixels a picture of a kind that packs well says it has. */
function dots(data: Bytes, media: string): number {
  if (media !== "image/png" || data.length < 24) return 0;
  const view = new DataView(data.buffer);
  return view.getUint32(16) * view.getUint32(20);
}

/** Whether a picture is several that follow each other. */
const moves = (data: Bytes, media: string): boolean =>
  (media === "image/webp" && String.fromCharCode(...data.subarray(12, 16)) === "VP8X" && ((data[20] ?? 0) & 2) !== 0) ||
  (media === "image/png" && isMovingPng(data));
