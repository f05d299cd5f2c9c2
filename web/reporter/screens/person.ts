import { write } from "../fields";
import type { Screen } from "../house";
import { t } from "../text";

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
};
