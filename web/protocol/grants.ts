// What reviewers and gates exchange about answers (protocol 15.2, 15.6). The page makes none of it; it is not bundled.
import { SLOT } from "./answers";
import { concat, equal, hex, unsigned, type Bytes } from "./bytes";
import { require } from "./errors";
import { derive } from "./hashing";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { binary, Form, integer, list, struct, text, tuple } from "./messages";
import { verify } from "./signing";
import { NAME } from "./slip";

const HASH = 32;
const SIGNATURE = 64;
const MINUTES = 2 ** 32;

export const grantForm = new Form(
  struct({ request: binary, until: integer, permission: binary, parts: list(tuple(binary, binary)) }, (grant) => {
    const { request, until, permission, parts } = grant;
    require(request.length === HASH, "grant");
    const writes = permission.length === SIGNATURE && until > 0 && until < MINUTES;
    require(writes || (permission.length === 0 && until === 0), "grant");
    require(parts.length <= LIMIT.thread && parts.flat().every((one) => one.length === HASH), "parts");
    require(!writes || (parts.length === 1 && equal(parts[0]?.[0] as Bytes, request)), "parts");
  }),
);

export const answerPostForm = new Form(
  struct({ request: binary, until: integer, slots: list(binary), permissions: list(tuple(text, binary)) }, (post) => {
    const { request, until, slots, permissions } = post;
    require(request.length === HASH && until > 0 && until < MINUTES, "answer");
    require(slots.length >= 1 && slots.length <= LIMIT.answer_slots && slots.every((slot) => slot.length === SLOT), "slots");
    const places = slots.map((slot) => hex(slot.slice(0, HASH)));
    require(places[0] === hex(request) && new Set(places).size === places.length, "places");
    const names = permissions.map(([name]) => name);
    require(names.length >= 1 && names.length <= LIMIT.gates && new Set(names).size === names.length, "permissions");
    require(permissions.every(([name, one]) => NAME.test(name) && one.length === SIGNATURE), "permissions");
  }),
);

/** Raise ProofError unless the gate of this key permitted it through minute `until`. */
export const checkPermission = (key: Bytes, request: Bytes, until: number, permission: Bytes): Promise<void> =>
  verify(key, Label.PERMISSION, concat(request, unsigned(until, 4)), permission);

/** 15 bytes by which a gate marks a report that it let somebody answer. */
export const handle = async (gateKey: Bytes): Promise<Bytes> => (await derive(gateKey, Label.ANSWERED)).slice(0, 15);

/** 16 bytes, the same for all reports of the same words at one gate (protocol 14.10). */
export const kin = async (link: Bytes): Promise<Bytes> => (await derive(link, Label.KIN)).slice(0, 16);
