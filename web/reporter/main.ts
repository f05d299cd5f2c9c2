// What follows the first screen: the language is fetched, then what is in force is verified, then one question a screen.
import { capable } from "../protocol/index";
import { h } from "./dom";
import { emptyDraft } from "./draft";
import { show, stop, type Visit } from "./house";
import { LOCALES, type Locale } from "./locales";
import { speak, t } from "./text";
import { fetchTrust } from "./trusted";
import { begin } from "./walk";
import { loadWords } from "./wordlists";

const root = document.documentElement;

async function enter(locale: Locale): Promise<void> {
  try {
    if (!(await capable())) throw new Error("browser");
    await speak(locale);
  } catch {
    addEventListener("chosen", take);
    dispatchEvent(new Event("stopped")); // in all languages: start.ts has the words
    return;
  }
  (document.querySelector("#leave") as HTMLElement).textContent = `✕ ${t("bar.leave")}`;
  show(t("check.title"), h("p", {}, t("check.doing")), h("progress", { "aria-label": t("check.doing") }));
  try {
    const [inForce, lists] = await Promise.all([fetchTrust(), loadWords(locale.code)]);
    if (!inForce.sameVocabulary) throw new Error("another vocabulary"); // older or newer than what officers signed
    const visit: Visit = { draft: emptyDraft(locale.code), inForce, lists, reviewing: false };
    const banner = document.querySelector("#rehearsal") as HTMLElement;
    banner.textContent = t("bar.rehearsal");
    banner.hidden = !inForce.rehearsal;
    begin(visit);
  } catch (error) {
    stop(error, () => void enter(locale));
  }
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
