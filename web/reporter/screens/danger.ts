import { h } from "../dom";
import { radios } from "../fields";
import type { Screen } from "../house";
import { help } from "../operator";
import { options, saidOf, t } from "../text";

/** Is someone in danger now? Who says yes is told at once not to wait for us. */
export const danger: Screen = {
  title: "danger.title",
  body: ({ draft, inForce }) => {
    const urgent = h("div", { class: "urgent", hidden: draft.urgency !== "U3" }, h("p", {}, t("danger.help")), ...help(inForce));
    const choose = (code: string): void => {
      draft.urgency = code;
      urgent.hidden = code !== "U3";
    };
    return [radios(t("danger.choose"), options("urgency"), draft.urgency, choose), h("div", { "aria-live": "polite" }, urgent)];
  },
  next: ({ draft }) => (draft.urgency === "" ? t("danger.choose") : undefined),
  said: ({ draft }) => saidOf("urgency", draft.urgency),
};
