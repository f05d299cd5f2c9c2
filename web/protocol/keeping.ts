// What the log says of keeping and destroying: erasures by the house, holds by two officers (protocol 17).
import { unhex, type Bytes } from "./bytes";
import type { LogPolicy } from "./checkpoints";
import { require } from "./errors";
import { Label } from "./labels";
import * as notes from "./notes";
import { dayNumber, fields } from "./statements";
import type { Trust } from "./trust";

const MOST = 512; // indexes of one erasure
const OFFICERS = 2;
const LONGEST = 366; // days of a hold

/** On a day, for one reason, the records beside these arrivals were destroyed with their reports. */
export interface Erasure {
  readonly day: number;
  readonly why: string;
  readonly indexes: readonly number[];
}

/** Return what the log signed. Raise ProofError or MalformedError. */
export async function verifyErasure(note: string, log: LogPolicy): Promise<Erasure> {
  const signed = await notes.need(note, log.log.filter((key) => key.kind === notes.ED25519), 1);
  const found = fields(signed, Label.NOTE_ERASURE, ["day", "why", "indexes"]);
  const indexes = found.indexes.split(" ").map(notes.decimal);
  require(found.why === "retention" || found.why === "withdrawn", "why");
  require(indexes.length <= MOST && indexes.every((index, i) => i === 0 || (indexes[i - 1] as number) < index), "indexes");
  return { day: dayNumber(found.day), why: found.why, indexes };
}

/** The bytes of a report are kept through a day; it opens nothing. `until` its own day: ends an earlier hold. */
export interface Hold {
  readonly id: Bytes;
  readonly day: number;
  readonly until: number;
}

/** Return what two of the officers signed. Raise ProofError or MalformedError. */
export async function verifyHold(note: string, trust: Trust): Promise<Hold> {
  const found = fields(await notes.need(note, trust.officers, OFFICERS), Label.NOTE_HOLD, ["id", "day", "until"]);
  require(/^[0-9a-f]{64}$/.test(found.id), "id");
  const hold = { id: unhex(found.id), day: dayNumber(found.day), until: dayNumber(found.until) };
  require(hold.until >= hold.day && hold.until - hold.day <= LONGEST, "hold");
  return hold;
}

/** Return the day so many months after another: the same day of the month, or the last one. */
export function dueDay(arrived: number, months: number): number {
  require([3, 12, 36].includes(months), "retention");
  const from = new Date(arrived * 86_400_000);
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(from.getUTCDate(), last)) / 86_400_000;
}
