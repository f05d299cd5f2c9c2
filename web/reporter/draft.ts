// What she has answered so far: in memory, in this page, nowhere else. And the report that follows from it.
import { CONSENT_DEFAULTS, PURPOSES, type InForce, type Report, type Retention } from "../protocol/index";
import { timePrecision } from "./places";

/** A unit or a person of one kind of actor, as she describes them. */
export interface Accused {
  unit: string;
  person: string;
}

export interface Draft {
  urgency: string;
  tiles: Set<string>;
  text: string;
  language: string;
  who: Set<string>;
  count: string;
  when: string;
  ongoing: boolean;
  country: string;
  area: string;
  district: string;
  actors: Map<string, Accused>;
  name: string;
  contact: string;
  place: string;
  hidden: { actors: Set<string>; at: string; area: string; pools: Set<string>; people: Set<string> };
  preference: string;
  twoPerson: boolean;
  emergency: boolean;
  ombuds: boolean;
  triage: string;
  choices: Record<string, string>;
  retention: Retention;
}

/** Return a draft with nothing in it. */
export const emptyDraft = (language: string): Draft => ({
  urgency: "",
  tiles: new Set(),
  text: "",
  language,
  who: new Set(),
  count: "",
  when: "",
  ongoing: false,
  country: "",
  area: "",
  district: "",
  actors: new Map(),
  name: "",
  contact: "",
  place: "",
  hidden: { actors: new Set(), at: "", area: "", pools: new Set(), people: new Set() },
  preference: "ANY",
  twoPerson: false,
  emergency: false,
  ombuds: false,
  triage: "",
  choices: Object.fromEntries(
    PURPOSES.map((purpose, i) => [purpose, CONSENT_DEFAULTS[i] as string] as const).filter(([purpose]) => purpose !== "TRIAGE"),
  ),
  retention: 12,
});

const PLACE = /^[A-Z]{2}(-[A-Z0-9]{1,4}){1,3}$/;

/** Places that links can name: her country, and finer parts where she gave their codes. */
export const linkPlaces = (draft: Draft): string[] =>
  [draft.country, draft.area, draft.district].filter((one, i) => (i === 0 ? one !== "" : PLACE.test(one)));

/** Links of whoever must not see it (protocol 6.3). */
export function excludedLinks({ hidden }: Draft): string[] {
  const actors = hidden.at === "" ? [] : [...hidden.actors].map((actor) => `ACT:${actor}@${hidden.at}`);
  return hidden.area === "" ? actors : [...actors, `AREA:${hidden.area}`];
}

const TWO_PERSON_TILES = ["T04"]; // sexual violence: never one person alone
const HIGHER_TILES = ["T02", "T03"];

/** The tier that the page proposes: 3 needs two people, 2 has stricter rules than 1 (DESIGN 4). */
export function tier(draft: Draft): number {
  const insider = draft.actors.has("COL") || draft.ombuds;
  if (draft.twoPerson || insider || TWO_PERSON_TILES.some((one) => draft.tiles.has(one))) return 3;
  return draft.urgency === "U3" || draft.urgency === "U2" || HIGHER_TILES.some((one) => draft.tiles.has(one)) ? 2 : 1;
}

/** Whether two people must open her words together. */
export const needsTwo = (draft: Draft): boolean => tier(draft) === 3 && !draft.emergency;

/** What it lacks to be sent, in the order of the screens. */
export function missing(draft: Draft): ("danger" | "story" | "consent")[] {
  return [
    ...(draft.urgency === "" ? (["danger"] as const) : []),
    ...(draft.tiles.size === 0 && draft.text.trim() === "" ? (["story"] as const) : []),
    ...(draft.triage.startsWith("yes") ? [] : (["consent"] as const)),
  ];
}

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

const precision = (draft: Draft): string =>
  draft.country === "" ? "LOC.0" : draft.district !== "" ? "LOC.3" : draft.area !== "" ? "LOC.2" : "LOC.1";

/** Return the report in the form that the protocol writes. */
export function reportOf(draft: Draft): Report {
  const replies = draft.choices["REPLY"] !== "no";
  return {
    slip: slipOfDraft(draft),
    triage: {
      tiles: [...draft.tiles], // in her order: what she chose first may matter most
      actors: [...draft.actors.keys()].map((type) => ({ type })),
      who: [...draft.who],
      count: draft.count || null,
      place: {
        precision: precision(draft),
        country: draft.country,
        area: draft.country === "" ? "" : draft.area,
        district: draft.country === "" ? "" : draft.district,
      },
      time: { precision: timePrecision(draft.when), value: draft.when, ongoing: draft.ongoing },
    },
    narrative: { text: draft.text },
    accused: [...draft.actors]
      .filter(([, { unit, person }]) => unit !== "" || person !== "")
      .map(([type, { unit, person }]) => ({ type, unit_text: unit, person_text: person })),
    identities: { reporter: { name: draft.name, contact: draft.contact } },
    location_exact: { text: draft.place },
    consent: { given_by: "self", mode: "tick", choices: { ...draft.choices, TRIAGE: draft.triage || "no" } },
    reply: { mode: replies ? "inbox" : "none", never_contact_outside: true },
  };
}

/** How many people may be asked at all: those who get keys, before she leaves anybody out. */
export const deskSize = (inForce: InForce): number =>
  inForce.directory.people.filter((person) => person.role === "desk").length;
