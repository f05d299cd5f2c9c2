// The page starts here: her language first, then what is in force, then one question a screen.
import { capable } from "../protocol/index";
import { button, h } from "./dom";
import { emptyDraft } from "./draft";
import { show, stop, type Visit } from "./house";
import { leaveButton } from "./leaving";
import { LOCALES, speak, t, type Locale } from "./text";
import { fetchTrust } from "./trusted";
import { loadWords } from "./wordlists";
import { begin } from "./walk";

/** Static words of the document, in all languages: for what goes wrong before a language is here. */
const fallback = document.querySelector("#fallback") as HTMLElement;

function start(): void {
  const leaving = leaveButton(`✕ ${LOCALES.map((one) => one.leave).join(" · ")}`);
  const banner = h("p", { id: "rehearsal", hidden: true });
  const bar = h("header", { class: "bar" }, leaving);
  const status = h("p", { id: "status", role: "status", "aria-live": "polite" });
  document.body.replaceChildren(bar, banner, h("main"), status);
  const word = LOCALES.map((one) => one.word).join(" · ");
  const choices = LOCALES.map((one) =>
    button(one.name, () => void enter(one), "language", { lang: one.code, dir: one.direction }),
  );
  show(word, h("div", { class: "languages" }, ...choices));
}

async function enter(locale: Locale): Promise<void> {
  try {
    if (!(await capable())) throw new Error("browser");
    await speak(locale);
  } catch {
    show("", fallback, button("↻", () => void enter(locale), "main", { "aria-label": locale.name }));
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

start();
