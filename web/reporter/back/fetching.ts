// All requests of a look, one after another, in the order of protocol 14.4; then everything is verified, without words.
import type { Bundle } from "../../protocol/bundle";
import { verifyBundle } from "../../protocol/bundle";
import { fromUtf8, type Bytes } from "../../protocol/bytes";
import { verifyDirectory, type Directory } from "../../protocol/directory";
import { MalformedError, ProofError } from "../../protocol/errors";
import { namedVersions, verifyHead, verifyInForce } from "../../protocol/inforce";
import { completeLook, daysOf, fetchFiles, fetchLeaves, MovedError, type Fetcher, type Look } from "../../protocol/look";
import { dayOf } from "../../protocol/statements";
import type { Trust } from "../../protocol/trust";
import { progress } from "../fields";
import { show, stop } from "../house";
import { fetched } from "../pinned";
import { t } from "../text";
import { enter } from "./enter";
import { far, type Range } from "./far";
import type { Stay } from "./stay";

const FILES = 0.5; // part of the bar that files of answers take; leaves have the rest

const fetcher: Fetcher = {
  get: fetched,
  maybe: (path) =>
    fetched(path).catch((error: unknown) => {
      if ((error as Error).message === "not there") return undefined;
      throw error;
    }),
};

export async function fetching(stay: Stay, range: Range): Promise<void> {
  const bar = progress(t("fetch.doing"));
  show(t("fetch.title"), bar.element);
  try {
    stay.look = await fetchLook(stay.entered.inForce.trust, range, bar.fill);
  } catch (error) {
    return stop(error, () => far(stay, range), why(error));
  }
  stay.sent = new Set();
  enter(stay, range);
}

/** A line that broke says so itself. */
function why(error: unknown): string | undefined {
  if (error instanceof MovedError) return t("fetch.moved");
  return error instanceof ProofError || error instanceof MalformedError ? t("fetch.unproven") : undefined;
}

async function fetchLook(trust: Trust, { back, full }: Range, fill: (part: number) => void): Promise<Look> {
  const text = async (path: string): Promise<string> => fromUtf8(await fetched(path));
  const today = dayOf(new Date());
  const current = await text("/trust/current");
  const named = namedVersions(current);
  const [bundleNote, bundleBody] = await version("bundle", named.bundle);
  const [directoryNote, directoryBody] = await version("directory", named.directory);
  const inForce = await verifyInForce(trust, current, bundleNote, bundleBody, directoryNote, directoryBody, today);
  const head = await verifyHead(await text("/log/checkpoint"), inForce);
  const days = daysOf(today, back, inForce.rehearsal);
  let done = 0;
  const step = (): void => fill((++done / days.length) * FILES);
  const { files, start } = await fetchFiles(days, { inForce, head, fetcher, step });
  const read = (count: number, all: number): void => fill(FILES + (count / all) * (1 - FILES));
  const leaves = await fetchLeaves(start, full, { inForce, head, fetcher, step: read });
  const wanted = files.filter(({ file }) => file.current !== "").map(({ file }) => namedVersions(file.current));
  const bundles: Bundle[] = [inForce.bundle];
  for (const number of missing(wanted.map((one) => one.bundle), named.bundle)) {
    bundles.push(await verifyBundle(...(await version("bundle", number)), trust));
  }
  const directories: Directory[] = [inForce.directory];
  for (const number of missing(wanted.map((one) => one.directory), named.directory)) {
    directories.push(await verifyDirectory(...(await version("directory", number)), trust));
  }
  return completeLook({ inForce, head, full, start, bundles, directories }, days, files, leaves);
}

/** A version's note and body. */
async function version(kind: "bundle" | "directory", number: number): Promise<[string, Bytes]> {
  return [fromUtf8(await fetched(`/trust/${kind}-${number}`)), await fetched(`/trust/${kind}-${number}/body`)];
}

const missing = (numbers: readonly number[], here: number): number[] =>
  [...new Set(numbers)].filter((one) => one !== here).sort((one, other) => one - other);
