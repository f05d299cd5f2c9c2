// What follows the first screen: the language is fetched, then what is in force is verified, then it is said what she
// must know. Behind that comes the second script (questions.ts), before which nothing can be typed.
import { capable } from "../protocol/capable";
import { h } from "./dom";
import { ask, type Entered, type Follow, type Wish } from "./entered";
import { show, stop } from "./house";
import { LOCALES, type Locale } from "./locales";
import { safety } from "./screens/safety";
import { PartError, second, third } from "./second";
import { fetchTexts, speak, t } from "./text";
import { fetchTrust } from "./trusted";
import { fetchWords } from "./wordlists";

const root = document.documentElement;

async function enter(locale: Locale): Promise<void> {
  let texts: Entered["texts"];
  try {
    if (!(await capable())) throw new Error("browser");
    texts = await fetchTexts(locale);
  } catch {
    addEventListener("chosen", take);
    dispatchEvent(new Event("stopped")); // in all languages: start.ts has the words
    return;
  }
  speak(locale, texts);
  (document.querySelector("#leave") as HTMLElement).textContent = `✕ ${t("bar.leave")}`;
  wait();
  try {
    const [inForce, list] = await Promise.all([fetchTrust(), fetchWords(locale.code)]);
    if (!inForce.sameVocabulary) throw new Error("another vocabulary"); // older or newer than what officers signed
    const banner = document.querySelector("#rehearsal") as HTMLElement;
    banner.textContent = t("bar.rehearsal");
    banner.hidden = !inForce.rehearsal;
    begin({ locale, texts, list, inForce });
    void second.fetch().catch(() => undefined); // while she reads; who goes on waits for it, and is told if it failed
  } catch (error) {
    stop(error, () => void enter(locale));
  }
}

const wait = (): void =>
  show(t("check.title"), h("p", {}, t("check.doing")), h("progress", { "aria-label": t("check.doing") }));

/** What she must know before the first question. */
function begin(entered: Entered): void {
  const back = (): void => begin(entered);
  const onward = (follow: Follow, home: () => void): void => go({ kind: "follow", entered, back: home, follow });
  const go = (wish: Wish): void => {
    const part = wish.kind === "back" ? third : second;
    if (!part.here()) wait();
    part.fetch().then(
      () => ask(wish),
      (error: unknown) => stop(error, () => go(wish), error instanceof PartError ? t("stop.part") : undefined),
    );
  };
  safety(
    entered.inForce,
    () => go({ kind: "tell", entered, back }),
    () => go({ kind: "file", entered, back }),
    () => go({ kind: "back", entered, back, onward }),
  );
}

/** Take up the choice that start.ts wrote down: once, now or when it is made. */
function take(): void {
  const chosen = LOCALES.find((one) => one.code === root.dataset["chosen"]);
  if (chosen === undefined) return;
  removeEventListener("chosen", take);
  void enter(chosen);
}

root.dataset["ready"] = "";
addEventListener("chosen", take);
take();
