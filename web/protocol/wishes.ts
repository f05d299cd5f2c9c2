// Wishes: what she wants from now on, told to each gate by a leaf that looks like any other (protocol 16).
// Consent, withdrawal and changing her mind travel as one body of one size. What does not apply is random bytes.
import { concat, equal, hex, unsigned, utf8, type Bytes, type Draw } from "./bytes";
import { ProofError, require } from "./errors";
import { derive, digest, sha256, tag } from "./hashing";
import * as hybrid from "./hybrid";
import { Label } from "./labels";
import { commitment, isPublic, isWithdrawal, MEMO, NOTICE, TAG, WISH_BODY } from "./leaves";
import { LIMIT } from "./limits";
import { binary, flag, Form, integer, list, struct, type Of } from "./messages";
import { pad, unpad } from "./padding";
import { gateKeys, withdrawalKey, type Keys } from "./words";

const HASH = 32;
const PURPOSES = 15;
const LAST_DAY = 65535;
const YES = 2; // the least consent to TRIAGE: whoever wants nobody to read withdraws
export const OPEN = 0;
export const CLOSED = 1; // and may be opened again
export const FINAL = 2;

const WISH = struct({ made: integer, consent: binary, closed: integer }, ({ made, consent, closed }) => {
  require(made >= 0 && made <= LAST_DAY && consent.length === PURPOSES, "wish");
  require(consent.every((value) => value <= 3) && (consent[0] as number) >= YES, "consent");
  require([OPEN, CLOSED, FINAL].includes(closed), "wish");
});
/** The whole state, not a change: what the newest one says is what she wants. `made`: day since 1970, of her device. */
export type Wish = Of<typeof WISH>;
export const wishForm = new Form(WISH);

const WISH_MEMO = struct({ salt: binary, notice: binary, wish: binary }, ({ salt, notice }) => {
  require(salt.length === HASH && notice.length === HASH, "wish");
});
const wishMemoForm = new Form(WISH_MEMO);

/** What a message can check at once; that the leaf commits to the rest is asked for by `fromBody`. */
const WISH_ENTRY = struct({ leaf: binary, salt: binary, notice: binary, memo: binary }, ({ leaf, salt, notice, memo }) => {
  require([leaf, salt, notice, memo].map((one) => one.length).join() === [LIMIT.leaf, HASH, NOTICE, MEMO].join(), "wish");
});
/** A leaf for one gate with what lies beside it. The salt lets the server make the record. */
export type WishEntry = Of<typeof WISH_ENTRY>;

const WISHES = struct({ shown: binary, next: binary, now: flag, entries: list(WISH_ENTRY) }, ({ shown, next, entries }) => {
  require(shown.length === HASH && next.length === HASH, "wishes");
  require(entries.length >= 1 && entries.length <= LIMIT.gates, "wishes");
  require(new Set(entries.map(({ leaf }) => hex(leaf))).size === entries.length, "one leaf twice");
});
/** The body of `POST /v1/consents` and `POST /v1/withdrawals`: always 4,096 bytes (protocol 16.3). */
export type Wishes = Of<typeof WISHES>;
const wishesForm = new Form(WISHES);

/** Return the body of one size. */
export const toBody = (wishes: Wishes): Bytes => pad(wishesForm.encode(wishes), LIMIT.wish_body);

/** Read a body, as the server does. Raise MalformedError for any other size or form. */
export async function fromBody(body: Bytes): Promise<Wishes> {
  require(body.length === LIMIT.wish_body, "size of wishes");
  const found = wishesForm.decode(unpad(body), LIMIT.wish_body);
  for (const { leaf, salt, notice, memo } of found.entries) {
    require(!isPublic(leaf) && !(await isWithdrawal(leaf)), "leaf of a wish");
    require(equal(leaf.slice(TAG), await commitment(salt, WISH_BODY, notice, memo)), "leaf of a wish");
  }
  return found;
}

/** W_{g,k}: the key of the k-th wish for one gate (protocol 14.1). */
export function placeKey(consentKey: Bytes, number: number): Promise<Bytes> {
  require(number >= 1 && number <= LIMIT.wishes, "place of a wish");
  return derive(consentKey, Label.WISH_PLACE, Uint8Array.of(number));
}

/** Tag of the leaf at a place. */
export const wishTag = (key: Bytes): Promise<Bytes> => tag(key, utf8(Label.WISH_TAG));

/** Seal a wish for one gate, at the place of this key. Nonces are fresh: a place may be tried twice. */
export async function sealWish(wish: Wish, key: Bytes, draw: Draw): Promise<WishEntry> {
  const said = wishForm.encode(wish);
  const mine = draw(NOTICE - LIMIT.notice - 16);
  const notice = concat(mine, await hybrid.lockBox(await derive(key, Label.WISH_NOTICE, mine), pad(said, LIMIT.notice)));
  const salt = draw(HASH);
  const nonce = draw(MEMO - LIMIT.memo - 16);
  const bound = wishMemoForm.encode({ salt, notice: await sha256(notice), wish: said });
  const memo = concat(nonce, await hybrid.lockBox(await derive(key, Label.WISH_MEMO, nonce), pad(bound, LIMIT.memo)));
  return { leaf: concat(await wishTag(key), await commitment(salt, WISH_BODY, notice, memo)), salt, notice, memo };
}

/** Return an entry that is nobody's wish and looks like one. */
export async function noWish(draw: Draw): Promise<WishEntry> {
  const [salt, notice, memo] = [draw(HASH), draw(NOTICE), draw(MEMO)];
  return { leaf: concat(draw(TAG), await commitment(salt, WISH_BODY, notice, memo)), salt, notice, memo };
}

/** Read a wish as its gate does. Raise OpenError, MalformedError, or ProofError where the leaf is not of it. */
export async function readWish(key: Bytes, leaf: Bytes, memo: Bytes): Promise<Wish> {
  const start = MEMO - LIMIT.memo - 16;
  const box = await hybrid.openBox(await derive(key, Label.WISH_MEMO, memo.slice(0, start)), memo.slice(start));
  const bound = wishMemoForm.decode(unpad(box), LIMIT.memo);
  const committed = await digest(Label.LEAF_COMMITMENT, bound.salt, await sha256(WISH_BODY), bound.notice, await sha256(memo));
  if (!equal(leaf, concat(await wishTag(key), committed))) throw new ProofError("not the leaf of this wish");
  return wishForm.decode(bound.wish, LIMIT.memo);
}

/** Read a wish as she reads it again. Raise OpenError or MalformedError. */
export async function readBack(key: Bytes, notice: Bytes): Promise<Wish> {
  const start = NOTICE - LIMIT.notice - 16;
  const box = await hybrid.openBox(await derive(key, Label.WISH_NOTICE, notice.slice(0, start)), notice.slice(start));
  return wishForm.decode(unpad(box), LIMIT.notice);
}

/** X_j: 1 opens a withdrawn report again, 2 closes it for ever (protocol 16.4). */
export const turnKey = (keys: Keys, turn: 1 | 2): Promise<Bytes> =>
  derive(keys.entropy, Label.TURN_KEY, unsigned(keys.number, 4), Uint8Array.of(turn));

/** What the server is told of a turn key beforehand. */
export const turnHash = (key: Bytes): Promise<Bytes> => digest(Label.TURN_HASH, key);

/** One of the four things that a body can be: what it shows, what it announces, and what its wishes must say. */
export interface Step {
  readonly shown: Bytes;
  readonly next: Bytes;
  readonly now: boolean;
  readonly closed: number;
}

/** A change of consent alone; `closed` stays as it is. */
export const change = (closed: number, draw: Draw): Step => ({ shown: draw(HASH), next: draw(HASH), now: false, closed });

/** The first withdrawal; with `now` there is no way back. */
export async function withdraw(keys: Keys, draw: Draw, now: boolean): Promise<Step> {
  const next = now ? draw(HASH) : await turnHash(await turnKey(keys, 1));
  return { shown: await withdrawalKey(keys), next, now, closed: now ? FINAL : CLOSED };
}

/** She changed her mind; possible once, until the bytes are destroyed. */
export const openAgain = async (keys: Keys): Promise<Step> => ({
  shown: await turnKey(keys, 1),
  next: await turnHash(await turnKey(keys, 2)),
  now: false,
  closed: OPEN,
});

/** After she had opened it again: for ever. */
export const withdrawAgain = async (keys: Keys, draw: Draw, now: boolean): Promise<Step> => ({
  shown: await turnKey(keys, 2),
  next: draw(HASH),
  now,
  closed: FINAL,
});

export interface Asked {
  readonly keys: Keys;
  readonly gates: readonly string[]; // of the bundle in force, in its order
  readonly place: number | null; // one more than her highest in the log; null where she did not find her report
  readonly made: number;
  readonly consent: Bytes;
  readonly draw: Draw;
}

/** Return the body to send. Without a place nothing but `shown` counts. */
export async function body({ shown, next, now, closed }: Step, { keys, gates, place, made, consent, draw }: Asked): Promise<Wishes> {
  const entries: WishEntry[] = [];
  for (const name of gates) {
    if (place === null) entries.push(await noWish(draw));
    else {
      const key = await placeKey((await gateKeys(keys, name)).consentKey, place);
      entries.push(await sealWish({ made, consent, closed }, key, draw));
    }
  }
  return { shown, next, now, entries };
}
