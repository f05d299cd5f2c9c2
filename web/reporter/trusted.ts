// Who would open it: fetched from the house, believed by signatures alone (protocol 13, steps 1 to 3).
// The officers' keys are pinned: their hash stands in the document, which `amana verify-page` compares with trust.json.
import { fromUtf8 } from "../protocol/bytes";
import { namedVersions, verifyHead, verifyTrust, type InForce } from "../protocol/inforce";
import { dayOf } from "../protocol/statements";
import { fetched, hashed } from "./pinned";

/** Return what is in force today. Raise LineError, ProofError or MalformedError: then nothing may be typed. */
export async function fetchTrust(): Promise<InForce> {
  const meta = document.querySelector('meta[name="trust"]');
  const trust = fromUtf8(await hashed("/page/trust.json", meta?.getAttribute("content") ?? undefined));
  const current = fromUtf8(await fetched("/trust/current"));
  const { bundle, directory } = namedVersions(current);
  const [bundleNote, bundleBody, directoryNote, directoryBody, head] = await Promise.all([
    fetched(`/trust/bundle-${bundle}`),
    fetched(`/trust/bundle-${bundle}/body`),
    fetched(`/trust/directory-${directory}`),
    fetched(`/trust/directory-${directory}/body`),
    fetched("/log/checkpoint"),
  ]);
  const today = dayOf(new Date());
  const found = await verifyTrust(trust, current, fromUtf8(bundleNote), bundleBody, fromUtf8(directoryNote), directoryBody, today);
  await verifyHead(fromUtf8(head), found);
  return found;
}

/** Whether `current` still is of today or yesterday: a page may stay open for days. */
export const isFresh = (inForce: InForce): boolean => dayOf(new Date()) - inForce.current.day <= 1;
