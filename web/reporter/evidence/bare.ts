// Pictures by their structure: what draws them is kept, everything else is left out. What is not in order is refused.
// The reviewer's program looks at the same things again (client/cleaning/bare.py) before it writes a picture to a disk.
import { concat, unsigned, utf8, type Bytes } from "../../protocol/bytes";
import { MalformedError } from "../../protocol/errors";

export type Picture = "image/jpeg" | "image/png" | "image/webp";

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);
const EXIF = "Exif\0\0";

function refuse(wrong: boolean): void {
  if (wrong) throw new MalformedError("picture");
}

const number = (data: Bytes, at: number, size: number, little = false): number => {
  refuse(at + size > data.length);
  const part = data.slice(at, at + size);
  return (little ? part.reverse() : part).reduce((sum, byte) => sum * 256 + byte, 0);
};
const word = (data: Bytes, at: number): string => String.fromCharCode(...data.subarray(at, at + 4));
const starts = (data: Bytes, said: string): boolean => [...said].every((char, i) => data[i] === char.charCodeAt(0));

/** Return the same picture without what it says besides its pixels. Raise MalformedError where it is none of these. */
export async function bare(data: Bytes, kind: Picture): Promise<Bytes> {
  return kind === "image/jpeg" ? jpeg(data) : kind === "image/png" ? png(data) : webp(data);
}

const [SOI, EOI, SOS, EXIF_SEGMENT, ADOBE] = [0xd8, 0xd9, 0xda, 0xe1, 0xee];
const TABLES = new Set([0xc0, 0xc1, 0xc2, 0xc4, 0xdb, 0xdd, SOS]); // frames, tables, restarts, scans

/** Nothing is kept behind its end; of Exif only which side is up, written anew. */
function jpeg(data: Bytes): Bytes {
  refuse(number(data, 0, 2) !== 0xff00 + SOI);
  const kept: Bytes[] = [];
  let up = 1;
  for (let at = 2; ; ) {
    refuse(data[at] !== 0xff);
    const marker = data[at + 1] ?? 0;
    if (marker === EOI) break;
    if (marker === 0xff) { // filling between segments
      at++;
      continue;
    }
    const size = number(data, at + 2, 2);
    const body = data.subarray(at + 4, at + 2 + size);
    refuse(size < 2 || at + 2 + size > data.length);
    const end = marker === SOS ? endOfScan(data, at + 2 + size) : at + 2 + size;
    if (TABLES.has(marker) || (marker === ADOBE && size === 14 && starts(body, "Adobe"))) kept.push(data.slice(at, end));
    else refuse(marker < 0xe0 || (marker > 0xef && marker !== 0xfe)); // another coding
    if (marker === EXIF_SEGMENT && starts(body, EXIF)) up = orientation(body.slice(6));
    at = end;
  }
  return concat(Uint8Array.of(0xff, SOI), ...(up === 1 ? [] : [upright(up)]), ...kept, Uint8Array.of(0xff, EOI));
}

function endOfScan(data: Bytes, from: number): number {
  for (let at = data.indexOf(0xff, from); at >= 0; at = data.indexOf(0xff, at + 2)) {
    const next = data[at + 1] ?? EOI;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  throw new MalformedError("picture");
}

/** Which of eight ways a camera held it (TIFF tag 0x0112); 1 where it does not say. */
function orientation(tiff: Bytes): number {
  try {
    const little = tiff[0] === 0x49;
    const directory = number(tiff, 4, 4, little);
    for (let i = 0; i < number(tiff, directory, 2, little); i++) {
      const entry = directory + 2 + 12 * i;
      const value = number(tiff, entry + 8, 2, little);
      if (number(tiff, entry, 2, little) === 0x0112 && value >= 1 && value <= 8) return value;
    }
  } catch {
    // Not in order: then it does not say.
  }
  return 1;
}

function upright(up: number): Bytes {
  const entry = concat(unsigned(0x0112, 2), unsigned(3, 2), unsigned(1, 4), unsigned(up, 2), unsigned(0, 2));
  const tiff = concat(utf8("MM"), unsigned(42, 2), unsigned(8, 4), unsigned(1, 2), entry, unsigned(0, 4));
  return concat(Uint8Array.of(0xff, EXIF_SEGMENT), unsigned(2 + 6 + tiff.length, 2), utf8(EXIF), tiff);
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }; // of a PNG's kinds of colour
const PALETTE = 768; // bytes of the longest

/** Head, palette, its transparency, pixels exactly as many as it says, end. */
async function png(data: Bytes): Promise<Bytes> {
  refuse(!PNG.every((byte, i) => data[i] === byte));
  const kept: Bytes[] = [PNG];
  const pixels: Bytes[] = [];
  const palette = data[25] === 3;
  for (let at = 8; ; ) {
    const [size, name] = [number(data, at, 4), word(data, at + 4)];
    refuse(at + 12 + size > data.length || (at === 8) !== (name === "IHDR") || (name === "IHDR" && size !== 13));
    refuse((name === "IEND" && size !== 0) || ((name === "PLTE" || name === "tRNS") && size > PALETTE));
    if (name === "IDAT") pixels.push(data.slice(at + 8, at + 8 + size));
    const own = name === "IHDR" || name === "IDAT" || name === "IEND" || (palette && (name === "PLTE" || name === "tRNS"));
    if (own) kept.push(data.slice(at, at + 12 + size));
    else refuse(/^[A-Z]/.test(name) && name !== "PLTE"); // it cannot be drawn without what we do not know
    if (name === "IEND") break;
    at += 12 + size;
  }
  const row = Math.ceil((number(data, 16, 4) * (data[24] ?? 0) * (CHANNELS[data[25] ?? 1] ?? 0)) / 8) + 1;
  refuse(data[28] !== 0); // in several passes: the reviewer's program would not vouch for it either
  await holds(pixels, row * number(data, 20, 4));
  return concat(...kept);
}

/** Raise MalformedError unless these unpack to so many bytes, and nothing lies behind their own end. */
async function holds(packed: readonly Bytes[], size: number): Promise<void> {
  let left = size;
  try {
    const unpacked = new Blob([...packed]).stream().pipeThrough(new DecompressionStream("deflate")); // refuses what follows
    for (const reader = unpacked.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      left -= value.length;
      refuse(left < 0);
    }
  } catch {
    throw new MalformedError("picture");
  }
  refuse(left !== 0);
}

/** Whether a PNG says that it moves: somewhere before its pixels. */
export function isMovingPng(data: Bytes): boolean {
  for (let at = 8; at + 8 <= data.length && word(data, at + 4) !== "IDAT"; at += 12 + number(data, at, 4)) {
    if (word(data, at + 4) === "acTL") return true;
  }
  return false;
}

const ALPHA = 0x10; // of the flags: all others tell of what is left out here

/** Pixels and transparency. One that moves is refused: each of its pictures may say something. */
function webp(data: Bytes): Bytes {
  refuse(word(data, 0) !== "RIFF" || word(data, 8) !== "WEBP");
  const end = Math.min(data.length, 8 + number(data, 4, 4, true));
  const kept: Bytes[] = [];
  let pixels = 0;
  for (let at = 12; at < end; ) {
    const [name, size] = [word(data, at), number(data, at + 4, 4, true)];
    refuse(at + 8 + size > end || name === "ANIM" || name === "ANMF" || (name === "VP8X" && size !== 10));
    const chunk = concat(data.slice(at, at + 8 + size), new Uint8Array(size % 2));
    if (name === "VP8X") {
      chunk.set([(chunk[8] ?? 0) & ALPHA, 0, 0, 0], 8);
      kept.push(chunk);
    } else if (name === "VP8 " || name === "VP8L" || name === "ALPH") kept.push(chunk);
    pixels += name === "VP8 " || name === "VP8L" ? 1 : 0;
    at += 8 + size + (size % 2);
  }
  refuse(pixels !== 1);
  const body = concat(utf8("WEBP"), ...kept);
  return concat(utf8("RIFF"), unsigned(body.length, 4).reverse(), body);
}
