// What is in force of all that she wished: consent by purpose, and whether her report is closed (protocol 16.5).
import type { Bytes } from "./bytes";
import { LIMIT } from "./limits";
import { CLOSED, FINAL, OPEN, type Wish } from "./wishes";

const HOUR = 60; // minutes
const NOTHING = new Uint8Array(15);

/** The first leaf of one place: where it is, when it was first read, what it says (null: it cannot be read). */
export interface Placed {
  readonly index: number;
  readonly minute: number;
  readonly place: number;
  readonly wish: Wish | null;
}

/** The first sign of it: at which minute it was first known, and its leaf (null: only the gate's own address). */
export interface Withdrawal {
  readonly minute: number;
  readonly index: number | null;
}

/** Index and day of a feed note. */
export type FeedDay = readonly [index: number, day: number];

const isVoid = (wish: Wish, index: number, feeds: readonly FeedDay[]): boolean =>
  feeds.some(([leaf, day]) => leaf < index && day >= wish.made + LIMIT.wish_days);

/** Return the wishes that count, in the order of the log; minutes never go back, whatever a clock did. */
export function taken(found: readonly Placed[], feeds: readonly FeedDay[]): Placed[] {
  const counted: Placed[] = [];
  for (const one of [...found].sort((a, b) => a.index - b.index)) {
    const last = counted.at(-1);
    if (last !== undefined && one.place <= last.place) continue;
    if (one.wish !== null && isVoid(one.wish, one.index, feeds)) continue;
    counted.push({ ...one, minute: Math.max(one.minute, last?.minute ?? one.minute) });
  }
  return counted;
}

/** Return the consent that counts at this minute: for each purpose the lowest of the last `hours`. */
export function inForce(slip: Bytes, wishes: readonly Placed[], minute: number, hours: number): Bytes {
  const states = [slip, ...wishes.map(({ wish }) => wish?.consent ?? NOTHING)];
  // Each state but the last lasts until the next wish was read.
  const counting = states.filter((_, i) => i === wishes.length || Math.min((wishes[i] as Placed).minute, minute) > minute - hours * HOUR);
  return slip.map((_, purpose) => Math.min(...counting.map((state) => state[purpose] as number)));
}

const follows = (wish: Placed, { index, minute }: Withdrawal): boolean =>
  (index !== null && wish.index > index) || wish.minute > minute;

/** Whether the report is closed at this minute; what was closed for `hours` stays so, whatever comes after. */
export function isClosed(withdrawal: Withdrawal | null, wishes: readonly Placed[], minute: number, hours: number): boolean {
  const events: (readonly [number, number | null])[] = wishes.map((one) => [one.minute, one.wish?.closed ?? CLOSED]);
  if (withdrawal !== null) {
    const later = wishes.findIndex((one) => follows(one, withdrawal));
    events.splice(later < 0 ? events.length : later, 0, [withdrawal.minute, CLOSED]);
  }
  let [state, since] = [OPEN, 0];
  for (const [when, value] of [...events, [minute, null] as const]) {
    if (state === FINAL || (state === CLOSED && when - since >= hours * HOUR)) return true;
    if (value !== null) {
      since = state === CLOSED ? since : when;
      state = value;
    }
  }
  return state !== OPEN;
}
