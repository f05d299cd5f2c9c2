// The slip: the few facts that a gate needs to decide (protocol 4.1). Never readable by the server.
import { concat, type Bytes, type Draw } from "./bytes";
import { require } from "./errors";
import { digest } from "./hashing";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { binary, flag, Form, integer, list, struct, text, type Of } from "./messages";
import { pad, unpad } from "./padding";

const CONSENTS = 15; // purposes of the vocabulary, a byte each
export const NAME = /^[a-z0-9][a-z0-9.-]{0,23}$/;
export const LINK = /^(ACT:[A-Z]{2,4}@|AREA:)[A-Z]{2}(-[A-Z0-9]{1,4}){0,3}$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/;
const SALT = 32;

export const PREFERENCES = ["ANY", "WOMAN_PREFERRED", "WOMAN_REQUIRED"] as const;
export const DESK_RING = 0;
export const OMBUDS_RING = 1; // reports about the service itself

const within = (value: number, least: number, most: number): boolean => value >= least && value <= most;

const SLIP = struct(
  {
    language: text,
    urgency: integer,
    tier: integer,
    excludeLinks: list(text),
    excludePeople: list(text),
    excludePools: list(text),
    preference: integer,
    twoPerson: flag,
    emergency: flag,
    ring: integer,
    consent: binary,
    logKeys: list(binary),
    thread: binary,
  },
  (slip) => {
    require(LANGUAGE.test(slip.language), "language");
    require(within(slip.urgency, 0, 3) && within(slip.tier, 1, 3), "urgency or tier");
    for (const names of [slip.excludePeople, slip.excludePools]) {
      require(names.length <= LIMIT.list && names.every((name) => NAME.test(name)), "names");
    }
    require(slip.excludeLinks.length <= LIMIT.list, "links");
    require(slip.excludeLinks.every((link) => LINK.test(link) && link.length <= LIMIT.link), "links");
    require(within(slip.preference, 0, 2) && within(slip.ring, 0, 1), "preference or ring");
    require(slip.consent.length === CONSENTS && slip.consent.every((value) => value <= 3), "consent");
    require(within(slip.logKeys.length, 1, LIMIT.gates) && slip.logKeys.every((key) => key.length === 32), "log keys");
    require(slip.thread.length === 0 || slip.thread.length === 32, "thread");
  },
);
export type Slip = Of<typeof SLIP>;
export const slipForm = new Form(SLIP);

/** Return the 512 bytes: padded message, then 32 random bytes that make the commitment hide it. */
export const slipBytes = (slip: Slip, draw: Draw): Bytes =>
  concat(pad(slipForm.encode(slip), LIMIT.slip_message), draw(SALT));

/** Read 512 bytes. Padding that is not zero is refused. */
export function readSlip(data: Bytes): Slip {
  require(data.length === LIMIT.slip, "slip size");
  return slipForm.decode(unpad(data.slice(0, LIMIT.slip_message)), LIMIT.slip_message);
}

/** Slip commitment of the header, over all 512 bytes. */
export const slipCommitment = (data: Bytes): Promise<Bytes> => digest(Label.SLIP, data);
