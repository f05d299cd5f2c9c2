// Who must not see this: removed before sealing, by the same plan that Python has. Nobody outside can tell.
import { plan, slipOf, TooFewError } from "../../protocol/index";
import { h, type Child } from "../dom";
import { excludedLinks, linkPlaces, reportOf, type Draft } from "../draft";
import { radios, select, tick, ticks } from "../fields";
import type { Screen, Visit } from "../house";
import { countries, countryName } from "../places";
import { isNamedPool, named, options, t } from "../text";

const DESK_RING = 0;
const MOST = 8; // of each kind; the slip has room for no more

/** What stands in the way of sealing with these wishes, in a sentence; nothing if it can be sealed. */
export function obstacle({ draft, inForce }: Visit): string | undefined {
  const { hidden } = draft;
  if ([excludedLinks(draft).length, hidden.pools.size, hidden.people.size].some((count) => count > MOST)) return t("hide.many");
  try {
    plan(slipOf(reportOf(draft)), inForce.bundle, inForce.directory);
  } catch (error) {
    if (error instanceof TooFewError) return t("hide.few");
    throw error;
  }
  return undefined;
}

/** Ties to actors of a place, and the place itself. The country is asked here again if she skipped it. */
function ties(visit: Visit): Child[] {
  const { draft, inForce } = visit;
  const { hidden } = draft;
  const places = linkPlaces(draft).map((one): [string, string] => [one, countryName(one, inForce)]);
  if (!places.some(([one]) => one === hidden.at)) hidden.at = places[0]?.[0] ?? "";
  if (!places.some(([one]) => one === hidden.area)) hidden.area = "";
  const kinds = options("actor").filter(([code]) => !["UNK", "NOT", "COM", "ONL"].includes(code));
  return [
    ticks(t("hide.actors"), kinds, hidden.actors),
    select(t("hide.actors.place"), places, hidden.at, (at) => void (hidden.at = at)),
    select(t("hide.area"), places, hidden.area, (area) => void (hidden.area = area), t("hide.area.none")),
  ];
}

function byPlace(visit: Visit): Child {
  const { draft, inForce } = visit;
  const box = h("div", {});
  const fill = (): void => {
    if (draft.country !== "") return box.replaceChildren(...(ties(visit) as Node[]));
    const choose = (code: string): void => {
      draft.country = code;
      fill();
      box.querySelector("input")?.focus();
    };
    box.replaceChildren(select(t("hide.country.first"), countries(inForce), "", choose, t("choice.none")));
  };
  fill();
  return box;
}

const untouched = ({ hidden, preference, twoPerson, emergency, ombuds }: Draft): boolean =>
  hidden.actors.size + hidden.pools.size + hidden.people.size === 0 &&
  hidden.area === "" && preference === "ANY" && !twoPerson && !emergency && !ombuds;

export const hide: Screen = {
  title: "hide.title",
  hint: "hide.hint",
  body: (visit) => {
    const { draft, inForce } = visit;
    const pools = inForce.bundle.body.pools.filter((pool) => pool.ring === DESK_RING);
    const poolNames = pools.map(({ name }): [string, string] => [name, isNamedPool(name) ? named("hide.pool", name) : name]);
    const people = inForce.directory.people.filter((one) => one.role !== "auditor").map(({ name }): [string, string] => [name, name]);
    return [
      byPlace(visit),
      ticks(t("hide.pools"), poolNames, draft.hidden.pools),
      h("details", { open: draft.hidden.people.size > 0 }, h("summary", {}, t("hide.people")), ticks(t("hide.people"), people, draft.hidden.people, undefined, undefined, "names")),
      radios(t("hide.preference"), options("preference"), draft.preference, (code) => void (draft.preference = code)),
      tick(t("hide.two"), draft.twoPerson, (on) => void (draft.twoPerson = on)),
      tick(t("hide.emergency"), draft.emergency, (on) => void (draft.emergency = on)),
      tick(t("hide.ring"), draft.ombuds, (on) => void (draft.ombuds = on)),
    ];
  },
  optional: ({ draft }) => untouched(draft),
  next: obstacle,
};
