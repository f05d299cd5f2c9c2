// Leaves of the log, and what lies beside them (protocol 7). A leaf is 48 bytes and looks like noise.
import { concat, equal, utf8, type Bytes } from "./bytes";
import { ProofError, require } from "./errors";
import { derive, digest, sha256, tag } from "./hashing";
import * as hybrid from "./hybrid";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { binary, flag, Form, integer, struct, text, type Of } from "./messages";
import { unpad } from "./padding";

export const TAG = 16; // bytes
export const NOTICE = 16 + LIMIT.notice + 16; // nonce, content, tag
export const MEMO = 12 + LIMIT.memo + 16;
const PAD = "pad";
const WISH = "wish";
export const WISH_BODY = utf8(WISH);

/** The leaf that says to her alone that her report arrived. */
export async function receivedLeaf(received: Bytes, id: Bytes): Promise<Bytes> {
  const committed = await digest(Label.RECEIVED_COMMITMENT, received, id);
  return concat(await tag(received, committed), committed);
}

/** The leaf that says that an object is whole (protocol 19.5). */
export async function objectLeaf(arrival: Bytes, seal: Bytes): Promise<Bytes> {
  const committed = await digest(Label.OBJECT_COMMITMENT, arrival, seal);
  return concat(await tag(arrival, committed), committed);
}

/** Commitment of decision and pad leaves (protocol 7.3). */
export async function commitment(salt: Bytes, body: Bytes, notice: Bytes, memo: Bytes): Promise<Bytes> {
  return digest(Label.LEAF_COMMITMENT, salt, await sha256(body), await sha256(notice), await sha256(memo));
}

/** Tag by which a withdrawal is found from the header. */
export const withdrawnTag = async (hash: Bytes): Promise<Bytes> => (await digest(Label.WITHDRAWN_TAG, hash)).slice(0, TAG);

/** The leaf that closes a report; noise to the world, proof to whoever holds the header. */
export async function withdrawalLeaf(preimage: Bytes): Promise<Bytes> {
  return concat(await withdrawnTag(await digest(Label.WITHDRAWAL_HASH, preimage)), preimage);
}

/** The leaf of a public statement. */
export const publicLeaf = async (note: string): Promise<Bytes> => concat(new Uint8Array(TAG), await sha256(utf8(note)));

/** Whether a leaf is that of a public statement. */
export const isPublic = (leaf: Bytes): boolean => leaf.slice(0, TAG).every((byte) => byte === 0);

/** Whether a leaf proves itself a withdrawal. */
export const isWithdrawal = async (leaf: Bytes): Promise<boolean> => equal(leaf, await withdrawalLeaf(leaf.slice(TAG)));

const NOTICE_TEXT = struct({
  salt: binary,
  body: binary,
  gate: text,
  role: text,
  section: integer,
  action: text,
  purpose: text,
  day: integer,
  opened: flag,
});
/** What the reporter reads about one decision. A refusal leaves role, action and purpose empty, its section is -1. */
export type Notice = Of<typeof NOTICE_TEXT>;
const noticeForm = new Form(NOTICE_TEXT);

/** Open as the reporter. Raise OpenError or MalformedError. */
export async function openNotice(logKey: Bytes, sealed: Bytes): Promise<Notice> {
  const key = await derive(logKey, Label.NOTICE_KEY, sealed.slice(0, 16));
  return noticeForm.decode(unpad(await hybrid.openBox(key, sealed.slice(16))), LIMIT.notice);
}

const MEMO_TEXT = struct({ sequence: integer, journal: binary, what: text, id: binary, who: text });
/** What a gate tells its later self. */
export type Memo = Of<typeof MEMO_TEXT>;
const memoForm = new Form(MEMO_TEXT);

/** Open as the gate that wrote it. Raise OpenError otherwise. */
export async function openMemo(memoKey: Bytes, sealed: Bytes): Promise<Memo> {
  const key = await derive(memoKey, Label.MEMO_KEY, sealed.slice(0, 12));
  return memoForm.decode(unpad(await hybrid.openBox(key, sealed.slice(12))), LIMIT.memo);
}

const RECORD = struct({ kind: text, salt: binary, body: binary }, (record) => {
  require(["decision", "received", PAD, WISH, "object"].includes(record.kind) && record.salt.length === 32, "record kind");
});
/** What auditors open: the kind, the salt, the body that the leaf commits to. */
export type Record = Of<typeof RECORD>;
export const recordForm = new Form(RECORD);

const recordBucket = (auditors: number): number => LIMIT.record_bucket + auditors * hybrid.WRAP;

/** Bytes of a sealed record. */
export const recordSize = (auditors: number): number => 1 + auditors * hybrid.WRAP + recordBucket(auditors) + 16;

/** Open as an auditor. Raise OpenError or MalformedError. */
export async function openRecord(seed: Bytes, sealed: Bytes): Promise<Record> {
  return recordForm.decode(unpad(await hybrid.unsealAny(seed, sealed, utf8(Label.RECORD))), recordBucket(LIMIT.auditors));
}

/** Raise ProofError unless the opened record opens the leaf's commitment (and, of what arrived, its tag). */
export async function checkRecord(leaf: Bytes, record: Record, notice: Bytes, memo: Bytes): Promise<void> {
  const { kind, salt, body } = record;
  const holds =
    kind === "received"
      ? equal(leaf, await receivedLeaf(salt, body))
      : kind === "object"
      ? equal(leaf, await objectLeaf(salt, body))
      : equal(leaf.slice(TAG), await commitment(salt, body, notice, memo)) && (kind === PAD) === equal(body, utf8(PAD)) && (kind === WISH) === equal(body, WISH_BODY);
  if (!holds) throw new ProofError("record does not open the leaf");
}
