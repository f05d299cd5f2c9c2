// Days as people read them, and what of the vocabulary the log tells her.
import { locale } from "../text";

const DAY = 86_400_000; // milliseconds

/** Return a day of 1970 as her language writes it. */
export const dayName = (day: number): string =>
  new Intl.DateTimeFormat(locale().code, { dateStyle: "long", timeZone: "UTC" }).format(day * DAY);

/** Return a number of bytes as her language writes it. */
export const sizeName = (bytes: number): string =>
  new Intl.NumberFormat(locale().code, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1e6);

/** Return several things in one line. */
export const listName = (values: readonly (string | number)[]): string =>
  new Intl.ListFormat(locale().code, { type: "conjunction" }).format(values.map(String));
