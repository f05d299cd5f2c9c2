// The vocabulary: every code that a report may use, and the purposes she may consent to.
import { type Bytes } from "./bytes";
import { CODES, CONSENT_DEFAULTS, CONSENT_VALUES, PURPOSES } from "./codes";
import { MalformedError, require } from "./errors";
import type { Report } from "./report";

export { CODES, CONSENT_DEFAULTS, CONSENT_VALUES, PURPOSES };
export type Purpose = (typeof PURPOSES)[number];
export type ConsentValue = (typeof CONSENT_VALUES)[number];
type Part = keyof typeof CODES;

const knows = (part: Part, value: string): boolean => (CODES[part] as readonly string[]).includes(value);

function choice(choices: Readonly<Record<string, string>>, place: number): string {
  const purpose = PURPOSES[place] as Purpose;
  return Object.hasOwn(choices, purpose) ? (choices[purpose] as string) : (CONSENT_DEFAULTS[place] as string);
}

const known = (choices: Readonly<Record<string, string>>): boolean =>
  Object.keys(choices).every((one) => (PURPOSES as readonly string[]).includes(one)) &&
  Object.values(choices).every((one) => (CONSENT_VALUES as readonly string[]).includes(one));

/** Return a byte a purpose, in the vocabulary's order. What she did not answer gets the vocabulary's default. */
export function consentBytes(choices: Readonly<Record<string, string>>): Bytes {
  require(known(choices), "consent");
  return Uint8Array.from(PURPOSES, (_, i) => (CONSENT_VALUES as readonly string[]).indexOf(choice(choices, i)));
}

/** Raise MalformedError that names the fields, never their content, where a report does not use the vocabulary. */
export function checkReport(report: Report): void {
  const found = [...new Set([...wrongCodes(report), ...incomplete(report)])].sort();
  if (found.length > 0) throw new MalformedError(found.join(", "));
}

function* wrongCodes(report: Report): Generator<string> {
  const { slip, triage: card } = report;
  const one = (field: string, part: Part, value: string | null | undefined): string[] =>
    value === null || value === undefined || knows(part, value) ? [] : [field];
  const several = (field: string, part: Part, values: readonly string[] | null | undefined): string[] =>
    (values ?? []).every((value) => knows(part, value)) ? [] : [field];
  yield* one("slip.urgency", "urgency", slip.urgency);
  yield* one("slip.reviewer_preference", "reviewer_preference", slip.reviewer_preference);
  yield* one("triage.count", "count_band", card?.count);
  yield* one("triage.source_link", "source_link", card?.source_link);
  yield* one("triage.place.precision", "location_precision", card?.place?.precision);
  yield* one("triage.place.type", "place_type", card?.place?.type);
  yield* one("triage.time.precision", "time_precision", card?.time?.precision);
  yield* several("triage.tiles", "tiles", card?.tiles);
  yield* several("triage.context", "context_flags", card?.context);
  yield* several("triage.who", "who_affected", card?.who);
  yield* several("triage.harm.dimensions", "harm_dimension", card?.harm?.dimensions);
  yield* several("triage.harm.levels", "harm_level", card?.harm?.levels);
  yield* several("triage.harm.effects", "harm_effect", card?.harm?.effects);
  for (const actor of card?.actors ?? []) {
    yield* one("triage.actors.type", "actors", actor.type);
    yield* one("triage.actors.involvement", "involvement", actor.involvement);
    yield* one("triage.actors.basis", "identification_basis", actor.basis);
  }
  for (const accused of report.accused ?? []) yield* several("accused.type", "actors", [accused.type]);
}

/** Name what a minimum report lacks: a tile, text or voice; and consent to be read at all. */
function* incomplete(report: Report): Generator<string> {
  const { triage, narrative, consent } = report;
  if (!triage?.tiles?.length && !narrative?.text && !narrative?.voice?.length) yield "narrative.text";
  if (!known(consent.choices)) yield "consent.choices";
  else if (!choice(consent.choices, PURPOSES.indexOf("TRIAGE")).startsWith("yes_")) yield "consent.choices.TRIAGE";
}
