// What coming back with twelve words takes: the twin of tests/vectors/returning/play.py, op by op (web/protocol).
import { hex, unhex } from "../../web/protocol/bytes";
import * as answers from "../../web/protocol/answers";
import * as checkpoints from "../../web/protocol/checkpoints";
import * as consent from "../../web/protocol/consent";
import * as feed from "../../web/protocol/feed";
import * as feeds from "../../web/protocol/feeds";
import * as grants from "../../web/protocol/grants";
import { sha256 } from "../../web/protocol/hashing";
import * as hours from "../../web/protocol/hours";
import * as keeping from "../../web/protocol/keeping";
import * as leaves from "../../web/protocol/leaves";
import { LIMIT } from "../../web/protocol/limits";
import * as looking from "../../web/protocol/looking";
import { unpack } from "../../web/protocol/canonical";
import * as opening from "../../web/protocol/opening";
import * as wishes from "../../web/protocol/wishes";
import * as words from "../../web/protocol/words";

const FORMS = {
  answer: answers.answerForm,
  "answer-post": grants.answerPostForm,
  ask: opening.askForm,
  "decision-record": opening.wishedRecordForm,
  "feed-file": feed.feedFileForm,
  grant: grants.grantForm,
  "public-notes": feed.publicNotesForm,
  record: leaves.recordForm,
  verdict: opening.verdictForm,
  wish: wishes.wishForm,
};
const raw = (v, ...names) => names.map((name) => unhex(v[name]));
const keysOf = async (v) => words.keysOf(await words.entropyOf(v.words), v.number);
const placeKeys = (consentKey) => Promise.all([1, 2, LIMIT.wishes].map((number) => wishes.placeKey(consentKey, number)));
const byPlace = (slots) => new Map(slots.map((slot) => [hex(slot.slice(0, 32)), slot]));
const u32 = (value, size) => Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);
/** The log of these vectors, as `play.py` makes it. */
const making = async (index) => {
  const made = new Uint8Array(48);
  made.set((await sha256(u32(index, 4))).slice(0, 16));
  made.set(await sha256(u32(index, 8)), 16);
  return made;
};
const made = []; // by index: three vectors have the same 65,543, and without a JIT making them takes seconds
const leaf = (index) => (made[index] ??= making(index));

export const returning = (same, message) => ({
  async message(v) {
    const form = FORMS[v.message];
    const value = form.decode(unhex(v.encoded), LIMIT.feed);
    same(message(value), v.fields);
    same(form.encode(value), v.encoded);
  },
  async keys(v) {
    const keys = await keysOf(v);
    const request = unhex(v.request);
    for (const [gate, made] of Object.entries(v.gates)) {
      const hers = await words.gateKeys(keys, gate);
      const places = await placeKeys(hers.consentKey);
      const found = {
        part: await answers.part(hers.answerKey, request),
        kin: await grants.kin(hers.link),
        handle: await grants.handle(hers.gateKey),
        places,
        tags: await Promise.all(places.map(wishes.wishTag)),
      };
      same(found, made);
    }
    for (const [i, made] of v.turns.entries()) {
      const key = await wishes.turnKey(keys, i + 1);
      same({ key, hash: await wishes.turnHash(key) }, made);
    }
  },
  async permission(v) {
    const [key, request, permission] = raw(v, "public", "request", "permission");
    await grants.checkPermission(key, request, v.until, permission);
  },
  /** Seal again (all of it is deterministic), then open. */
  async slots(v) {
    const [reply, encoded, signature, key] = raw(v, "reply", "message", "signature", "public");
    const answer = answers.answerForm.decode(encoded, LIMIT.feed);
    const parts = new Map(Object.entries(v.parts).map(([name, one]) => [name, unhex(one)]));
    await answers.verifyAnswer(answer, key, signature);
    const made = await answers.answerKey(reply, answer.request, parts);
    same(made, v.key);
    const slots = await answers.sealAnswer(answer, signature, reply, parts);
    same(slots, v.slots);
    const [found, signed] = await answers.openAnswer(made, answer.request, byPlace(slots));
    same([answers.answerForm.encode(found), signed], [v.message, v.signature]);
  },
  async "open-answer"(v) {
    const [key, request] = raw(v, "key", "request");
    await answers.openAnswer(key, request, byPlace(v.slots.map(unhex)));
  },
  hours(v) {
    const found = hours.hoursOf(v.window);
    same(found, v.hours);
    for (const [minute, shown] of v.moments) same([minute, hours.within(found, minute)], [minute, shown]);
  },
  async find(v) {
    const keys = await keysOf(v);
    const answerKeys = new Map();
    for (const name of v.gates) answerKeys.set(name, (await words.gateKeys(keys, name)).answerKey);
    const finder = { reply: await words.replyKey(keys), answerKeys, thresholds: v.thresholds };
    const found = await feed.find(feed.eachSlot(unhex(v.slots)), finder);
    same(found.map(({ request, gates, answer, signature }) => ({ request, gates, text: answer?.text ?? null, signature })), v.found);
  },
  async "feed-file"(v) {
    const file = feed.feedFileForm.decode(unhex(v.file), LIMIT.feed);
    const note = await feeds.checkFile(file, await checkpoints.parsePolicy(v.policy));
    same([note.day, note.slots, note.log, note.current === null], [v.day, v.slots, v.log, v.noise]);
  },
  /** Read as a server and as a gate would; then the page makes one of its own, which must read the same. */
  async wishes(v) {
    const body = unhex(v.body);
    const value = await wishes.fromBody(body);
    same(wishes.toBody(value), v.body);
    same([value.shown, value.next, value.now], [v.shown, v.next, v.now]);
    same(value.entries.map((entry) => entry.leaf), v.leaves);
    for (const [i, entry] of value.entries.entries()) {
      const key = unhex(v.keys[i]);
      const wish = await wishes.readWish(key, entry.leaf, entry.memo);
      same(message(wish), v.wish);
      same(message(await wishes.readBack(key, entry.notice)), v.wish);
      const record = { kind: "wish", salt: entry.salt, body: leaves.WISH_BODY };
      await leaves.checkRecord(entry.leaf, record, entry.notice, entry.memo);
      const draw = (count) => crypto.getRandomValues(new Uint8Array(count));
      const own = await wishes.sealWish(wish, key, draw);
      same(message(await wishes.readWish(key, own.leaf, own.memo)), v.wish);
      await wishes.fromBody(wishes.toBody({ ...value, entries: [own, await wishes.noWish(draw)] }));
    }
  },
  async "read-wish"(v) {
    await wishes.readWish(...raw(v, "key", "leaf", "memo"));
  },
  async "in-force"(v) {
    const placed = v.wishes.map(([index, minute, place, made, said, closed]) => ({
      index, minute, place, wish: said === null ? null : { made, consent: unhex(said), closed },
    }));
    const counted = consent.taken(placed, v.feeds);
    same(counted.map((one) => one.index), v.taken);
    const gone = v.withdrawal === null ? null : { minute: v.withdrawal[0], index: v.withdrawal[1] };
    for (const [minute, said, closed] of v.moments) {
      same(consent.inForce(unhex(v.slip), counted, minute, v.consent_hours), said);
      same(consent.isClosed(gone, counted, minute, v.withdraw_hours), closed);
    }
  },
  async due(v) {
    same(v.days.map(([arrived, months]) => keeping.dueDay(arrived, months)), v.days.map(([, , day]) => day));
  },
  async look(v) {
    same(looking.paths(v.start, v.size, v.full), v.paths);
    const tiles = new Map(Object.entries(v.tiles).map(([path, data]) => [path, unhex(data)]));
    const edge = await looking.frontier(v.start, v.size, tiles);
    const entries = await Promise.all(Array.from({ length: v.size - v.start }, (_, i) => leaf(v.start + i)));
    await looking.check(edge, entries, v.heads.map(([size, root]) => ({ size, root: unhex(root) })));
  },
  async erasure(v) {
    const found = await keeping.verifyErasure(v.note, await checkpoints.parsePolicy(v.policy));
    same([found.day, found.why, found.indexes], [v.day, v.why, v.indexes]);
  },
  async body(v) {
    const data = unhex(v.body);
    const form = unpack(data, LIMIT.feed).length === 11 ? opening.wishedRecordForm : opening.decisionRecordForm;
    same(form === opening.wishedRecordForm, v.wished);
    form.decode(data, LIMIT.feed);
  },
});
