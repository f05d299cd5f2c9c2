// From her answers to what the plan and the gates read: who must not see it, how many must open it together.
import type { Report } from "../protocol/index";
import type { Draft, Level } from "./draft";

const PLACE = /^[A-Z]{2}(-[A-Z0-9]{1,4}){1,3}$/;

/** Places that links can name: her country, and finer parts where she gave their codes. */
export function linkPlaces(draft: Draft): [Level, string][] {
  const named: [Level, string][] = [[0, draft.country], [1, draft.area], [2, draft.district]];
  return draft.country === "" ? [] : named.filter(([level, place]) => level === 0 || PLACE.test(place));
}

/** The place of this level, or the next wider one that has a code: rather too many left out than too few. */
const placeAt = (draft: Draft, level: Level): string | undefined =>
  linkPlaces(draft).filter(([one]) => one <= level).at(-1)?.[1];

/** Links of whoever must not see it (protocol 6.3). */
export function excludedLinks(draft: Draft): string[] {
  const { area, ties } = draft.hidden;
  const home = area === undefined ? undefined : placeAt(draft, area);
  const tied = [...ties].flatMap(([actor, level]) => {
    const place = placeAt(draft, level);
    return place === undefined ? [] : [`ACT:${actor}@${place}`];
  });
  return home === undefined ? tied : [`AREA:${home}`, ...tied];
}

const TWO_PERSON_TILES = ["T04"]; // sexual violence: never one person alone
const HIGHER_TILES = ["T02", "T03"];

/** The tier that the page proposes: 3 needs two people, 2 has stricter rules than 1 (DESIGN 4). */
export function tier(draft: Draft): number {
  if (draft.twoPerson) return 3;
  if (draft.ombuds) return 2; // a house may have one ombudsperson only: two would be nobody
  const insider = draft.actors.has("COL") || draft.source === "PARTICIPANT";
  if (insider || TWO_PERSON_TILES.some((one) => draft.tiles.has(one))) return 3;
  return draft.urgency === "U3" || draft.urgency === "U2" || HIGHER_TILES.some((one) => draft.tiles.has(one)) ? 2 : 1;
}

/** Whether two people must open her words together. */
export const needsTwo = (draft: Draft): boolean => tier(draft) === 3 && !draft.emergency;

/** What the plan reads of it: also before all is answered, so that "too few" is said on the screen that causes it. */
export const slipOfDraft = (draft: Draft): Report["slip"] => ({
  lang: draft.language,
  urgency: draft.urgency || "U0",
  tier: tier(draft),
  exclude_links: excludedLinks(draft),
  exclude_people: [...draft.hidden.people],
  exclude_pools: [...draft.hidden.pools],
  reviewer_preference: draft.preference,
  two_person: draft.twoPerson,
  emergency: draft.emergency,
  ring: draft.ombuds ? "ombuds" : "desk",
});
