import { h } from "../dom";
import { select, write } from "../fields";
import type { Screen } from "../house";
import { spot } from "../spotting";
import { LOCALES } from "../locales";
import { languageName, named, t } from "../text";

const MORE = "am bn ckb de fa ha hi id ja km ko ku ln my ne om pa prs ps pt ru rw so sw ta th ti tr uk ur uz vi yo zh".split(" ");

/** Her own words, with gentle prompts, and a note of her own device about what may identify somebody. */
export const words: Screen = {
  title: "words.title",
  body: ({ draft }) => {
    const prompts = [t("words.prompt.saw"), t("words.prompt.now"), t("words.prompt.wish")];
    const note = h("div", { class: "note", "aria-live": "polite" });
    const look = (): void => {
      const found = spot(draft.text);
      const lines = [t("note.found"), ...found.map((kind) => named("note", kind)), t("note.advice")];
      const text = lines.join(" ");
      if ((note.textContent ?? "") !== (found.length > 0 ? text : "")) note.textContent = found.length > 0 ? text : "";
    };
    look();
    const codes = [...new Set([...LOCALES.map((one) => one.code), draft.language, ...MORE])];
    const languages = codes.map((code): [string, string] => [code, languageName(code)]);
    return [
      h("p", { class: "hint" }, t("words.prompts")),
      h("ul", { class: "hint" }, ...prompts.map((one) => h("li", {}, one))),
      write(t("words.label"), draft.text, (text) => ((draft.text = text), look()), { long: true }),
      note,
      select(t("words.language"), languages, draft.language, (code) => void (draft.language = code)),
    ];
  },
  optional: ({ draft }) => draft.text.trim() === "",
  said: ({ draft }) => (draft.text === "" ? [] : [t("review.written", { count: Array.from(draft.text).length })]),
};
