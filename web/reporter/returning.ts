// The third script: coming back with twelve words. It has its own copy of what it shares with the others.
import { WORD_LANGUAGES, type WordLanguage } from "../protocol/words";
import { far } from "./back/far";
import { watch, type Stay } from "./back/stay";
import { button, h } from "./dom";
import { listen, type Wish } from "./entered";
import { show, stop } from "./house";
import { LOCALES } from "./locales";
import { speak, t } from "./text";
import { fetchWords, fill } from "./wordlists";

/** Her words may be of another language than the page's: all lists are fetched, in one order, whatever she chose. */
async function lists(): Promise<WordLanguage[]> {
  const found: WordLanguage[] = [];
  for (const { code } of LOCALES) {
    const known = WORD_LANGUAGES.find((one) => one === code);
    if (known !== undefined && fill(code, await fetchWords(code))) found.push(known);
  }
  return found;
}

async function begin(wish: Wish): Promise<void> {
  const { entered, back, onward } = wish;
  if (onward === undefined) return;
  speak(entered.locale, entered.texts);
  show(t("check.title"), h("p", {}, t("check.doing")), h("progress", { "aria-label": t("check.doing") }));
  const stay: Stay = { entered, leave: back, onward, lists: [], mine: [], anyway: false, sealed: new Set(), sent: new Set() };
  try {
    stay.lists = await lists();
  } catch (error) {
    return stop(error, () => void begin(wish));
  }
  watch(stay, () => forgotten(stay));
  far(stay);
}

/** Ten minutes without a key: what was typed and found is gone. */
function forgotten(stay: Stay): void {
  show(t("forgot.title"), h("p", {}, t("forgot.text")), h("div", { class: "nav" }, button(t("nav.next"), () => far(stay), "main", { id: "next" })));
}

listen("returning", ["back"], (wish) => void begin(wish));
