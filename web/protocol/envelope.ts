// The envelope: seal a report on her device, open one section on a reviewer's (protocol 3 and 4).
import { equal, type Bytes, type Draw } from "./bytes";
import { OpenError, ProofError, require } from "./errors";
import { digest, sha256 } from "./hashing";
import * as hybrid from "./hybrid";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import * as locks from "./locks";
import { SECRET, type Lock, type Plan } from "./locks";
import { binary, Form, integer, list, struct, type Of } from "./messages";
import { BUCKETS, sealedSize, sealSection, sectionKey, SECTIONS, unsealSection } from "./sections";
import type { Each, Section } from "./sections";
import { slipBytes, slipCommitment, type Slip } from "./slip";
import { emptySlot, giveShare, openPersonSlot, sealGateSlot, sealPersonSlot, type PersonSlot } from "./slots";
import { gateKeys, withdrawalHash, receivedKey, type Keys } from "./words";

export const RETENTION = [3, 12, 36] as const; // months
export type Retention = (typeof RETENTION)[number];
const HASH = 32;

const HEADER = struct(
  {
    suite: integer,
    nonce: binary,
    bundle: binary,
    directory: binary,
    retention: integer,
    withdrawal: binary,
    slip: binary,
    sections: list(binary),
    gates: integer,
    people: integer,
  },
  (header) => {
    require(header.suite === 1, "version or suite");
    const hashes = [header.nonce, header.bundle, header.directory, header.withdrawal, header.slip, ...header.sections];
    require(header.sections.length === SECTIONS.length && hashes.every((one) => one.length === HASH), "digests");
    require((RETENTION as readonly number[]).includes(header.retention), "retention");
    require(header.gates >= 1 && header.gates <= LIMIT.gates, "gates");
    const people = header.people;
    require(people > 0 && people <= LIMIT.people && people % LIMIT.people_step === 0, "people");
  },
);
/** Public, of fixed size. Its SHA-256 is the envelope's id (protocol 4.4). */
export type Header = Of<typeof HEADER>;
export const headerForm = new Form(HEADER);

const ENVELOPE = struct(
  { header: binary, sections: list(binary), gates: list(binary), people: list(binary), received: binary },
  (envelope) => {
    require(envelope.header.length === LIMIT.header, "header size");
    checkSizes(envelope.sections);
    checkSlots(envelope.gates, envelope.people);
    require(envelope.received.length === HASH, "received key");
  },
);
/** What she sends (protocol 4.5). */
export type Envelope = Of<typeof ENVELOPE>;
export const envelopeForm = new Form(ENVELOPE);

const CONTENT = struct({ header: binary, sections: list(binary) }, (content) => {
  require(content.header.length === LIMIT.header, "header size");
  checkSizes(content.sections);
});
/** What anybody may fetch of a report: header and sealed sections. */
export type Content = Of<typeof CONTENT>;
export const contentForm = new Form(CONTENT);

const SLOTS = struct({ header: binary, gates: list(binary), people: list(binary) }, (slots) => {
  require(slots.header.length === LIMIT.header, "header size");
  checkSlots(slots.gates, slots.people);
});
/** What anybody may fetch beside it: the sealed slots. */
export type Slots = Of<typeof SLOTS>;
export const slotsForm = new Form(SLOTS);

function checkSizes(sections: readonly Bytes[]): void {
  require(sections.length === SECTIONS.length, "sections");
  SECTIONS.forEach((section, i) => {
    require(BUCKETS[section].map(sealedSize).includes(sections[i]?.length ?? 0), "section size");
  });
}

function checkSlots(gates: readonly Bytes[], people: readonly Bytes[]): void {
  require(gates.length >= 1 && gates.length <= LIMIT.gates, "gate slots");
  require(gates.every((slot) => slot.length === LIMIT.gate_slot), "gate slots");
  require(people.length <= LIMIT.people && people.every((slot) => slot.length === LIMIT.person_slot), "person slots");
}

async function digestsHold(header: Header, sections: readonly Bytes[]): Promise<boolean> {
  const found = await Promise.all(sections.map((sealed) => sha256(sealed)));
  return found.length === header.sections.length && found.every((one, i) => equal(one, header.sections[i] as Bytes));
}

/** Return an envelope's header after comparing counts and section digests with it. */
export async function openedHeader(envelope: Envelope): Promise<Header> {
  const header = headerForm.decode(envelope.header, LIMIT.header);
  require(header.gates === envelope.gates.length && header.people === envelope.people.length, "slot counts");
  require(await digestsHold(header, envelope.sections), "section digests");
  return header;
}

async function namedHeader(data: Bytes, id: Bytes): Promise<Header> {
  if (!equal(await sha256(data), id)) throw new ProofError("not the envelope that was asked for");
  return headerForm.decode(data, LIMIT.header);
}

/** Return the header. Raise ProofError unless all of the content is what `id` names (protocol 4.6). */
export async function verifiedContent(content: Content, id: Bytes): Promise<Header> {
  const header = await namedHeader(content.header, id);
  if (!(await digestsHold(header, content.sections))) {
    throw new ProofError("not the sections that the header commits to");
  }
  return header;
}

/** Return the header. Raise ProofError unless it is what `id` names, with as many slots. */
export async function verifiedSlots(slots: Slots, id: Bytes): Promise<Header> {
  const header = await namedHeader(slots.header, id);
  if (header.gates !== slots.gates.length || header.people !== slots.people.length) {
    throw new ProofError("not as many slots as the header commits to");
  }
  return header;
}

/** Public keys to seal to, by name and in order, and the digests of the notes that name them. */
export interface Recipients {
  readonly gates: ReadonlyMap<string, Bytes>; // in bundle order
  readonly people: ReadonlyMap<string, Bytes>; // every live desk and custodian entry
  readonly bundle: Bytes;
  readonly directory: Bytes;
}

export interface ToSeal {
  readonly contents: Each<Bytes>;
  readonly slip: Slip; // its log keys are filled in here
  readonly plan: Plan;
  readonly to: Recipients;
  readonly keys: Keys;
  readonly retention: Retention;
  readonly draw: Draw;
  readonly progress?: (done: number, total: number) => void;
}

/** Seal a report. `draw` gives every random byte that is ours; HPKE draws its own from the browser. */
export async function seal({ contents, slip, plan, to, keys, retention, draw, progress }: ToSeal): Promise<Envelope> {
  const gates = [...to.gates.keys()];
  const people = [...to.people.keys()];
  require(gates.length === plan.gates.length && gates.every((name, i) => name === plan.gates[i]), "plan and contents");
  require([...plan.desk, ...plan.custodians].every((name) => to.people.has(name)), "plan names somebody without a key");
  const peopleCount = Math.ceil(people.length / LIMIT.people_step) * LIMIT.people_step;
  let done = 0;
  const total = SECTIONS.length + gates.length + peopleCount;
  const step = (): void => progress?.(++done, total);

  // 3.2-3.5: fresh secrets for every section and lock, then the section itself.
  const nonce = draw(HASH);
  const gateShares = gates.map((): Bytes[] => []);
  const slots = new Map(people.map((name) => [name, emptySlot(plan, draw)]));
  const sealed: Bytes[] = [];
  for (const section of SECTIONS) {
    const secrets: Bytes[] = [];
    for (const lock of locks.lockNames(section)) {
      const secret = draw(SECRET);
      secrets.push(secret);
      if (lock === "gates") {
        const [shares] = locks.split(secret, plan.gatesThreshold, gates.length, 0, draw);
        shares.forEach((share, i) => gateShares[i]?.push(share));
      } else {
        shareAmong(slots, lock, section, secret, plan, draw);
      }
    }
    const key = await sectionKey(section, nonce, secrets);
    sealed.push(await sealSection(section, nonce, key, contents[section], draw));
    step();
  }

  // 4.1: the slip with its log key hashes.
  const shared = await Promise.all(gates.map((name) => gateKeys(keys, name)));
  const logKeys = await Promise.all(shared.map((one) => digest(Label.LOG_KEY_HASH, one.logKey)));
  const slipData = slipBytes({ ...slip, logKeys }, draw);

  // 4.4: the header commits to all of it.
  const header = headerForm.encode({
    suite: 1,
    nonce,
    bundle: to.bundle,
    directory: to.directory,
    retention,
    withdrawal: await withdrawalHash(keys),
    slip: await slipCommitment(slipData),
    sections: await Promise.all(sealed.map((one) => sha256(one))),
    gates: gates.length,
    people: peopleCount,
  });
  const id = await sha256(header);

  // 4.2, 4.3: slots are bound to the id.
  const gateSlots: Bytes[] = [];
  for (const [i, [name, key]] of [...to.gates].entries()) {
    const { gateKey, link } = shared[i] as (typeof shared)[number];
    const thresholds = new Uint8Array(SECTIONS.length).fill(plan.gatesThreshold);
    const slot = { thresholds, slip: slipData, shares: gateShares[i] ?? [], gateKey, link };
    gateSlots.push(await sealGateSlot(slot, name, key, id));
    step();
  }
  const personSlots: Bytes[] = [];
  for (const [name, key] of to.people) {
    personSlots.push(await sealPersonSlot(slots.get(name) as PersonSlot, key, id));
    step();
  }
  while (personSlots.length < peopleCount) {
    const throwaway = hybrid.publicKey(draw(hybrid.SEED));
    personSlots.push(await sealPersonSlot(emptySlot(plan, draw), throwaway, id));
    step();
  }
  const received = await receivedKey(keys);
  return { header, sections: sealed, gates: gateSlots, people: locks.shuffled(personSlots, draw), received };
}

/** Give every person a share of one lock: holders true ones, everybody else random ones of the same form (3.3). */
function shareAmong(
  slots: ReadonlyMap<string, PersonSlot>,
  lock: "desk" | "custodians",
  section: Section,
  secret: Bytes,
  plan: Plan,
  draw: Draw,
): void {
  const holders = lock === "desk" ? plan.desk : plan.custodians;
  const threshold = lock === "desk" ? plan.deskThresholds[section] : plan.custodiansThreshold;
  const others = [...slots.keys()].filter((name) => !holders.has(name));
  const [real, fake] = locks.split(secret, threshold, holders.size, others.length, draw);
  [...holders].forEach((name, i) => giveShare(slots.get(name) as PersonSlot, lock, section, real[i] as Bytes));
  others.forEach((name, i) => giveShare(slots.get(name) as PersonSlot, lock, section, fake[i] as Bytes));
}

export interface Held {
  readonly shares: readonly Bytes[];
  readonly threshold: number;
}

/** Open one section with the shares of each of its locks. Raise OpenError when they do not open it.
 *
 * `sealed` is compared with the header first. More than t shares of a lock: the t-subsets are tried (protocol 3.5).
 */
export async function openSection(
  section: Section,
  header: Header,
  sealed: Bytes,
  held: { readonly [L in Lock]?: Held },
): Promise<Bytes> {
  if (!equal(await sha256(sealed), header.sections[SECTIONS.indexOf(section)] as Bytes)) {
    throw new ProofError("not the section that the header commits to");
  }
  let candidates: Bytes[][] = [[]];
  for (const lock of locks.lockNames(section)) {
    const { shares, threshold } = held[lock] ?? { shares: [], threshold: 1 };
    const found = await locks.subsets(shares, threshold);
    candidates = candidates.flatMap((before) => found.map((secret) => [...before, secret])).slice(0, locks.SUBSETS);
  }
  for (const secrets of candidates) {
    try {
      return await unsealSection(section, header.nonce, await sectionKey(section, header.nonce, secrets), sealed);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
    }
  }
  throw new OpenError();
}

/** Return the one slot that opens to this person's seed. Raise OpenError if there is none. */
export async function findSlot(slots: Slots, id: Bytes, seed: Bytes): Promise<PersonSlot> {
  for (const sealed of slots.people) {
    try {
      return await openPersonSlot(seed, sealed, id);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
    }
  }
  throw new OpenError();
}

