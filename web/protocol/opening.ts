// Messages of an opening: ask, approval, request, opening, decision, verdict, release (protocol 11).
// The reporter's page makes none of them; they are here so that one implementation passes all vectors, and are not bundled.
import { concat, equal, sized, utf8, type Bytes } from "./bytes";
import { MalformedError, ProofError, require } from "./errors";
import { digest, sha256 } from "./hashing";
import * as hybrid from "./hybrid";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { SHARE } from "./locks";
import { binary, flag, Form, integer, list, struct, text, tuple, type Of } from "./messages";
import { unpad } from "./padding";
import { SECTIONS, type Section } from "./sections";
import { verify } from "./signing";
import { NAME } from "./slip";

const HASH = 32;
const MINUTES = 2 ** 32;
const WRITING = ["answer", "thread"]; // about the whole report: asked for as section 0 (protocol 15)
const isSection = (value: number): boolean => value >= 0 && value < SECTIONS.length;
const minute = (value: number): boolean => value > 0 && value < MINUTES;
/** Numbers of sections, ascending, none twice. */
const ordered = (values: readonly number[]): boolean =>
  values.every((value, i) => isSection(value) && (i === 0 || (values[i - 1] as number) < value));

const ASK = struct(
  {
    id: binary,
    sections: list(integer),
    action: text,
    purpose: text,
    asker: text,
    session: binary,
    nonce: binary,
    until: integer,
  },
  (ask) => {
    require(["open", "recuse", ...WRITING].includes(ask.action), "action");
    require([ask.id, ask.session, ask.nonce].every((one) => one.length === HASH), "ask");
    require(ask.sections.length > 0 && ordered(ask.sections), "sections");
    require(!WRITING.includes(ask.action) || ask.sections.join() === "0", "sections");
    require(NAME.test(ask.asker), "asker");
    // As Python's `isascii` and `isupper`: ASCII with a capital and no small letter.
    const upper = /^[\x00-\x60\x7b-\x7f]*$/.test(ask.purpose) && /[A-Z]/.test(ask.purpose);
    require(upper && ask.purpose.length <= LIMIT.name, "purpose");
    require(minute(ask.until), "until");
  },
);
export type Ask = Of<typeof ASK>;
export const askForm = new Form(ASK);
export const askDigest = (ask: Ask): Promise<Bytes> => digest(Label.ASK_DIGEST, askForm.encode(ask));

const APPROVAL = struct(
  { ask: binary, section: integer, approver: text, role: integer, share: binary, until: integer },
  (approval) => {
    require(approval.ask.length === HASH && approval.share.length === HASH, "approval");
    require(isSection(approval.section) && (approval.role === 1 || approval.role === 2), "approval");
    require(NAME.test(approval.approver) && minute(approval.until), "approval");
  },
);
export const approvalForm = new Form(APPROVAL);

const REQUEST = struct(
  {
    ask: binary,
    gates: list(text),
    origin: text,
    bundle: integer,
    directory: integer,
    justification: binary,
    expires: integer,
    nonce: binary,
  },
  (request) => {
    require(request.justification.length === HASH && request.nonce.length === HASH, "request");
    const { gates } = request;
    require(gates.length >= 1 && gates.length <= LIMIT.gates && gates.every((gate) => NAME.test(gate)), "gates");
    require(new Set(gates).size === gates.length, "gates");
    require(request.bundle > 0 && request.directory > 0 && minute(request.expires), "request");
  },
);
export type Request = Of<typeof REQUEST>;
export const requestForm = new Form(REQUEST);
export const requestDigest = (request: Request): Promise<Bytes> =>
  digest(Label.REQUEST_DIGEST, requestForm.encode(request));

const pairs = list(tuple(binary, binary)); // message and signature

const OPENING = struct(
  {
    request: binary,
    signature: binary,
    session: binary,
    header: binary,
    slot: binary,
    approvals: pairs,
    justification: binary,
  },
  (opening) => {
    require(opening.signature.length === 64 && opening.session.length === hybrid.PUBLIC, "opening");
    require(opening.header.length === LIMIT.header && opening.slot.length === LIMIT.gate_slot, "opening");
    require(opening.approvals.length <= LIMIT.approvals * SECTIONS.length, "opening");
  },
);
export type Opening = Of<typeof OPENING>;
export const openingForm = new Form(OPENING);

const info = (label: Label, bound: Bytes, who: string): Bytes => concat(utf8(label), bound, sized(utf8(who)));

/** Open as that gate. Raise OpenError or MalformedError. */
export async function unsealOpening(seed: Bytes, sealed: Bytes, gate: string): Promise<Opening> {
  if (sealed.length !== LIMIT.opening + hybrid.OVERHEAD) throw new MalformedError("opening size");
  const padded = await hybrid.unseal(seed, sealed, info(Label.OPENING, new Uint8Array(), gate));
  return openingForm.decode(unpad(padded), LIMIT.opening);
}

export const decisionForm = new Form(
  struct({
    gate: text,
    request: binary,
    section: integer,
    permitted: flag,
    rules: list(text),
    minute: integer,
    bundle: binary,
    directory: binary,
    size: integer,
    root: binary,
    sequence: integer,
    journal: binary,
  }),
);

const DECISION_RECORD = {
  decision: binary,
  signature: binary,
  request: binary,
  requestSignature: binary,
  header: binary,
  slip: binary,
  approvals: pairs,
  justification: binary,
  logKey: binary,
};
export const decisionRecordForm = new Form(struct(DECISION_RECORD));

/** The same with place and key of every wish of hers that the gate found (protocol 16.7). */
export const wishedRecordForm = new Form(
  struct({ ...DECISION_RECORD, wishes: list(tuple(integer, binary)) }, ({ wishes }) => {
    const places = wishes.map(([place]) => place);
    require(places.length > 0 && places.every((place, i) => place > (places[i - 1] ?? 0)), "places of wishes");
    require((places.at(-1) as number) <= LIMIT.wishes && wishes.every(([, key]) => key.length === HASH), "wishes");
  }),
);

const VERDICT = struct(
  { request: binary, sections: list(tuple(integer, flag, binary)), echo: list(binary) },
  (verdict) => {
    require(ordered(verdict.sections.map(([section]) => section)), "verdict sections");
    require(verdict.sections.every(([, , leaf]) => leaf.length === LIMIT.leaf), "verdict leaves");
    require(["", "1,1,15", "1,1,15,15,16"].includes(verdict.echo.map((one) => one.length).join()), "verdict echo");
  },
);
export type Verdict = Of<typeof VERDICT>;
export const verdictForm = new Form(VERDICT);

const RELEASE = struct({ request: binary, shares: list(tuple(integer, binary)) }, (release) => {
  require(ordered(release.shares.map(([section]) => section)), "release sections");
  require(release.shares.every(([, share]) => share.length === SHARE), "release");
});
export type Release = Of<typeof RELEASE>;
export const releaseForm = new Form(RELEASE);

export interface Reply {
  readonly sealed: Bytes;
  readonly signature: Bytes;
  readonly request: Bytes; // digest
  readonly gate: string;
  readonly key: Bytes; // the gate's, for signatures
  readonly sessionSeed: Bytes;
}

async function openReply<T extends { readonly request: Bytes }>(
  reply: Reply,
  labels: { readonly seal: Label; readonly signature: Label },
  form: Form<T>,
  limit: number,
): Promise<T> {
  const { sealed, signature, request, gate, key, sessionSeed } = reply;
  await verify(key, labels.signature, concat(request, await sha256(sealed)), signature);
  const padded = await hybrid.unseal(sessionSeed, sealed, info(labels.seal, request, gate));
  const found = form.decode(unpad(padded), limit);
  if (!equal(found.request, request)) throw new ProofError("reply to another request");
  return found;
}

/** Check the gate's signature, open. Raise ProofError, OpenError or MalformedError. */
export const openVerdict = (reply: Reply): Promise<Verdict> =>
  openReply(reply, { seal: Label.VERDICT, signature: Label.VERDICT_SEAL }, verdictForm, LIMIT.verdict);

/** Check the gate's signature, open. Raise ProofError, OpenError or MalformedError. */
export const openRelease = (reply: Reply): Promise<Release> =>
  openReply(reply, { seal: Label.RELEASE, signature: Label.RELEASE_SEAL }, releaseForm, LIMIT.release);

/** Open an approver's share as the asker. */
export function openShare(sealed: Bytes, ask: Bytes, section: Section, approver: string, seed: Bytes): Promise<Bytes> {
  const bound = concat(ask, Uint8Array.of(SECTIONS.indexOf(section)));
  return hybrid.unseal(seed, sealed, info(Label.APPROVAL_SHARE, bound, approver));
}

/** What a gate signs for the server, so that the server appends nothing else in its name. */
export async function leafMessage(leaf: Bytes, record: Bytes, notice: Bytes, memo: Bytes): Promise<Bytes> {
  return concat(leaf, await sha256(record), await sha256(notice), await sha256(memo));
}

/** The journal's next head (protocol 11.6). */
export const nextJournal = (head: Bytes, leaf: Bytes): Promise<Bytes> => digest(Label.JOURNAL, head, leaf);
