// A voice note. Each second is sealed as it comes, under a key that no script can read and that ends with the page; what
// is unsealed is only the second under way. It is opened to listen to it, and to send it.
import type { Bytes } from "../../protocol/bytes";
import { concat, random } from "../../protocol/bytes";
import type { Readable } from "./sealing";

export const LONGEST = 600; // seconds
const RATE = 20_000; // bits a second
const SLICE = 1000; // milliseconds
const HEARD = 16_000; // samples a second, when she listens: it takes a third of the memory
const FORMS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus"] as const;

/** What she said, sealed. Bytes are those of a file of its media type. */
export interface Voice extends Readable {
  readonly media: string;
  readonly seconds: number;
}

const formOf = (): string | undefined =>
  typeof MediaRecorder === "undefined" ? undefined : FORMS.find((one) => MediaRecorder.isTypeSupported(one));

/** Whether this browser can record at all; whether there is a microphone, it says when she asks. */
export const canRecord = (): boolean => navigator.mediaDevices?.getUserMedia !== undefined && formOf() !== undefined;

/** A recording under way. */
export class Recording {
  private readonly slices: Promise<Bytes>[] = [];
  private readonly ended: Promise<void>;
  private readonly began = performance.now();
  private readonly context = new AudioContext();
  private readonly analyser = this.context.createAnalyser();
  private readonly drop = new AbortController();
  private size = 0;
  private took = 0;

  private constructor(
    private readonly stream: MediaStream,
    private readonly recorder: MediaRecorder,
    private readonly key: CryptoKey,
    private readonly media: string,
  ) {
    this.context.createMediaStreamSource(stream).connect(this.analyser);
    recorder.addEventListener("dataavailable", ({ data }) => void this.slices.push(this.seal(data)));
    this.ended = new Promise((done) => recorder.addEventListener("stop", () => done()));
    addEventListener("leaving", () => this.discard(), { signal: this.drop.signal });
    recorder.start(SLICE);
  }

  /** Ask for the microphone and begin. Rejects where it is not given. */
  static async begin(): Promise<Recording> {
    const form = formOf() ?? "";
    let left = false; // she may leave while the browser asks her
    const prompt = new AbortController();
    addEventListener("leaving", () => void (left = true), { signal: prompt.signal });
    const stream = await navigator.mediaDevices
      .getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } })
      .finally(() => prompt.abort());
    try {
      if (left) throw new Error("left");
      const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      const recorder = new MediaRecorder(stream, { mimeType: form, audioBitsPerSecond: RATE });
      return new Recording(stream, recorder, key, form.split(";")[0] ?? "");
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  /** Seconds so far. */
  get seconds(): number {
    return Math.round((performance.now() - this.began) / 1000);
  }

  /** How loud it is now, from 0 to 1. */
  level(): number {
    const samples = new Uint8Array(this.analyser.fftSize);
    this.analyser.getByteTimeDomainData(samples);
    return Math.min(1, samples.reduce((most, one) => Math.max(most, Math.abs(one - 128)), 0) / 64);
  }

  private async seal(data: Blob): Promise<Bytes> {
    const plain = new Uint8Array(await data.arrayBuffer());
    this.size += plain.length;
    const iv = random(12); // of at most 601 slices under one key
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, plain));
    plain.fill(0);
    return concat(iv, sealed);
  }

  /** Stop, and let the microphone go. Nothing where nothing was recorded. */
  async end(): Promise<Voice | undefined> {
    this.took = Math.max(1, this.seconds);
    this.off();
    await this.ended;
    const sealed = await Promise.all(this.slices);
    if (this.size === 0) return undefined;
    const { size, key, media, took: seconds } = this;
    const open = async (): Promise<Bytes> =>
      concat(...(await Promise.all(sealed.map(async (one) => {
        const how = { name: "AES-GCM", iv: one.slice(0, 12) };
        return new Uint8Array(await crypto.subtle.decrypt(how, key, one.slice(12)));
      }))));
    return { size, media, seconds, read: async (start, end) => (await open()).slice(start, end) };
  }

  /** Stop, and forget it. */
  discard(): void {
    this.off();
    this.slices.length = 0;
  }

  private off(): void {
    this.drop.abort();
    if (this.recorder.state !== "inactive") this.recorder.stop();
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close().catch(() => undefined);
  }
}

/** Play it; resolves with the way to stop. `ended` is called once, at its end or when it is stopped. */
export async function listen(voice: Voice, ended: () => void): Promise<() => void> {
  const context = new AudioContext({ sampleRate: HEARD });
  const plain = await voice.read(0, voice.size);
  const source = context.createBufferSource();
  source.buffer = await context.decodeAudioData(plain.buffer);
  source.connect(context.destination);
  const stop = (): void => void context.close().catch(() => undefined);
  source.addEventListener("ended", () => (stop(), ended()), { once: true });
  addEventListener("leaving", stop, { once: true });
  source.start();
  return () => source.stop();
}
