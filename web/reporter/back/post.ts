// Sending what she wants: one body of one size, whatever it is (protocol 16.3). The answer says nothing but that it came.
import type { Mine } from "../../protocol/hers";
import { random, type Bytes } from "../../protocol/bytes";
import { LIMIT } from "../../protocol/limits";
import { dayOf } from "../../protocol/statements";
import { body, toBody, type Step } from "../../protocol/wishes";
import type { Keys } from "../../protocol/words";
import { button, h } from "../dom";
import { announce, show } from "../house";
import { named, t } from "../text";
import type { Stay } from "./stay";

const FIRST_PAUSE = 2; // seconds; doubled up to
const LONGEST_PAUSE = 60;
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);

interface Parcel {
  readonly route: "consents" | "withdrawals";
  readonly step: Step;
  readonly keys: Keys;
  readonly mine: Mine | undefined;
  readonly consent: Bytes;
  readonly back: () => void;
}

export async function post(stay: Stay, { route, step, keys, mine, consent, back }: Parcel): Promise<void> {
  if (stay.look === undefined) return;
  const { bundle, current } = stay.look.inForce;
  const today = dayOf(new Date());
  const place = mine === undefined ? null : Math.max(0, ...mine.wishes.map((one) => one.place)) + 1;
  if (place !== null && place > LIMIT.wishes) return show(t("post.title"), h("p", { class: "stop" }, t("post.full")), h("div", { class: "nav" }, button(t("nav.back"), back)));
  const made = Math.abs(today - current.day) > 1 ? current.day : today;
  const gates = bundle.body.gates.map((gate) => gate.name);
  const data = toBody(await body(step, { keys, gates, place, made, consent, draw: random }));
  stay.sent.add(keys.number);
  deliver(`/v1/${route}`, data, back);
}

type State = "sending" | "waiting" | "taken" | "refused";

/** Try until it is there; the same bytes again do nothing more. */
function deliver(path: string, data: Bytes, back: () => void): void {
  let pause = FIRST_PAUSE;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const line = h("p", { class: "state" });
  const again = button(t("send.now"), () => void attempt(), "", { hidden: true });
  const after = h("p", { hidden: true }, t("post.after"));
  const done = button(t("nav.back"), () => (clearTimeout(timer), back()), "main", { id: "next" });
  const say = (state: State): void => {
    line.dataset["state"] = state;
    line.textContent = named("post", state);
    again.hidden = state !== "waiting";
    after.hidden = state !== "taken";
    if (state !== "sending") announce(line.textContent, { seen: false });
  };
  const attempt = async (): Promise<void> => {
    clearTimeout(timer);
    say("sending");
    const status = await send(path, data);
    if (status === 202) return say("taken");
    if (status !== 0 && !AGAIN.has(status)) return say("refused");
    say("waiting");
    if (line.isConnected) timer = setTimeout(() => void attempt(), pause * 1000 * (1 + (random(1)[0] ?? 0) / 1024));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  };
  show(t("post.title"), h("p", {}, t("post.online")), line, after, h("div", { class: "nav" }, done, again));
  void attempt();
}

/** Return the status; 0 where the line broke. */
async function send(path: string, data: Bytes): Promise<number> {
  const how = { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", redirect: "error" } as const;
  const headers = { "Content-Type": "application/octet-stream" };
  try {
    return (await fetch(path, { method: "POST", body: data, headers, ...how })).status;
  } catch {
    return 0;
  }
}
