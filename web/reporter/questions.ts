// The second script: all questions, sealing and sending. It has its own copy of what it shares with the first one, so
// that each is one file with one hash; what was verified is handed over.
import { emptyDraft } from "./draft";
import { listen, type Entered } from "./entered";
import type { Visit } from "./house";
import { sendFile } from "./screens/file";
import { speak } from "./text";
import { begin } from "./walk";
import { fill } from "./wordlists";

const visits = new WeakMap<Entered, Visit>();

/** Return what she has written so far in this visit, also after she went back to its first screen. */
function visitOf(entered: Entered): Visit {
  const { locale, texts, list, inForce } = entered;
  speak(locale, texts);
  const lists = fill(locale.code, list);
  const visit = visits.get(entered) ?? { draft: emptyDraft(locale.code), inForce, lists, reviewing: false };
  visits.set(entered, visit);
  return visit;
}

listen(({ kind, entered, back }) => {
  const visit = visitOf(entered);
  if (kind === "tell") begin(visit, back);
  else sendFile(visit, back);
});
