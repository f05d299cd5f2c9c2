// Sending what is sealed, until it is there: it tries again by itself, and says at every moment how far it is.
import { checkProof, checkReceipt, hex, type Bytes, type InForce } from "../protocol/index";
import { random } from "../protocol/bytes";
import { fetched, LineError } from "./pinned";

/** `received`: the log signed for it. `proven`: the public record has it, with its quorum. */
export type State = "sending" | "waiting" | "received" | "proven" | "refused" | "unproven";

export interface Parcel {
  readonly envelope: Bytes;
  readonly id: Bytes;
  readonly received: Bytes;
}

const FIRST_PAUSE = 2; // seconds; doubled up to
const LONGEST_PAUSE = 60;
const PATIENCE = 180_000; // milliseconds of one try: 40 kB at 2 kbit/s
const AGAIN = new Set([0, 408, 425, 429, 500, 502, 503, 504]);

/** One parcel on its way. */
export class Sending {
  private pause = FIRST_PAUSE;
  private timer: ReturnType<typeof setTimeout> | undefined;
  state: State = "waiting";
  part = 0; // of the bytes, while sending
  /** Called when the words have arrived: only then files may follow. */
  onward: () => void = () => undefined;

  constructor(
    private readonly parcel: Parcel,
    private readonly inForce: InForce,
    private changed: () => void,
  ) {
    addEventListener("online", () => this.now());
  }

  /** Tell somebody else from now on. */
  listen(changed: () => void): void {
    this.changed = changed;
  }

  /** Try at once. Does nothing while a try is under way or when it has arrived. */
  now(): void {
    if (this.state !== "waiting") return;
    clearTimeout(this.timer);
    this.say("sending");
    void this.attempt();
  }

  private say(state: State, part = 0): void {
    this.state = state;
    this.part = part;
    this.changed();
  }

  private async attempt(): Promise<void> {
    const { status, text } = await this.post();
    if (AGAIN.has(status)) return this.later();
    if (status !== 200 && status !== 201) return this.say("refused");
    try {
      const { receipt } = JSON.parse(text) as { receipt: string };
      await checkReceipt(receipt, this.parcel.id, this.inForce.logPolicy);
    } catch {
      return this.say("unproven");
    }
    this.say("received");
    this.onward();
    this.pause = FIRST_PAUSE;
    await this.prove();
  }

  /** Fetch the proof as soon as a checkpoint has it: at once, or within the tick of the log. */
  private async prove(): Promise<void> {
    for (;;) {
      try {
        const proof = new TextDecoder().decode(await fetched(`/v1/reports/${hex(this.parcel.id)}/proof`));
        await checkProof(proof, this.parcel.received, this.parcel.id, this.inForce.logPolicy);
        return this.say("proven");
      } catch (error) {
        const notYet = error instanceof LineError || (error as Error).message === "not there";
        if (!notYet) return this.say("unproven");
      }
      await new Promise((done) => setTimeout(done, this.nextPause()));
    }
  }

  private later(): void {
    this.say("waiting");
    this.timer = setTimeout(() => this.now(), this.nextPause());
  }

  /** Milliseconds, with up to a quarter more, so that many pages do not come back together. */
  private nextPause(): number {
    const pause = this.pause;
    this.pause = Math.min(2 * pause, LONGEST_PAUSE);
    return pause * 1000 * (1 + (random(1)[0] ?? 0) / 1024);
  }

  private post(): Promise<{ status: number; text: string }> {
    return new Promise((done) => {
      const request = new XMLHttpRequest(); // fetch cannot say how much has gone
      const end = (): void => done({ status: request.status, text: request.responseText });
      request.open("POST", "/v1/reports");
      request.timeout = PATIENCE;
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => this.say("sending", event.loaded / event.total));
      for (const event of ["load", "error", "abort", "timeout"]) request.addEventListener(event, end);
      request.send(this.parcel.envelope);
    });
  }
}
