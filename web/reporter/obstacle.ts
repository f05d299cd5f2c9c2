// What stands in the way of sealing, said on the screen that causes it.
import { plan, slipOf, TooFewError } from "../protocol/index";
import { write } from "../protocol/contents";
import { MalformedError } from "../protocol/errors";
import type { Visit } from "./house";
import { reportOf } from "./making";
import { named, t } from "./text";
import { excludedLinks } from "./wishes";

const MOST = 8; // of each kind; the slip has room for no more
const KEY = 32; // bytes; any key is as long as hers
const LONG = ["card", "story", "identity"] as const;

/** Why nobody could open it with these wishes, in a sentence; nothing if it can be sealed. */
export function obstacle({ draft, inForce }: Visit): string | undefined {
  const { pools, people } = draft.hidden;
  if ([excludedLinks(draft).length, pools.size, people.size].some((count) => count > MOST)) return t("hide.many");
  try {
    plan(slipOf(reportOf(draft)), inForce.bundle, inForce.directory);
  } catch (error) {
    if (error instanceof TooFewError) return t("hide.few");
    throw error;
  }
  return undefined;
}

/** Which part is longer than its largest bucket, in a sentence; nothing if all of it fits. */
export function tooLong({ draft }: Visit): string | undefined {
  const report = reportOf(draft);
  try {
    write(report, slipOf({ ...report, slip: { ...report.slip, exclude_links: [], exclude_people: [], exclude_pools: [] } }), new Uint8Array(KEY));
  } catch (error) {
    const part = error instanceof MalformedError ? LONG.find((one) => error.message.startsWith(`${one} is`)) : undefined;
    if (part === undefined) throw error;
    return named("long", part);
  }
  return undefined;
}
