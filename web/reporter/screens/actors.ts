import { h } from "../dom";
import { ticks, write } from "../fields";
import type { Screen, Visit } from "../house";
import { named, options, t } from "../text";
import type { CODES } from "../../protocol/index";

type Actor = (typeof CODES.actors)[number];
const UNSAID = "NOT";

/** Who did it: kinds of actors, and below each that she ticks, room for a unit and a person. */
export const actors: Screen = {
  title: "actors.title",
  body: ({ draft }) => {
    const more = h("div", { class: "more" });
    const fill = (): void =>
      more.replaceChildren(
        ...[...draft.actors]
          .filter(([code]) => code !== UNSAID)
          .flatMap(([code, said]) => {
            const actor = named("actor", code as Actor);
            return [
              write(t("actors.unit", { actor }), said.unit, (text) => void (said.unit = text), { most: 200 }),
              write(t("actors.person", { actor }), said.person, (text) => void (said.person = text), { most: 200 }),
            ];
          }),
      );
    fill();
    const chosen = new Set(draft.actors.keys());
    const changed = (code: string): void => {
      if (chosen.has(code)) draft.actors.set(code, { unit: "", person: "" });
      else draft.actors.delete(code);
      fill();
    };
    return [ticks(t("actors.hint"), options("actor"), chosen, changed), more];
  },
  optional: ({ draft }: Visit) => draft.actors.size === 0,
};
