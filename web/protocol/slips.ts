// From a report as she wrote it to the slip that gates decide on.
import { type Bytes } from "./bytes";
import { require } from "./errors";
import type { Report } from "./report";
import { DESK_RING, OMBUDS_RING, PREFERENCES, slipForm, type Slip } from "./slip";
import { consentBytes } from "./vocabulary";

const URGENCIES = ["U0", "U1", "U2", "U3"];
const PLACEHOLDER = new Uint8Array(32); // the envelope puts in the real hashes, one a gate

/** Return the slip. `thread` is the id of an earlier envelope of the same words, or empty. Raise MalformedError. */
export function slipOf(report: Report, thread: Bytes = new Uint8Array()): Slip {
  const given = report.slip;
  const urgency = URGENCIES.indexOf(given.urgency);
  const preference = (PREFERENCES as readonly string[]).indexOf(given.reviewer_preference ?? "ANY");
  const ring = given.ring ?? "desk";
  require(urgency >= 0 && preference >= 0 && (ring === "desk" || ring === "ombuds"), "form of the report");
  const slip: Slip = {
    language: given.lang,
    urgency,
    tier: given.tier,
    excludeLinks: given.exclude_links ?? [],
    excludePeople: given.exclude_people ?? [],
    excludePools: given.exclude_pools ?? [],
    preference,
    twoPerson: given.two_person ?? false,
    emergency: given.emergency ?? false,
    ring: ring === "ombuds" ? OMBUDS_RING : DESK_RING,
    consent: consentBytes(report.consent.choices),
    logKeys: [PLACEHOLDER],
    thread,
  };
  slipForm.encode(slip); // raises where a value is out of its bounds
  return slip;
}
