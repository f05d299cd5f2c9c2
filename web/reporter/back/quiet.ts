// What tells that somebody wrote to her: shown within the hours that she named, or because she asks (protocol 15.12).
// Outside of them the screen is that of a report to which nobody wrote. The button to see it is there in any case.
import type { Mine } from "../../protocol/hers";
import { within } from "../../protocol/hours";
import { herMinute } from "./clock";
import type { Stay } from "./stay";

const WRITING = new Set(["answer", "thread"]); // actions

/** Only an answer that holds says her hours. Without one they are not known, so nothing shows itself. */
export function mayShow(stay: Stay, { answers }: Mine): boolean {
  if (stay.anyway) return true;
  const minute = herMinute();
  const real = answers.flatMap(({ answer }) => (answer === null ? [] : [answer]));
  return real.length > 0 && real.every(({ hours }) => within(hours, minute));
}

/** Return what of a report may be on the screen now. */
export function seen(stay: Stay, mine: Mine): Mine {
  if (mayShow(stay, mine)) return mine;
  const decided = mine.decided.filter(({ notice }) => notice?.opened !== true || !WRITING.has(notice.action));
  return { ...mine, answers: [], decided };
}
