// Bringing files by tus (protocol 19.7), after the words have arrived: each try goes on where the last one ended.
import { checkKept, hex, type Bytes, type InForce } from "../../protocol/index";
import { random } from "../../protocol/bytes";
import { ticket } from "../../protocol/objects";
import { fetched, LineError } from "../pinned";
import type { Parcel } from "../sending";
import { ForgottenError, withDecoys, type Sealed } from "./sealing";

/** `arrived`: all is on the house's disk. `proven`: the public record shows it, with its quorum. */
export type Brought = "later" | "sending" | "waiting" | "arrived" | "proven" | "failed";

const FIRST_PAUSE = 1; // seconds; doubled up to
const LONGEST_PAUSE = 60;
const STALLED = 180_000; // milliseconds without a byte
const TUS = { "Tus-Resumable": "1.0.0" };

interface Answer {
  readonly status: number;
  readonly offset: number;
}

/** It is not taken: another try would end the same way. */
class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** All files of one report, on their way. */
export class Bringing {
  private readonly objects: readonly Sealed[];
  private readonly mine: ReadonlySet<Sealed>;
  private readonly there = new Set<Sealed>();
  private readonly left = new Set<Sealed>();
  private request: XMLHttpRequest | undefined;
  private wake: () => void = () => undefined;
  private pause = FIRST_PAUSE;
  private before = 0; // bytes of objects that are there
  private sent = 0; // bytes of the one under way
  private changed: () => void = () => undefined;
  state: Brought = "later";

  constructor(
    made: readonly Sealed[],
    private readonly parcel: Parcel,
    private readonly inForce: InForce,
    private readonly stop: AbortSignal,
  ) {
    this.mine = new Set(made);
    this.objects = withDecoys(made);
    addEventListener("online", () => this.now(), { signal: stop });
    stop.addEventListener("abort", () => (this.request?.abort(), this.wake()));
  }

  /** How many are hers. */
  get all(): number {
    return this.mine.size;
  }

  /** How many of hers are there. */
  get done(): number {
    return [...this.there].filter((one) => this.mine.has(one)).length;
  }

  /** How much of all bytes is there, from 0 to 1. */
  get part(): number {
    return (this.before + this.sent) / this.objects.reduce((sum, one) => sum + one.length, 0);
  }

  /** Tell this one from now on. */
  listen(changed: () => void): void {
    this.changed = changed;
  }

  /** Try again at once, if it waits. */
  now(): void {
    this.wake();
  }

  /** Begin: the words have arrived. */
  start(): void {
    if (this.state !== "later") return;
    this.say("sending");
    void this.carry();
  }

  private say(state: Brought): void {
    this.state = state;
    if (!this.stop.aborted) this.changed();
  }

  private async carry(): Promise<void> {
    for (const object of this.objects) {
      if (this.stop.aborted) return;
      try {
        await this.bring(object);
        this.there.add(object);
      } catch {
        this.left.add(object); // the others may go
      }
      this.before += object.length;
      this.sent = 0;
      this.say("sending");
    }
    const missing = [...this.left].some((one) => this.mine.has(one));
    this.say(missing ? "failed" : "arrived");
    if (!(await this.prove())) this.say("failed");
    else if (!missing) this.say("proven");
  }

  /** Bring one. Throws where it will never be taken. */
  private async bring(object: Sealed): Promise<void> {
    const path = `/v1/objects/${hex(object.name)}`;
    const ask = async (): Promise<Answer> => this.ask("HEAD", path, TUS);
    let announced = false;
    let at = -1; // where it is; unknown
    while (at < object.length) {
      this.stop.throwIfAborted();
      if (!announced) {
        const { status } = await this.announce(object);
        if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) throw new RefusedError();
        announced = status === 201;
        if (!announced) await this.later();
        continue;
      }
      if (at < 0) {
        const { status, offset } = await ask();
        if (status === 200) at = offset;
        else if (status === 404) announced = false;
        if (status !== 200) await this.later();
        continue;
      }
      const part = await object.from(at).catch((error: unknown) => {
        if (!(error instanceof ForgottenError)) throw error;
        return undefined;
      });
      if (part === undefined) {
        await this.ask("DELETE", path, TUS); // what is there was sealed with another salt
        [announced, at] = [false, -1];
        continue;
      }
      this.sent = at;
      this.say("sending");
      const headers = { ...TUS, "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" };
      const { status, offset } = await this.ask("PATCH", path, headers, part, at);
      at = status === 204 ? offset : -1;
      if (status === 204) this.pause = FIRST_PAUSE;
      else await this.later();
    }
  }

  private async announce({ name, length }: Sealed): Promise<Answer> {
    const { id, received } = this.parcel;
    const told = { report: id, object: name, ticket: await ticket(received, name, length) };
    const metadata = Object.entries(told).map(([key, value]) => `${key} ${btoa(String.fromCharCode(...value))}`);
    return this.ask("POST", "/v1/objects", { ...TUS, "Upload-Length": String(length), "Upload-Metadata": metadata.join(",") });
  }

  /** Wait, longer with each time that nothing came through. */
  private async later(): Promise<void> {
    this.stop.throwIfAborted();
    this.say("waiting");
    const pause = this.pause * 1000 * (1 + (random(1)[0] ?? 0) / 1024);
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    await new Promise<void>((done) => {
      const timer = setTimeout(done, pause);
      this.wake = () => (clearTimeout(timer), done());
    });
    this.wake = () => undefined;
    this.say("sending");
  }

  /** Whether the public record shows all that is there, decoys as well: nobody on the line can tell them apart. */
  private async prove(): Promise<boolean> {
    for (const object of this.there) {
      for (;;) {
        try {
          const proof = new TextDecoder().decode(await fetched(`/v1/objects/${hex(object.name)}/proof`));
          await checkKept(proof, await object.trailer(), this.inForce.logPolicy);
          break;
        } catch (error) {
          if (this.stop.aborted) return true;
          if (!(error instanceof LineError || (error as Error).message === "not there")) return false;
        }
        await new Promise((done) => setTimeout(done, this.pause * 1000));
        this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
      }
    }
    return true;
  }

  private ask(method: string, path: string, headers: Readonly<Record<string, string>>, body?: Bytes, from = 0): Promise<Answer> {
    return new Promise((done) => {
      const request = new XMLHttpRequest(); // fetch cannot say how much has gone
      let timer: ReturnType<typeof setTimeout>;
      const watch = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), STALLED);
      };
      const end = (): void => {
        clearTimeout(timer);
        this.request = undefined;
        done({ status: request.status, offset: Number(request.getResponseHeader("Upload-Offset") ?? -1) });
      };
      request.open(method, path);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", ({ loaded }) => {
        watch();
        this.sent = from + loaded;
        this.changed();
      });
      for (const event of ["load", "error", "abort"]) request.addEventListener(event, end);
      this.request = request;
      watch();
      request.send(body ?? null);
    });
  }
}
