// What node and browsers do for tests/web/test_protocol_exchange.py: verify, plan, seal, open, check. JSON in, JSON out.
import { concat, hex, unhex } from "../../web/protocol/bytes";
import * as envelopes from "../../web/protocol/envelope";
import * as page from "../../web/protocol/index";
import { anyMeet } from "../../web/protocol/links";
import { LIMIT } from "../../web/protocol/limits";
import { isCustodial, SECTIONS } from "../../web/protocol/sections";
import * as slots from "../../web/protocol/slots";

/** Name of the error, as Python names its own, or null. */
const verdict = async (work) => {
  try {
    await work();
    return null;
  } catch (error) {
    return error.name === "TooFewError" ? `TooFewError ${error.kind}` : (error.name ?? String(error));
  }
};
const inForce = (v) =>
  page.verifyTrust(v.trust, v.current, v.bundle, unhex(v.bundle_body), v.directory, unhex(v.directory_body), v.today);

const TASKS = {
  capable: () => page.capable(),
  async verify({ worlds }) {
    return Promise.all(worlds.map((world) => verdict(() => inForce(world))));
  },
  async plan({ world, wishes }) {
    const { bundle, directory } = await inForce(world);
    const one = async (wish) => {
      let made;
      const error = await verdict(() => (made = page.plan(wish, bundle, directory)));
      if (error) return error;
      return {
        gates: made.gates,
        gatesThreshold: made.gatesThreshold,
        desk: [...made.desk].sort(),
        custodians: [...made.custodians].sort(),
        deskThresholds: SECTIONS.map((section) => made.deskThresholds[section]),
        custodiansThreshold: made.custodiansThreshold,
      };
    };
    return Promise.all(wishes.map(one));
  },
  meet: ({ pairs }) => pairs.map(([one, other]) => anyMeet([one], [other])),
  async words({ languages }) {
    return Promise.all(
      languages.map(async (language) => {
        const { entropy, shown, digits } = await page.newWords(language);
        return { entropy: hex(entropy), shown: shown.join(" "), digits: digits.join(" ") };
      }),
    );
  },
  async seal({ world, reports, entropy, number, thread }) {
    const force = await inForce(world);
    const out = [];
    for (const report of reports) {
      const steps = [];
      const before = performance.now();
      const made = await page.seal(report, force, unhex(entropy), {
        number,
        thread: unhex(thread),
        progress: (done, total) => steps.push([done, total]),
      });
      const ms = Math.round(performance.now() - before);
      const [last, total] = steps.at(-1);
      const { idHex } = await page.checkSealed(made.envelope);
      out.push({ envelope: hex(made.envelope), id: made.idHex, ms, whole: last === total && idHex === made.idHex });
    }
    return { sealed: out, rehearsal: force.rehearsal, sameVocabulary: force.sameVocabulary };
  },
  async refuse({ world, reports }) {
    const force = await inForce(world);
    const { entropy } = await page.newWords("en");
    return Promise.all(reports.map((report) => verdict(() => page.seal(report, force, entropy))));
  },
  async open({ envelopes: sealed, gates, people, plans }) {
    return Promise.all(sealed.map((data, i) => opened(unhex(data), gates, people, plans[i])));
  },
  async receipts({ world, items }) {
    const { logPolicy } = await inForce(world);
    return Promise.all(
      items.map(async ({ receipt, proof, received, id }) => {
        let found;
        const [r, i] = [unhex(received), unhex(id)];
        const receiptEnds = await verdict(async () => (found = await page.checkReceipt(receipt, i, logPolicy)));
        const proofEnds = await verdict(async () => page.checkProof(proof, r, i, logPolicy));
        return { index: found ?? null, receipt: receiptEnds, proof: proofEnds };
      }),
    );
  },
};

/** Open all sections of an envelope with the seeds of gates and people, as a reviewer does after a release. */
async function opened(data, gates, people, plan) {
  const whole = envelopes.envelopeForm.decode(data, LIMIT.envelope);
  const header = await envelopes.openedHeader(whole);
  const id = (await page.checkSealed(data)).id;
  const held = [];
  for (const [i, [gate, seed]] of Object.entries(gates).entries()) {
    held.push(await slots.openGateSlot(unhex(seed), whole.gates[i], gate, id));
  }
  const found = {};
  for (const name of [...plan.desk, ...plan.custodians]) found[name] = await envelopes.findSlot(whole, id, unhex(people[name]));
  const contents = {};
  for (const [i, section] of SECTIONS.entries()) {
    const lock = (kind, names) => {
      const place = slots.placeOf(kind, section);
      const shares = names.map((name) => found[name].shares[place]);
      return { shares, threshold: found[names[0]].thresholds[place] };
    };
    contents[section] = hex(
      await envelopes.openSection(section, header, whole.sections[i], {
        gates: { shares: held.map((slot) => slot.shares[i]), threshold: held[0].thresholds[i] },
        desk: lock("desk", plan.desk),
        ...(isCustodial(section) && { custodians: lock("custodians", plan.custodians) }),
      }),
    );
  }
  return { contents, slip: hex(held[0].slip), all: hex(concat(header.bundle, header.directory)) };
}

/** Do tasks in order; say how long each took. */
export async function exchange(tasks) {
  const exchanged = [];
  const times = [];
  for (const task of tasks) {
    const started = performance.now();
    exchanged.push(await TASKS[task.task](task));
    times.push(`${task.task} ${Math.round(performance.now() - started)} ms`);
  }
  return { exchanged, times };
}
