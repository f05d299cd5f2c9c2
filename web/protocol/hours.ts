// The hours of the day in which it is safe for her to look: four bytes that travel in an answer (protocol 15.4).
import { equal, type Bytes } from "./bytes";
import { require } from "./errors";

const HOURS = 4; // bytes: the first minute and the one after the last, of her day
const ANY = new Uint8Array(HOURS); // she named none: at any hour
const NEVER = new Uint8Array(HOURS).fill(255); // she named some that nobody can read: at no hour by itself
const DAY = 1440; // minutes
const CLOCK = /^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])$/;

const minutes = (hours: Bytes): [number, number] => {
  require(hours.length === HOURS, "hours");
  const [a = 0, b = 0, c = 0, d = 0] = hours;
  return [a * 256 + b, c * 256 + d];
};

/** Raise MalformedError unless these are hours, any, or never. */
export function checkHours(hours: Bytes): void {
  const [first, end] = minutes(hours);
  require(equal(hours, ANY) || equal(hours, NEVER) || (first < DAY && end < DAY && first !== end), "hours");
}

/** Return the four bytes of a card's `HH:MM-HH:MM`. What cannot be read is `NEVER`: it must not come to mean "always". */
export function hoursOf(window: string): Bytes {
  if (window === "") return ANY.slice();
  const found = CLOCK.exec(window)?.slice(1).map(Number);
  if (found === undefined) return NEVER.slice();
  const [hour = 0, minute = 0, endHour = 0, endMinute = 0] = found;
  const [first, end] = [hour * 60 + minute, endHour * 60 + endMinute];
  return first === end ? NEVER.slice() : Uint8Array.of(first >> 8, first & 255, end >> 8, end & 255);
}

/** Whether a card can say these hours, so that an answer will know them. */
export const isWindow = (window: string): boolean => !equal(hoursOf(window), NEVER);

/** Whether this minute of her day lies in her hours, which may go over midnight. `null`: her minute is not known. */
export function within(hours: Bytes, minute: number | null): boolean {
  if (equal(hours, ANY)) return true;
  if (equal(hours, NEVER) || minute === null) return false;
  const [first, end] = minutes(hours);
  return first < end ? first <= minute && minute < end : minute >= first || minute < end;
}
