// Parts of the page that come later: each is compared with the hash that is in this script, which the browser compared
// with the hash in the document. So one swapped file stops the page, and `amana verify-page` checks the document.
import { ProofError } from "../protocol/errors";
import { sha256 } from "../protocol/hashing";
import type { Bytes } from "../protocol/bytes";

declare const BUILT_PINS: Readonly<Record<string, string>>; // path: SHA-256 in base64; put in by web/page.mjs

/** The line broke, or the house does not answer: trying again may help. */
export class LineError extends Error {
  override readonly name = "LineError";
}

/** Fetch from our own house: no cookie, no referrer, no cache. Raise LineError, or ProofError where it says no. */
export async function fetched(path: string): Promise<Bytes> {
  let answer: Response;
  let body: ArrayBuffer;
  try {
    answer = await fetch(path, { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", redirect: "error" });
    body = await answer.arrayBuffer();
  } catch {
    throw new LineError();
  }
  if (answer.status >= 500 || answer.status === 408 || answer.status === 429) throw new LineError();
  if (answer.status !== 200) throw new ProofError("not there");
  return new Uint8Array(body);
}

const base64 = (data: Bytes): string => btoa(String.fromCharCode(...data));

/** Fetch what must have exactly this hash. */
export async function hashed(path: string, hash: string | undefined): Promise<Bytes> {
  const data = await fetched(path);
  if (hash === undefined || base64(await sha256(data)) !== hash) throw new ProofError("a part of the page was changed");
  return data;
}

/** Fetch a part of the page. */
export const pinned = (path: string): Promise<Bytes> => hashed(path, BUILT_PINS[path]);

/** Whether the build has such a part. */
export const has = (path: string): boolean => Object.hasOwn(BUILT_PINS, path);
