// The minute of her day. It is used on this device alone, and goes nowhere.

/** What browsers and machines say that hide where they are (Tor Browser), or were never told. */
const HIDDEN = new Set(["UTC", "Etc/UTC", "Etc/GMT", "GMT", "Etc/Unknown", "Atlantic/Reykjavik"]);

/** `null` where the browser's clock says nothing of where she is. */
export function herMinute(): number | null {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined;
  const now = new Date();
  return zone === undefined || HIDDEN.has(zone) ? null : now.getHours() * 60 + now.getMinutes();
}
