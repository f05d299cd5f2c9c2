// The plan: who gets a true share of which lock (protocol 5). Pure, from what is public and the slip alone.
import type { Bundle, Pool } from "./bundle";
import { CUSTODIAN, DESK, type Directory } from "./directory";
import { TooFewError } from "./errors";
import { anyMeet } from "./links";
import type { Plan } from "./locks";
import { SECTIONS, type Each, type Section } from "./sections";
import { OMBUDS_RING, PREFERENCES, type Slip } from "./slip";

const TWO_PERSON_TIER = 3;
const WOMAN_REQUIRED = PREFERENCES.indexOf("WOMAN_REQUIRED");

/** What the plan reads of a slip. */
export type Wishes = Pick<
  Slip,
  "tier" | "excludeLinks" | "excludePeople" | "excludePools" | "preference" | "twoPerson" | "emergency" | "ring"
>;

/** Return the pools that may be asked at all (protocol 5.2). */
export function candidatePools(wishes: Wishes, bundle: Bundle): readonly Pool[] {
  return bundle.body.pools.filter(
    (pool) =>
      pool.ring === wishes.ring &&
      !wishes.excludePools.includes(pool.name) &&
      !anyMeet(pool.links, wishes.excludeLinks) &&
      (pool.women || wishes.preference !== WOMAN_REQUIRED),
  );
}

/** Return how many people of the desk it takes to open this section (protocol 5.3). */
function deskThreshold(wishes: Wishes, section: Section): number {
  const two = wishes.tier >= TWO_PERSON_TIER || wishes.twoPerson;
  return two && !wishes.emergency && section !== "card" ? 2 : 1;
}

/** Return who holds what. Raise TooFewError when nobody would be left to open it; never widen instead. */
export function plan(wishes: Wishes, bundle: Bundle, directory: Directory): Plan {
  const pools = new Set(candidatePools(wishes, bundle).map((pool) => pool.name));
  const left = directory.people.filter((one) => !wishes.excludePeople.includes(one.name));
  const desk = left.filter((one) => one.role === DESK && one.pools.some((pool) => pools.has(pool)));
  const custodians = left.filter((one) => one.role === CUSTODIAN);
  const thresholds = Object.fromEntries(SECTIONS.map((one) => [one, deskThreshold(wishes, one)])) as Each<number>;
  // Holders of the desk's lock, so that one leaving loses no report (protocol 5.5).
  const least = wishes.ring === OMBUDS_RING ? 1 : 2;
  if (desk.length < Math.max(least, ...Object.values(thresholds))) throw new TooFewError("desk");
  if (custodians.length === 0) throw new TooFewError("custodians");
  return {
    gates: bundle.body.gates.map((gate) => gate.name),
    gatesThreshold: bundle.body.threshold,
    desk: new Set(desk.map((one) => one.name)),
    deskThresholds: thresholds,
    custodians: new Set(custodians.map((one) => one.name)),
    custodiansThreshold: 1,
  };
}
