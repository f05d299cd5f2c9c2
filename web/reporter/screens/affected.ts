import { h } from "../dom";
import { radios, select, ticks } from "../fields";
import type { Screen } from "../house";
import { operatorSays } from "../operator";
import { listed, options, saidOf, t } from "../text";

export const affected: Screen = {
  title: "affected.title",
  body: ({ draft }) => [
    ticks(t("tiles.hint"), options("who"), draft.who),
    select(t("count.label"), options("count"), draft.count, (code) => void (draft.count = code), t("choice.none")),
  ],
  optional: ({ draft }) => draft.who.size === 0 && draft.count === "",
  said: ({ draft }) => listed("who", draft.who),
};

/** A child: then consent is narrow (child.ts), and the law may ask more of who reads. */
export const minor: Screen = {
  title: "minor.title",
  hint: "minor.hint",
  body: ({ draft, inForce }) => {
    const duty = operatorSays(inForce)?.duty || t("safety.duty.text");
    const narrow = h("div", { class: "note", hidden: draft.minor !== "YES" }, h("p", {}, t("minor.narrow")), h("p", {}, duty));
    const choose = (code: string): void => {
      draft.minor = code;
      narrow.hidden = code !== "YES";
    };
    return [radios(t("minor.choose"), options("minor"), draft.minor, choose), h("div", { "aria-live": "polite" }, narrow)];
  },
  optional: ({ draft }) => draft.minor === "",
  said: ({ draft }) => saidOf("minor", draft.minor),
};

/** How she stands to what happened: it was done to her, she saw it, she was told. */
export const source: Screen = {
  title: "source.title",
  body: ({ draft }) => [radios(t("source.choose"), options("source"), draft.source, (code) => void (draft.source = code))],
  optional: ({ draft }) => draft.source === "",
  said: ({ draft }) => saidOf("source", draft.source),
};
