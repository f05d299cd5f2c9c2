// Run vectors through web/protocol: the twin of tests/vectors/replay.py, op by op.
import { shake256 } from "@noble/hashes/sha3.js";
import { concat, equal, hex, unhex, utf8 } from "../../web/protocol/bytes";
import * as checkpoints from "../../web/protocol/checkpoints";
import * as envelopes from "../../web/protocol/envelope";
import { MalformedError, OpenError, ProofError } from "../../web/protocol/errors";
import { digest, tag } from "../../web/protocol/hashing";
import * as hybrid from "../../web/protocol/hybrid";
import { Label } from "../../web/protocol/labels";
import * as leaves from "../../web/protocol/leaves";
import { LIMIT } from "../../web/protocol/limits";
import * as locks from "../../web/protocol/locks";
import * as merkle from "../../web/protocol/merkle";
import * as notes from "../../web/protocol/notes";
import * as objects from "../../web/protocol/objects";
import * as opening from "../../web/protocol/opening";
import * as padding from "../../web/protocol/padding";
import * as sections from "../../web/protocol/sections";
import * as shamir from "../../web/protocol/shamir";
import * as signing from "../../web/protocol/signing";
import * as slips from "../../web/protocol/slip";
import * as slots from "../../web/protocol/slots";
import * as words from "../../web/protocol/words";
import { returning } from "./replay_returning.mjs";

class WrongValue extends Error {}
const plain = (value) => {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {
    const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [snake(name), plain(one)]));
  }
  return value;
};
const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};
const same = (found, expected) => {
  const [a, b] = [JSON.stringify(sorted(plain(found))), JSON.stringify(sorted(expected))];
  if (a !== b) throw new WrongValue(`${a?.slice(0, 200)} is not ${b?.slice(0, 200)}`);
};
const message = (value) => ({ version: 1, ...value });
const raw = (v, ...names) => names.map((name) => unhex(v[name]));
const every = (values) => values.map(unhex);
/** Our own randomness, made repeatable: SHAKE-256 of a seed, each byte once (tests/vectors/stream.py). */
const stream = (seed, at = 0) => {
  const data = shake256(seed, { dkLen: 16384 });
  return (count) => data.slice(at, (at += count));
};

const FORMS = {
  approval: opening.approvalForm,
  ask: opening.askForm,
  content: envelopes.contentForm,
  decision: opening.decisionForm,
  "decision-record": opening.decisionRecordForm,
  envelope: envelopes.envelopeForm,
  header: envelopes.headerForm,
  opening: opening.openingForm,
  record: leaves.recordForm,
  release: opening.releaseForm,
  request: opening.requestForm,
  slip: slips.slipForm,
  slots: envelopes.slotsForm,
  verdict: opening.verdictForm,
};

async function keyFields(entropy, { number, gates }) {
  const keys = words.keysOf(entropy, number);
  const made = {};
  for (const gate of Object.keys(gates)) {
    const one = await words.gateKeys(keys, gate);
    made[gate] = { ...one, logKeyHash: await digest(Label.LOG_KEY_HASH, one.logKey) };
  }
  return {
    number,
    withdrawal: await words.withdrawalKey(keys),
    withdrawalHash: await words.withdrawalHash(keys),
    reply: await words.replyKey(keys),
    received: await words.receivedKey(keys),
    gates: made,
  };
}

const personFields = (slot) =>
  slots.PLACES.map(([lock, section], i) => ({ lock, section, threshold: slot.thresholds[i], share: slot.shares[i] }));
const gateFields = (slot) => ({ ...slot, thresholds: [...slot.thresholds] });

/** Ed25519 of a seed, as PKCS 8: only tests sign here. */
async function sign(seed, data) {
  const key = concat(unhex("302e020100300506032b657004220420"), seed);
  const held = await crypto.subtle.importKey("pkcs8", key, "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", held);
  const padded = x.replaceAll("-", "+").replaceAll("_", "/");
  return [notes.unb64(`${padded}=`), new Uint8Array(await crypto.subtle.sign("Ed25519", held, data))];
}

const entries = (size) => Array.from({ length: size }, (_, i) => new Uint8Array(48).fill(i));
const treeHashes = (size) => Promise.all(entries(size).map(merkle.leafHash));
const frozen = async (v, load) => (await load("envelope")).find((one) => one.name === v.of);

const OPS = {
  async words(v) {
    const entropy = await words.entropyOf(v.words);
    same(entropy, v.entropy);
    if (v.digits) {
      same((await words.digitsOf(entropy)).join(" "), v.digits);
      same(await words.entropyOf(v.digits), v.entropy);
    }
    for (const one of v.keys ?? []) same(await keyFields(entropy, one), one);
  },
  async split(v) {
    same(shamir.split(unhex(v.secret), v.threshold, v.xs, unhex(v.coefficients)), v.shares);
  },
  async combine(v) {
    same(await shamir.combine(every(v.shares)), v.secret);
  },
  async "lock-split"(v) {
    const [secret, draws] = raw(v, "secret", "draws");
    const [real, fake] = locks.split(secret, v.threshold, v.holders, v.others, stream(draws));
    same([real, fake], [v.true, v.fake]);
  },
  async "lock-combine"(v) {
    same(await locks.combine(every(v.shares), v.threshold), v.secret);
  },
  async pad(v) {
    same(padding.pad(unhex(v.content), v.bucket), v.padded);
    same(padding.unpad(unhex(v.padded)), v.content);
  },
  async unpad(v) {
    padding.unpad(unhex(v.padded));
  },
  async "pad-too-big"(v) {
    padding.pad(unhex(v.content), v.bucket);
  },
  async "section-key"(v) {
    same(await sections.sectionKey(v.section, unhex(v.nonce), every(v.secrets)), v.key);
  },
  async section(v) {
    const [nonce, key, sealed] = raw(v, "nonce", "key", "sealed");
    same(await sections.unsealSection(v.section, nonce, key, sealed), v.content);
    same(sealed.length, sections.sealedSize(v.bucket));
    const again = await sections.sealSection(v.section, nonce, key, unhex(v.content), () => sealed.slice(0, 24));
    if (v.bucket === padding.smallest(unhex(v.content), sections.BUCKETS[v.section])) same(again, v.sealed);
  },
  async seal(v) {
    const [seed, key, info, sealed] = raw(v, "seed", "public", "info", "sealed");
    same(hybrid.publicKey(seed), v.public);
    same(await hybrid.unseal(seed, sealed, info), v.plaintext);
    const again = await hybrid.seal(key, unhex(v.plaintext), info);
    same(await hybrid.unseal(seed, again, info), v.plaintext);
  },
  async "seal-all"(v) {
    const [info, sealed] = raw(v, "info", "sealed");
    for (const seed of every(v.seeds)) same(await hybrid.unsealAny(seed, sealed, info), v.plaintext);
    const to = every(v.seeds).map(hybrid.publicKey);
    const again = await hybrid.sealAll(to, unhex(v.plaintext), info, (n) => new Uint8Array(n).fill(7));
    same(await hybrid.unsealAny(unhex(v.seeds.at(-1)), again, info), v.plaintext);
  },
  async "seal-to"(v) {
    await hybrid.seal(unhex(v.public), new Uint8Array(), new Uint8Array());
  },
  async message(v) {
    const form = FORMS[v.message];
    const value = form.decode(unhex(v.encoded), v.limit ?? LIMIT.envelope);
    same(message(value), v.fields);
    same(form.encode(value), v.encoded);
    if (v.digest) same(await (v.message === "ask" ? opening.askDigest : opening.requestDigest)(value), v.digest);
  },
  async slip(v) {
    const data = unhex(v.bytes);
    const value = slips.readSlip(data);
    same(message(value), v.fields);
    same([slips.slipForm.encode(value), await slips.slipCommitment(data)], [v.message, v.commitment]);
    same(slips.slipBytes(value, () => data.slice(-32)), v.bytes);
  },
  async "person-slot"(v) {
    same(personFields(await slots.openPersonSlot(...raw(v, "seed", "sealed", "id"))), v.slot);
  },
  async "gate-slot"(v) {
    const [seed, sealed, id] = raw(v, "seed", "sealed", "id");
    same(gateFields(await slots.openGateSlot(seed, sealed, v.gate, id)), v.slot);
  },
  async envelope(v) {
    const whole = envelopes.envelopeForm.decode(unhex(v.envelope), LIMIT.envelope);
    const header = await envelopes.openedHeader(whole);
    const id = unhex(v.id);
    same([whole.header, message(header)], [v.header, v.header_fields]);
    same(envelopes.envelopeForm.encode(whole), v.envelope);
    same(await envelopes.verifiedContent(whole, id), plain(header));
    same(await envelopes.verifiedSlots(whole, id), plain(header));
    const keys = words.keysOf(await words.entropyOf(v.words), v.number);
    same([header.withdrawal, whole.received], plain([await words.withdrawalHash(keys), await words.receivedKey(keys)]));
    const gates = [];
    for (const [i, [gate, seed]] of Object.entries(v.gate_seeds).entries()) {
      const slot = await slots.openGateSlot(unhex(seed), whole.gates[i], gate, id);
      same(gateFields(slot), v.gate_slots[gate]);
      same(await slips.slipCommitment(slot.slip), plain(header.slip));
      const own = await words.gateKeys(keys, gate);
      same([slot.gateKey, slot.link], plain([own.gateKey, own.link]));
      gates.push(slot);
    }
    const people = {};
    const left = [...whole.people]; // whose slot is found is not asked again: without a JIT each try costs 60 ms
    for (const [name, seed] of Object.entries(v.people_seeds)) {
      for (let i = 0; people[name] === undefined && i < left.length; i++) {
        people[name] = await envelopes.findSlot({ people: [left[i]] }, id, unhex(seed)).catch(() => undefined);
        if (people[name]) left.splice(i, 1);
      }
      same(personFields(people[name]), v.people_slots[name]);
    }
    for (const [i, section] of sections.SECTIONS.entries()) {
      const share = (lock) => (name) => people[name].shares[slots.placeOf(lock, section)];
      const held = {
        gates: { shares: gates.map((slot) => slot.shares[i]), threshold: v.plan.gates_threshold },
        desk: { shares: v.plan.desk.map(share("desk")), threshold: v.plan.desk_thresholds[section] },
      };
      if (sections.isCustodial(section)) {
        held.custodians = { shares: v.plan.custodians.map(share("custodians")), threshold: v.plan.custodians_threshold };
      }
      same(await envelopes.openSection(section, header, whole.sections[i], held), hex(utf8(v.contents[section])));
    }
  },
  async "patched-envelope"(v, load) {
    let data = unhex((await frozen(v, load)).envelope);
    for (const { offset, bytes } of v.patches) data.set(unhex(bytes), offset);
    data = concat(data.slice(0, data.length - (v.cut ?? 0)), unhex(v.append ?? ""));
    await envelopes.openedHeader(envelopes.envelopeForm.decode(data, LIMIT.envelope));
  },
  async "served-envelope"(v, load) {
    const whole = envelopes.envelopeForm.decode(unhex((await frozen(v, load)).envelope), LIMIT.envelope);
    const parts = [...whole.sections];
    if (v.swap) [parts[v.swap[0]], parts[v.swap[1]]] = [parts[v.swap[1]], parts[v.swap[0]]];
    await envelopes.verifiedContent({ header: whole.header, sections: parts }, unhex(v.id));
    await envelopes.verifiedSlots(whole, unhex(v.id));
  },
  async leaf(v) {
    let made;
    if (v.kind === "received") made = await leaves.receivedLeaf(...raw(v, "received", "id"));
    else if (v.kind === "withdrawal") {
      made = await leaves.withdrawalLeaf(unhex(v.preimage));
      same(await digest(Label.WITHDRAWAL_HASH, unhex(v.preimage)), v.withdrawal_hash);
    } else if (v.kind === "public") {
      made = await leaves.publicLeaf(v.note);
      if (!equal(made, unhex(v.leaf))) throw new ProofError("not the statement of this leaf");
    } else {
      const committed = await leaves.commitment(...raw(v, "salt", "body", "notice", "memo"));
      made = concat(await tag(unhex(v.log_key), committed), committed);
    }
    same([made, await merkle.leafHash(made)], [v.leaf, v.leaf_hash]);
  },
  async record(v) {
    const [sealed, notice, memo, leaf] = raw(v, "sealed", "notice", "memo", "leaf");
    for (const seed of every(v.seeds)) {
      const record = await leaves.openRecord(seed, sealed);
      same(message(record), v.fields);
      await leaves.checkRecord(leaf, record, notice, memo);
    }
    same(sealed.length, leaves.recordSize(v.seeds.length));
  },
  async notice(v) {
    same(message(await leaves.openNotice(...raw(v, "key", "sealed"))), v.fields);
  },
  async memo(v) {
    same(message(await leaves.openMemo(...raw(v, "key", "sealed"))), v.fields);
  },
  async signature(v) {
    const [key, data, signature, seed] = raw(v, "public", "message", "signature", "seed");
    await signing.verify(key, v.label, data, signature);
    same(await sign(seed, concat(utf8(v.label), data)), [v.public, v.signature]);
  },
  async opening(v) {
    const [seed, sealed] = raw(v, "seed", "sealed");
    same(message(await opening.unsealOpening(seed, sealed, v.gate)), v.fields);
  },
  async share(v) {
    const [ask, seed, sealed] = raw(v, "ask", "session_seed", "sealed");
    same(await opening.openShare(sealed, ask, v.section, v.approver, seed), v.share);
  },
  async reply(v) {
    const [sealed, signature, request, key, sessionSeed] = raw(v, "sealed", "signature", "request", "public", "session_seed");
    const open = v.message === "verdict" ? opening.openVerdict : opening.openRelease;
    same(message(await open({ sealed, signature, request, gate: v.gate, key, sessionSeed })), v.fields);
  },
  async justification(v) {
    for (const seed of every(v.seeds)) {
      const padded = await hybrid.unsealAny(seed, unhex(v.sealed), utf8(Label.JUSTIFICATION));
      same(padding.unpad(padded), hex(utf8(v.text)));
    }
  },
  async journal(v) {
    same(await opening.nextJournal(...raw(v, "head", "leaf")), v.next);
  },
  async "leaf-message"(v) {
    same(await opening.leafMessage(...raw(v, "leaf", "record", "notice", "memo")), v.message);
  },
  async root(v) {
    same(await merkle.root(await treeHashes(v.size)), v.root);
  },
  async inclusion(v) {
    const [leaf, root] = raw(v, "leaf_hash", "root");
    await merkle.verifyInclusion(leaf, v.index, v.size, every(v.proof), root);
  },
  async consistency(v) {
    const [root1, root2] = raw(v, "root1", "root2");
    await merkle.verifyConsistency(v.size1, v.size2, every(v.proof), root1, root2);
  },
  async vkey(v) {
    const key = await notes.parseVkey(v.text);
    same([key.name, key.kind, key.key, key.id], [v.key, v.kind, v.public, v.id]);
  },
  async note(v) {
    const keys = await Promise.all(v.vkeys.map(notes.parseVkey));
    same(await notes.need(v.note, keys, v.need), v.text);
    if (v.signed) {
      const [, signed] = await notes.verify(v.note, keys);
      same(signed.map((one) => [one.key.name, one.key.kind, one.time]), v.signed);
    }
  },
  async checkpoint(v) {
    const head = await checkpoints.verifyCheckpoint(await checkpoints.parsePolicy(v.policy), v.note);
    same([head.origin, head.size, head.root, head.time], [v.origin, v.size, v.root, v.time]);
  },
  async policy(v) {
    const policy = await checkpoints.parsePolicy(v.policy);
    same([policy.origin, policy.witnesses.length, policy.quorum], [v.origin, v.witnesses, v.quorum]);
  },
  async "tlog-proof"(v) {
    const proof = checkpoints.parseProof(v.proof);
    const head = await checkpoints.verifyProof(proof, await checkpoints.parsePolicy(v.policy), unhex(v.entry));
    same([proof.index, head.size], [v.index, v.size]);
    if (!v.proof.includes("extra ")) same(checkpoints.encodeProof(proof), v.proof);
  },
};

OPS.bucket = async (v) => {
  same([objects.bucket(v.size), objects.pieces(v.size), objects.objectSize(objects.bucket(v.size))], [v.bucket, v.pieces, v.object]);
};
OPS.piece = async (v) => {
  const [key, name, sealed] = raw(v, "key", "object", "sealed");
  same(await objects.openPiece(key, name, [v.number, v.count], sealed), v.plain);
  const again = await objects.sealPiece(key, name, [v.number, v.count], unhex(v.plain), () => sealed.slice(0, 24));
  same(again, v.sealed);
};
OPS.filling = async (v) => {
  const plain = concat(unhex(v.file), unhex(v.filling), new Uint8Array(v.zeros));
  same(objects.unfill(plain, v.number, v.size), v.file);
};
OPS.file = async (v) => {
  const key = unhex(v.key);
  const found = new objects.FileRoot();
  for (let at = 0; at < v.size; at += objects.PIECE) {
    await found.add(new Uint8Array(Math.min(objects.PIECE, v.size - at)).fill(v.byte));
  }
  const root = await found.value();
  const salt = await objects.salt(key);
  const seal = await objects.sealOf(salt, root, v.size);
  const arrival = await objects.arrivalKey(key);
  same([root, salt, seal, arrival], [v.root, v.salt, v.seal, v.arrival]);
  same(await objects.trailer(key, seal), v.arrival + v.seal);
  await objects.checkArrived(unhex(v.leaf), arrival, seal);
};
OPS.ticket = async (v) => {
  same(await objects.ticket(...raw(v, "received", "object"), v.length), v.ticket);
};

const RETURNING = returning(same, message);

/** How a vector ends: ok, malformed, cannot-open, bad-proof; or what went wrong. */
export async function outcome(vector, load, ops = OPS) {
  try {
    await ops[vector.op](vector, load);
    return "ok";
  } catch (error) {
    if (error instanceof MalformedError) return "malformed";
    if (error instanceof OpenError) return "cannot-open";
    if (error instanceof ProofError) return "bad-proof";
    return `${error?.constructor?.name}: ${error?.message}`;
  }
}

/** Replay vectors; `load(file)` gives those of one file. Return how many there were and what ended otherwise. */
export async function replay(files, load) {
  const wrong = [];
  let count = 0;
  const times = {};
  for (const file of files) {
    const started = performance.now();
    for (const vector of await load(file)) {
      count++;
      const ended = await outcome(vector, load, file.startsWith("returning/") ? RETURNING : OPS);
      if (ended !== vector.expect) wrong.push(`${file}, ${vector.name}: ${ended}, not ${vector.expect}`);
    }
    times[file] = Math.round(performance.now() - started);
  }
  return { count, wrong, times };
}
