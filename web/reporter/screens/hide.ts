// Who must not see this: removed before sealing, by the same plan that Python has. Nobody outside can tell.
import { h, type Child } from "../dom";
import type { Level } from "../draft";
import { select, ticks } from "../fields";
import type { Screen, Visit } from "../house";
import { obstacle } from "../obstacle";
import { countries, countryName } from "../places";
import { counted, isNamedPool, named, options, t } from "../text";
import { linkPlaces } from "../wishes";

const DESK_RING = 0;
const NO_TIES = ["UNK", "NOT", "COM", "ONL"]; // nobody can declare ties to these

/** Ties to actors, each of a place, and the place itself. */
function ties({ draft, inForce }: Visit): Child[] {
  const { hidden } = draft;
  const places = linkPlaces(draft).map(([level, one]): [string, string] => [String(level), countryName(one, inForce)]);
  const chosen = new Set(hidden.ties.keys());
  const more = h("div", { class: "more" });
  const kinds = options("actor").filter(([code]) => !NO_TIES.includes(code));
  const fill = (): void =>
    more.replaceChildren(
      ...kinds.filter(([code]) => hidden.ties.has(code)).map(([code, actor]) =>
        select(t("hide.actors.place", { actor }), places, String(hidden.ties.get(code)), (at) => void hidden.ties.set(code, Number(at) as Level)),
      ),
    );
  const changed = (code: string): void => {
    if (chosen.has(code)) hidden.ties.set(code, 0);
    else hidden.ties.delete(code);
    fill();
  };
  fill();
  const left = (at: string): void => void (hidden.area = at === "" ? undefined : (Number(at) as Level));
  return [
    select(t("hide.area"), places, String(hidden.area ?? ""), left, t("hide.area.none")),
    ticks(t("hide.actors"), kinds, chosen, changed),
    more,
  ];
}

/** The country is asked here again if she skipped it: without one there is nothing to have ties in. */
function byPlace(visit: Visit): Child {
  const { draft, inForce } = visit;
  const box = h("div", {});
  const fill = (): void => {
    if (draft.country !== "") return box.replaceChildren(...(ties(visit) as Node[]));
    const choose = (code: string): void => {
      draft.country = code;
      fill();
      box.querySelector("select")?.focus();
    };
    box.replaceChildren(select(t("hide.country.first"), countries(inForce), "", choose, t("choice.none")));
  };
  fill();
  return box;
}

export const hide: Screen = {
  title: "hide.title",
  hint: "hide.hint",
  body: (visit) => [byPlace(visit)],
  optional: ({ draft }) => draft.hidden.ties.size === 0 && draft.hidden.area === undefined,
  next: obstacle,
  said: ({ draft: { hidden } }) => counted(hidden.ties.size + (hidden.area === undefined ? 0 : 1)),
};

/** Groups and people of this house, by the names that it publishes of them: no others can be meant here. */
export const team: Screen = {
  title: "team.title",
  hint: "hide.hint",
  body: ({ draft, inForce }) => {
    const pools = inForce.bundle.body.pools.filter((pool) => pool.ring === DESK_RING);
    const groups = pools.map(({ name }): [string, string] => [name, isNamedPool(name) ? named("hide.pool", name) : name]);
    const people = inForce.directory.people.filter((one) => one.role !== "auditor").map(({ name }): [string, string] => [name, name]);
    const { hidden } = draft;
    return [
      ticks(t("hide.pools"), groups, hidden.pools),
      h("details", { open: hidden.people.size > 0 },
        h("summary", {}, t("hide.people")),
        ticks(t("hide.people"), people, hidden.people, undefined, undefined, "names"),
      ),
    ];
  },
  optional: ({ draft: { hidden } }) => hidden.pools.size + hidden.people.size === 0,
  next: obstacle,
  said: ({ draft: { hidden } }) => counted(hidden.pools.size + hidden.people.size),
};
