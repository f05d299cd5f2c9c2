// What a file is, by what is in it: never by its name.
import type { Bytes } from "../../protocol/bytes";

export const UNKNOWN = "application/octet-stream";
export const HEAD = 32; // bytes that are looked at

const STARTS: readonly (readonly [string, string])[] = [
  ["\xff\xd8\xff", "image/jpeg"], ["\x89PNG\r\n\x1a\n", "image/png"], ["GIF8", "image/gif"], ["BM", "image/bmp"],
  ["II*\0", "image/tiff"], ["MM\0*", "image/tiff"], ["%PDF-", "application/pdf"], ["PK\x03\x04", "application/zip"],
  ["\x1aE\xdf\xa3", "video/webm"], ["OggS", "audio/ogg"], ["fLaC", "audio/flac"], ["#!AMR", "audio/amr"], ["ID3", "audio/mpeg"],
  ["\xff\xfb", "audio/mpeg"], ["\xff\xf1", "audio/aac"],
];
const RIFF: Readonly<Record<string, string>> = { WEBP: "image/webp", WAVE: "audio/wav", "AVI ": "video/x-msvideo" };
const BRANDS: Readonly<Record<string, string>> = {
  avif: "image/avif", avis: "image/avif", heic: "image/heic", heix: "image/heic", hevc: "image/heic", mif1: "image/heic", msf1: "image/heic",
  "3gp4": "video/3gpp", "3gp5": "video/3gpp", "3gp6": "video/3gpp", "qt  ": "video/quicktime", "M4A ": "audio/mp4",
};

/** Return the media type of a file that begins like this. */
export function mediaOf(head: Bytes): string {
  const text = String.fromCharCode(...head.subarray(0, HEAD));
  if (text.startsWith("RIFF")) return RIFF[text.slice(8, 12)] ?? UNKNOWN;
  if (text.slice(4, 8) === "ftyp") return BRANDS[text.slice(8, 12)] ?? "video/mp4";
  return STARTS.find(([start]) => text.startsWith(start))?.[1] ?? UNKNOWN;
}

export type Kind = "photo" | "video" | "audio" | "document";

/** Return in which of four words people speak of it. */
export function kindOf(media: string): Kind {
  const family = media.split("/")[0];
  return family === "image" ? "photo" : family === "video" || family === "audio" ? family : "document";
}
