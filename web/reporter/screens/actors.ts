import { CODES } from "../../protocol/index";
import type { Accused } from "../draft";
import { h } from "../dom";
import { select, ticks, write } from "../fields";
import type { Screen, Visit } from "../house";
import { named, options, t } from "../text";

type Actor = (typeof CODES.actors)[number];
const UNSAID = "NOT";

const known = ({ draft }: Visit): [Actor, Accused][] => [...draft.actors].filter(([code]) => code !== UNSAID);

/** Who did it: kinds of actors, and below each that she ticks, room for a unit and a person. */
export const actors: Screen = {
  title: "actors.title",
  body: (visit) => {
    const { draft } = visit;
    const more = h("div", { class: "more" });
    const fill = (): void =>
      more.replaceChildren(
        ...known(visit).flatMap(([code, said]) => {
          const actor = named("actor", code);
          return [
            write(t("actors.unit", { actor }), said.unit, (text) => void (said.unit = text), { most: 200 }),
            write(t("actors.person", { actor }), said.person, (text) => void (said.person = text), { most: 200 }),
          ];
        }),
      );
    fill();
    const chosen = new Set<string>(draft.actors.keys());
    const changed = (code: string): void => {
      if (chosen.has(code)) draft.actors.set(code as Actor, { unit: "", person: "", involvement: "", basis: "" });
      else draft.actors.delete(code as Actor);
      fill();
    };
    return [ticks(t("actors.hint"), options("actor"), chosen, changed), more];
  },
  optional: ({ draft }) => draft.actors.size === 0,
  said: ({ draft }) => [...draft.actors.keys()].map((code) => named("actor", code)),
};

/** Their part in it, and how she knows that it was them. Asked only about whom she chose. */
export const basis: Screen = {
  title: "basis.title",
  applies: (visit) => known(visit).length > 0,
  body: (visit) =>
    known(visit).flatMap(([code, said]) => {
      const actor = named("actor", code);
      return [
        select(t("basis.did", { actor }), options("involvement"), said.involvement, (one) => void (said.involvement = one), t("choice.none")),
        select(t("basis.know", { actor }), options("basis"), said.basis, (one) => void (said.basis = one), t("choice.none")),
      ];
    }),
  optional: (visit) => known(visit).every(([, said]) => said.involvement + said.basis === ""),
  said: (visit) => known(visit).flatMap(([, { basis: one }]) => (one === "" ? [] : [named("basis", one as "UNIFORM")])),
};
