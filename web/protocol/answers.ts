// Answers to a reporter: the key of one, its slots in a day's file (protocol 15.1 to 15.5).
// Half of the key follows from her words alone, the rest from those of her keys that t gates hold too.
import { concat, equal, hex, sized, utf8, type Bytes } from "./bytes";
import { MalformedError, OpenError, require } from "./errors";
import { derive, hmac, tag } from "./hashing";
import { checkHours } from "./hours";
import * as hybrid from "./hybrid";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { binary, Form, integer, struct, text, type Of } from "./messages";
import { pad, unpad } from "./padding";
import { verify } from "./signing";
import { NAME } from "./slip";

export const SLOT = LIMIT.answer_slot;
export const HASH = 32;
const HEAD = HASH + 16; // place and tag
const BOX = SLOT - HEAD - 16;
const PIECE = BOX - 4 - 2; // bytes of a piece beside its length and two numbers
const SIGNATURE = 64;
const LAST_DAY = 65535;
// Control characters but tab and newline, and what turns the direction of the text around it.
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/;
const SAYS = /[^\x09-\x0d\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/; // what Python's `strip` leaves

const ANSWER = struct({ id: binary, request: binary, author: text, day: integer, text, hours: binary }, (answer) => {
  require(answer.id.length === HASH && answer.request.length === HASH, "answer");
  require(NAME.test(answer.author) && answer.day >= 0 && answer.day <= LAST_DAY, "answer");
  require(utf8(answer.text).length <= LIMIT.answer_text && SAYS.test(answer.text), "text of an answer");
  require(!UNSAFE.test(answer.text), "text of an answer");
  checkHours(answer.hours);
});
/** What a reviewer writes; her signature stands beside it. */
export type Answer = Of<typeof ANSWER>;
export const answerForm = new Form(ANSWER);

/** Raise ProofError unless the author of this key signed it. */
export const verifyAnswer = (answer: Answer, key: Bytes, signature: Bytes): Promise<void> =>
  verify(key, Label.ANSWER, answerForm.encode(answer), signature);

/** One gate's part of an answer's key, from the answer key of protocol 2.2. */
export const part = (answerKey: Bytes, request: Bytes): Promise<Bytes> => hmac("SHA-256", answerKey, request);

/** Key of one answer from her reply key and the parts of exactly t gates, by name (protocol 15.3). */
export async function answerKey(reply: Bytes, request: Bytes, parts: ReadonlyMap<string, Bytes>): Promise<Bytes> {
  const names = [...parts.keys()].sort();
  const secret = concat(reply, ...names.map((name) => parts.get(name) as Bytes));
  return derive(secret, Label.ANSWER_TEXT, request, Uint8Array.of(names.length), ...names.map((name) => sized(utf8(name))));
}

/** First 32 bytes of slot `number` of an answer. */
const place = async (key: Bytes, request: Bytes, number: number): Promise<Bytes> =>
  number === 0 ? request : derive(key, Label.ANSWER_PLACE, Uint8Array.of(number));

const slotKey = (key: Bytes, number: number): Promise<Bytes> => derive(key, Label.ANSWER_SLOT, Uint8Array.of(number));

/** Return the slots of an answer. The page writes none: it is here so that both sides make the same bytes. */
export async function sealAnswer(answer: Answer, signature: Bytes, reply: Bytes, parts: ReadonlyMap<string, Bytes>): Promise<Bytes[]> {
  require(signature.length === SIGNATURE && parts.size > 0, "answer");
  const key = await answerKey(reply, answer.request, parts);
  const finder = parts.get([...parts.keys()].sort()[0] as string) as Bytes;
  const whole = concat(answerForm.encode(answer), signature);
  const count = Math.ceil(whole.length / PIECE);
  const slots = Array.from({ length: count }, async (_, number) => {
    const where = await place(key, answer.request, number);
    const padded = pad(concat(Uint8Array.of(number, count), whole.slice(number * PIECE, (number + 1) * PIECE)), BOX);
    return concat(where, await tag(finder, where), await hybrid.lockBox(await slotKey(key, number), padded));
  });
  return Promise.all(slots);
}

async function openSlot(key: Bytes, slot: Bytes, number: number): Promise<{ count: number; piece: Bytes }> {
  const plain = unpad(await hybrid.openBox(await slotKey(key, number), slot.slice(HEAD)));
  const [at = 0, count = 0] = plain;
  require(plain.length > 2 && at === number && number < count && count <= LIMIT.answer_slots, "slot");
  return { count, piece: plain.slice(2) };
}

/** Slots of one day's file by the hex of their first 32 bytes. */
export type ByPlace = ReadonlyMap<string, Bytes>;

/** Whether a slot was marked by whoever knows this part of its request. */
export const isMarked = async (mine: Bytes, request: Bytes, slot: Bytes): Promise<boolean> =>
  equal(await tag(mine, request), slot.slice(HASH, HEAD));

/** Return the answer and its signature, which nobody has checked yet.
 *
 * Raise OpenError where this is not the key, and MalformedError where it is and the answer is not whole.
 */
export async function openAnswer(key: Bytes, request: Bytes, slots: ByPlace): Promise<[Answer, Bytes]> {
  const first = slots.get(hex(request));
  if (first === undefined) throw new OpenError();
  const { count, piece } = await openSlot(key, first, 0);
  const pieces = [piece];
  for (let number = 1; number < count; number++) {
    const slot = slots.get(hex(await place(key, request, number)));
    if (slot === undefined) throw new MalformedError("a slot is missing");
    const next = await openSlot(key, slot, number).catch((error: unknown) => {
      throw error instanceof OpenError ? new MalformedError("a slot does not open") : error;
    });
    require(next.count === count, "slots of two answers");
    pieces.push(next.piece);
  }
  const whole = concat(...pieces);
  const answer = answerForm.decode(whole.slice(0, -SIGNATURE), LIMIT.answer_slots * SLOT);
  require(equal(answer.request, request), "answer to another request");
  return [answer, whole.slice(-SIGNATURE)];
}
