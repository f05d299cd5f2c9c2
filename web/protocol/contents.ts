// What is inside the sections (protocol 10). Text that was not given is the empty string: absence has no form of its own.
import { type Bytes } from "./bytes";
import { require } from "./errors";
import { isWindow } from "./hours";
import { LIMIT } from "./limits";
import { binary, flag, Form, integer, list, struct, text, tuple, type Of } from "./messages";
import type { Report } from "./report";
import { BUCKETS, SECTIONS, type Each } from "./sections";
import type { Slip } from "./slip";

const texts = list(text);

const CARD = struct({
  language: text,
  urgency: integer,
  tier: integer,
  tiles: texts,
  context: texts,
  actors: list(tuple(text, text, text)), // type, involvement, basis
  who: texts,
  count: text,
  minor: text,
  place: tuple(text, text, text, text, text), // precision, country, area, district, type
  time: tuple(text, text, flag), // precision, value, ongoing
  harm: tuple(texts, texts, texts), // dimensions, levels, effects
  sourceLink: text,
  consent: binary,
  reply: tuple(text, text, flag), // mode, safe window, never contact outside
  replyKey: binary,
  givenBy: text,
  mode: text,
});
/** The first thing that is read: codes only, no free text. */
export type Card = Of<typeof CARD>;
export const cardForm = new Form(CARD);

const STORY = struct({
  text,
  accused: list(tuple(text, text, text)), // type, unit, person
  recipients: list(tuple(text, texts)), // purpose, names
  voice: list(tuple(integer, text)), // seconds, transcript
});
/** Her words, whom she names, whom she allows it to be given to. */
export type Story = Of<typeof STORY>;
export const storyForm = new Form(STORY);

const IDENTITY = struct({
  name: text,
  contact: text,
  others: list(tuple(text, text, text, text)), // role, name, knows, consent_by
  place: text,
});
/** Names, contacts, the exact place. */
export type Identity = Of<typeof IDENTITY>;
export const identityForm = new Form(IDENTITY);

const PIECE = struct({
  object: binary,
  key: binary,
  size: integer,
  seal: binary,
  kind: text,
  media: text,
  contains: texts,
});
/** One file of hers: `object` and `key` open it (protocol 19.2). */
export type Piece = Of<typeof PIECE>;
const EVIDENCE = struct({ pieces: list(PIECE) });
/** Working copies, or (the same form) untouched originals. Without id and key a file is described only. */
export type Evidence = Of<typeof EVIDENCE>;
export const evidenceForm = new Form(EVIDENCE);

type Maybe<T> = T | null | undefined;
const of = (value: Maybe<string>): string => value ?? "";
const all = (values: Maybe<readonly string[]>): readonly string[] => values ?? [];

/** Files that travel beside a report: working copies, and originals as they were. */
export interface Files {
  readonly evidence: readonly Piece[];
  readonly originals: readonly Piece[];
}
export const NO_FILES: Files = { evidence: [], originals: [] };

/** Write all five sections of a report. Raise MalformedError where it is too long. */
export function write(report: Report, slip: Slip, replyKey: Bytes, files: Files = NO_FILES): Each<Bytes> {
  const written = {
    card: cardForm.encode(cardOf(report, slip, replyKey)),
    story: storyForm.encode(storyOf(report)),
    identity: identityForm.encode(identityOf(report)),
    evidence: evidenceForm.encode(evidenceOf(report, files, "evidence")),
    originals: evidenceForm.encode(evidenceOf(report, files, "originals")),
  };
  for (const section of SECTIONS) {
    require(written[section].length + 4 <= Math.max(...BUCKETS[section]), `${section} is too long`);
  }
  return written;
}

function cardOf(report: Report, slip: Slip, replyKey: Bytes): Card {
  const { triage: card, consent, reply } = report;
  const { place, time, harm } = card ?? {};
  require(isWindow(of(reply?.safe_window)), "safe hours");
  return {
    language: slip.language,
    urgency: slip.urgency,
    tier: slip.tier,
    tiles: all(card?.tiles),
    context: all(card?.context),
    actors: (card?.actors ?? []).map((one) => [of(one.type), of(one.involvement), of(one.basis)]),
    who: all(card?.who),
    count: of(card?.count),
    minor: of(card?.minor),
    place: [of(place?.precision), of(place?.country), of(place?.area), of(place?.district), of(place?.type)],
    time: [of(time?.precision), of(time?.value), time?.ongoing ?? false],
    harm: [all(harm?.dimensions), all(harm?.levels), all(harm?.effects)],
    sourceLink: of(card?.source_link),
    consent: slip.consent,
    // What she did not say is the safer of both: nobody looks for her outside of this service.
    reply: [of(reply?.mode), of(reply?.safe_window), reply?.never_contact_outside ?? true],
    replyKey,
    givenBy: of(consent.given_by),
    mode: of(consent.mode),
  };
}

function storyOf({ narrative, accused, consent }: Report): Story {
  return {
    text: of(narrative?.text),
    accused: (accused ?? []).map((one) => [of(one.type), of(one.unit_text), of(one.person_text)]),
    recipients: Object.entries(consent.named_recipients ?? {}),
    voice: (narrative?.voice ?? []).map((one) => [one.seconds, of(one.transcript)]),
  };
}

function identityOf({ identities, location_exact: exact }: Report): Identity {
  return {
    name: of(identities?.reporter?.name),
    contact: of(identities?.reporter?.contact),
    others: (identities?.others ?? []).map((one) => [of(one.role), of(one.name), of(one.knows), of(one.consent_by)]),
    place: of(exact?.text),
  };
}

/** Files that travel, and after them those that are described only and stay with her. */
function evidenceOf({ evidence }: Report, files: Files, section: keyof Files): Evidence {
  const none = new Uint8Array();
  const described = (evidence ?? []).filter((one) => section === "evidence" || one.keep_original_sealed === true);
  const pieces = [
    ...files[section],
    ...described.map((one) => ({
      object: none,
      key: none,
      size: one.bytes,
      seal: none,
      kind: of(one.kind),
      media: of(one.mime),
      contains: all(one.contains),
    })),
  ];
  require(pieces.length <= LIMIT.files, "files");
  return { pieces };
}
