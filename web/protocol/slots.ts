// Slots: shares on their way to one person or one gate (protocol 4.2, 4.3).
import { concat, sized, utf8, type Bytes, type Draw } from "./bytes";
import { OpenError, require } from "./errors";
import * as hybrid from "./hybrid";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { SHARE, type Lock, type Plan } from "./locks";
import { isCustodial, SECTIONS, type Section } from "./sections";

/** Places of a person's shares, in the order of the wire. */
export const PLACES: readonly (readonly [Lock, Section])[] = [
  ...SECTIONS.map((section) => ["desk", section] as const),
  ...SECTIONS.filter(isCustodial).map((section) => ["custodians", section] as const),
];
const PERSON = LIMIT.person_slot - hybrid.OVERHEAD;
const GATE = LIMIT.gate_slot - hybrid.OVERHEAD;

/** A person's shares, true or random, one a place; she cannot tell before a gate releases its own. */
export interface PersonSlot {
  readonly thresholds: readonly number[];
  readonly shares: Bytes[];
}

/** Return a slot of random shares, with the plan's true thresholds. */
export function emptySlot(plan: Plan, draw: Draw): PersonSlot {
  const thresholds = PLACES.map(([lock, section]) =>
    lock === "desk" ? plan.deskThresholds[section] : plan.custodiansThreshold,
  );
  // x = 0 is the form of t = 1; with t >= 2 `giveShare` brings an x that nobody else has, so this one is never seen by
  // a person of the directory, only sealed to throw-away keys.
  return { thresholds, shares: thresholds.map((t) => concat(draw(32), Uint8Array.of(t === 1 ? 0 : 1))) };
}

export const placeOf = (lock: Lock, section: Section): number =>
  PLACES.findIndex(([one, other]) => one === lock && other === section);

export function giveShare(slot: PersonSlot, lock: Lock, section: Section, share: Bytes): void {
  slot.shares[placeOf(lock, section)] = share;
}

/** Return the 1,392 bytes. */
export function sealPersonSlot(slot: PersonSlot, to: Bytes, id: Bytes): Promise<Bytes> {
  const payload = concat(Uint8Array.from(slot.thresholds), ...slot.shares);
  return hybrid.seal(to, filled(payload, PERSON), concat(utf8(Label.PERSON_SLOT), id));
}

const filled = (payload: Bytes, size: number): Bytes => concat(payload, new Uint8Array(size - payload.length));

/** Open one. Raise OpenError when it is not for this seed, MalformedError when its form is wrong. */
export async function openPersonSlot(seed: Bytes, sealed: Bytes, id: Bytes): Promise<PersonSlot> {
  const payload = await hybrid.unseal(seed, sealed, concat(utf8(Label.PERSON_SLOT), id));
  const count = PLACES.length;
  const end = count + count * SHARE;
  require(payload.length === PERSON && payload.subarray(end).every((byte) => byte === 0), "person slot");
  const thresholds = [...payload.subarray(0, count)];
  require(thresholds.every((t) => t > 0), "person slot");
  return { thresholds, shares: PLACES.map((_, i) => payload.slice(count + i * SHARE, count + (i + 1) * SHARE)) };
}

/** What one gate gets: slip, its shares, the keys it shares with her. */
export interface GateSlot {
  readonly thresholds: Bytes;
  readonly slip: Bytes;
  readonly shares: readonly Bytes[];
  readonly gateKey: Bytes;
  readonly link: Bytes;
}

const gateInfo = (gate: string, id: Bytes): Bytes => concat(utf8(Label.GATE_SLOT), sized(utf8(gate)), id);

/** Return the 1,904 bytes. */
export function sealGateSlot(slot: GateSlot, gate: string, to: Bytes, id: Bytes): Promise<Bytes> {
  const payload = concat(slot.thresholds, slot.slip, ...slot.shares, slot.gateKey, slot.link);
  return hybrid.seal(to, filled(payload, GATE), gateInfo(gate, id));
}

/** Open the slot of this gate. Raise OpenError or MalformedError. */
export async function openGateSlot(seed: Bytes, sealed: Bytes, gate: string, id: Bytes): Promise<GateSlot> {
  if (sealed.length !== LIMIT.gate_slot) throw new OpenError();
  const payload = await hybrid.unseal(seed, sealed, gateInfo(gate, id));
  let start = 0;
  const take = (size: number): Bytes => payload.slice(start, (start += size));
  const slot = {
    thresholds: take(SECTIONS.length),
    slip: take(LIMIT.slip),
    shares: SECTIONS.map(() => take(SHARE)),
    gateKey: take(32),
    link: take(32),
  };
  const rest = payload.subarray(start);
  require(payload.length === GATE && rest.every((byte) => byte === 0) && slot.thresholds.every((t) => t > 0), "gate slot");
  return slot;
}
