import type { Other } from "../draft";
import { button, h } from "../dom";
import { select, write } from "../fields";
import type { Screen } from "../house";
import { isSaid } from "../making";
import { counted, options, t } from "../text";

/** What goes into the section with one lock more. */
export const person: Screen = {
  title: "person.title",
  hint: "person.hint",
  body: ({ draft }) => [
    write(t("person.name"), draft.name, (text) => void (draft.name = text), { most: 80 }),
    write(t("person.contact"), draft.contact, (text) => void (draft.contact = text), { most: 150, hint: t("person.contact.hint") }),
    write(t("person.place"), draft.place, (text) => void (draft.place = text), { most: 250 }),
  ],
  optional: ({ draft }) => draft.name === "" && draft.contact === "" && draft.place === "",
  said: ({ draft }) => counted([draft.name, draft.contact, draft.place].filter((one) => one !== "").length),
};

const MOST = 5; // people; the section has 2 KiB

function about(other: Other, number: number): HTMLFieldSetElement {
  return h("fieldset", {},
    h("legend", {}, t("others.one", { number })),
    write(t("others.role"), other.role, (text) => void (other.role = text), { most: 60, hint: t("others.role.hint") }),
    write(t("others.name"), other.name, (text) => void (other.name = text), { most: 120, hint: t("others.name.hint") }),
    select(t("others.knows"), options("knows"), other.knows, (code) => void (other.knows = code), t("choice.none")),
    write(t("others.by"), other.by, (text) => void (other.by = text), { most: 60, hint: t("others.by.hint") }),
  );
}

/** Others did not choose to be in it: she is told so, and nothing of it is needed. */
export const others: Screen = {
  title: "others.title",
  hint: "others.hint",
  body: ({ draft }) => {
    const list = h("div", {});
    const more = button(t("others.more"), () => add(true));
    const add = (focus: boolean): void => {
      const other = { role: "", name: "", knows: "", by: "" };
      draft.others.push(other);
      list.append(about(other, draft.others.length));
      more.hidden = draft.others.length >= MOST;
      if (focus) list.querySelector<HTMLInputElement>("fieldset:last-child input")?.focus();
    };
    draft.others = draft.others.filter(isSaid);
    list.append(...draft.others.map((other, i) => about(other, i + 1)));
    if (draft.others.length === 0) add(false);
    more.hidden = draft.others.length >= MOST;
    return [list, more];
  },
  optional: ({ draft }) => !draft.others.some(isSaid),
  said: ({ draft }) => counted(draft.others.filter(isSaid).length),
};
