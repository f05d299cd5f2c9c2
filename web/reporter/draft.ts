// What she has answered so far: in memory, in this page, nowhere else.
import type { Attached } from "./evidence/attached";
import type { Voice } from "./evidence/voice";
import { CODES, CONSENT_DEFAULTS, PURPOSES, type Retention } from "../protocol/index";

type Actor = (typeof CODES.actors)[number];

/** A unit or a person of one kind of actor, as she describes them; what they did, and how she knows. */
export interface Accused {
  unit: string;
  person: string;
  involvement: string;
  basis: string;
}

/** Somebody else: what she writes goes into the section with one lock more. */
export interface Other {
  role: string;
  name: string;
  knows: string;
  by: string;
}

/** How fine a place of hers is: country, region, district. It follows when she changes the place itself. */
export type Level = 0 | 1 | 2;

export interface Draft {
  urgency: string;
  tiles: Set<string>;
  text: string;
  voice: Voice | undefined;
  files: Attached[];
  originals: string; // whether cleaned files go untouched as well: no, yes
  language: string;
  who: Set<string>;
  count: string;
  minor: string;
  source: string;
  when: string;
  ongoing: boolean;
  country: string;
  area: string;
  district: string;
  kind: string; // of place
  context: Set<string>;
  actors: Map<Actor, Accused>;
  effects: Set<string>;
  dimensions: Set<string>;
  levels: Set<string>;
  name: string;
  contact: string;
  place: string;
  others: Other[];
  hidden: { ties: Map<string, Level>; area: Level | undefined; pools: Set<string>; people: Set<string> };
  preference: string;
  twoPerson: boolean;
  emergency: boolean;
  ombuds: boolean;
  reply: string;
  from: string;
  until: string;
  triage: string;
  given: string;
  choices: Record<string, string>;
  recipients: Record<string, string>; // by purpose: one name a line
  retention: Retention;
}

/** Return a draft with nothing in it. */
export const emptyDraft = (language: string): Draft => ({
  urgency: "",
  tiles: new Set(),
  text: "",
  voice: undefined,
  files: [],
  originals: "",
  language,
  who: new Set(),
  count: "",
  minor: "",
  source: "",
  when: "",
  ongoing: false,
  country: "",
  area: "",
  district: "",
  kind: "",
  context: new Set(),
  actors: new Map(),
  effects: new Set(),
  dimensions: new Set(),
  levels: new Set(),
  name: "",
  contact: "",
  place: "",
  others: [],
  hidden: { ties: new Map(), area: undefined, pools: new Set(), people: new Set() },
  preference: "ANY",
  twoPerson: false,
  emergency: false,
  ombuds: false,
  reply: "",
  from: "",
  until: "",
  triage: "",
  given: "",
  choices: Object.fromEntries(
    PURPOSES.map((purpose, i) => [purpose, CONSENT_DEFAULTS[i] as string] as const).filter(([purpose]) => purpose !== "TRIAGE"),
  ),
  recipients: {},
  retention: 12,
});

/** What it lacks to be sent, in the order of the screens. */
export function missing(draft: Draft): ("danger" | "story" | "consent")[] {
  return [
    ...(draft.urgency === "" ? (["danger"] as const) : []),
    ...(draft.tiles.size === 0 && draft.text.trim() === "" && draft.voice === undefined ? (["story"] as const) : []),
    ...(draft.triage.startsWith("yes") ? [] : (["consent"] as const)),
  ];
}

const CAREFUL = "T04"; // sexual violence: untouched files only where she says so

/** Her answer whether untouched files go as well; nothing while she has to give one. */
export const originalsOf = ({ originals, tiles }: Draft): string => originals || (tiles.has(CAREFUL) ? "no" : "");

export const goUntouched = (draft: Draft): boolean => originalsOf(draft) === "yes";
