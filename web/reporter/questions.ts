// The second script: all questions, sealing and sending. It has its own copy of what it shares with the first one, so
// that each is one file with one hash; what was verified is handed over.
import { emptyDraft } from "./draft";
import { listen, onForget, type Entered, type Follow } from "./entered";
import type { Visit } from "./house";
import { sendFile } from "./screens/file";
import { speak } from "./text";
import { begin } from "./walk";
import { fill } from "./wordlists";

let visits = new WeakMap<object, Visit>();

/** Ends with quick exit, at once: the next page may take a while on a bad line. */
function leaving(): AbortController {
  const stop = new AbortController();
  addEventListener("leaving", () => stop.abort());
  return stop;
}

/** Return what she has written so far in this visit, also after she went back to its first screen. */
function visitOf(entered: Entered, follow?: Follow): Visit {
  const { locale, texts, list, inForce } = entered;
  speak(locale, texts);
  const lists = fill(locale.code, list);
  const fresh: Visit = { stop: leaving(), draft: emptyDraft(locale.code), inForce, lists, reviewing: false, ...(follow && { follow }) };
  const visit = visits.get(follow ?? entered) ?? fresh;
  visits.set(follow ?? entered, visit);
  return visit;
}

listen("whole", ["tell", "file", "follow"], ({ kind, entered, back, follow }) => {
  const visit = visitOf(entered, follow);
  if (kind === "file") sendFile(visit, back);
  else begin(visit, back);
});
onForget(() => void (visits = new WeakMap()));
