// From her answers to the report that the protocol seals.
import { PURPOSES, type Report } from "../protocol/index";
import { choiceOf } from "./child";
import type { Draft, Other } from "./draft";
import { timePrecision } from "./places";
import { slipOfDraft } from "./wishes";

/** Whose yes it is, and how it was given. */
const GIVEN: Readonly<Record<string, readonly [by: string, mode: string]>> = {
  self: ["self", "tick"],
  aloud: ["self", "voice"],
  guardian: ["guardian", "tick"],
  family: ["representative_of_family", "tick"],
  officer: ["field_officer_for_person_present", "voice_read_aloud"],
};

const precision = (draft: Draft): string =>
  draft.country === "" ? "LOC.0" : draft.district !== "" ? "LOC.3" : draft.area !== "" ? "LOC.2" : "LOC.1";

/** Whether she wrote anything about somebody. */
export const isSaid = ({ role, name, knows, by }: Other): boolean => role + name + knows + by !== "";

const lines = (text: string): string[] => text.split("\n").map((one) => one.trim()).filter((one) => one !== "");

function recipients(draft: Draft): Record<string, string[]> {
  const named = PURPOSES.map((purpose): [string, string[]] => [purpose, lines(draft.recipients[purpose] ?? "")]);
  return Object.fromEntries(named.filter(([purpose, names]) => names.length > 0 && choiceOf(purpose, draft) !== "no"));
}

function reply(draft: Draft): Report["reply"] {
  const mode = choiceOf("REPLY", draft) === "no" ? "none" : draft.reply || "inbox";
  const both = draft.from !== "" && draft.until !== "" && mode !== "none";
  return { mode, safe_window: both ? `${draft.from}-${draft.until}` : "", never_contact_outside: true };
}

function consent(draft: Draft): Report["consent"] {
  const [given_by, mode] = GIVEN[draft.given] ?? ["self", "tick"];
  const choices = PURPOSES.map((purpose) => [purpose, purpose === "TRIAGE" ? draft.triage || "no" : choiceOf(purpose, draft)]);
  return { given_by, mode, choices: Object.fromEntries(choices) as Record<string, string>, named_recipients: recipients(draft) };
}

/** Return the report in the form that the protocol writes. */
export function reportOf(draft: Draft): Report {
  return {
    slip: slipOfDraft(draft),
    triage: {
      tiles: [...draft.tiles], // in her order: what she chose first may matter most
      context: [...draft.context],
      actors: [...draft.actors].map(([type, { involvement, basis }]) => ({ type, involvement: involvement || null, basis: basis || null })),
      who: [...draft.who],
      count: draft.count || null,
      minor: draft.minor || null,
      place: {
        precision: precision(draft),
        country: draft.country,
        area: draft.country === "" ? "" : draft.area,
        district: draft.country === "" ? "" : draft.district,
        type: draft.kind || null,
      },
      time: { precision: timePrecision(draft.when), value: draft.when, ongoing: draft.ongoing },
      harm: { dimensions: [...draft.dimensions], levels: [...draft.levels], effects: [...draft.effects] },
      source_link: draft.source || null,
    },
    narrative: { text: draft.text, voice: draft.voice === undefined ? [] : [{ seconds: draft.voice.seconds }] },
    accused: [...draft.actors]
      .filter(([, { unit, person }]) => unit !== "" || person !== "")
      .map(([type, { unit, person }]) => ({ type, unit_text: unit, person_text: person })),
    identities: {
      reporter: { name: draft.name, contact: draft.contact },
      others: draft.others.filter(isSaid).map(({ role, name, knows, by }) => ({ role, name, knows, consent_by: by })),
    },
    location_exact: { text: draft.place },
    consent: consent(draft),
    reply: reply(draft),
  };
}
