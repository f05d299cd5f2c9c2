// The directory: who may be asked at all, with keys (protocol 8.3). Certificates are for gates and auditors, not for pages.
import { type Bytes, hex } from "./bytes";
import { ProofError, require } from "./errors";
import { PUBLIC } from "./hybrid";
import { Label } from "./labels";
import { LIMIT } from "./limits";
import { binary, Form, integer, list, struct, text, type Of } from "./messages";
import { NAME } from "./slip";
import { verifyVersion, type Trust, type Version } from "./trust";

export const DESK = "desk";
export const CUSTODIAN = "custodian";
export const AUDITOR = "auditor";

const PERSON = struct(
  { name: text, role: text, identity: binary, encryption: binary, pools: list(text), commitment: binary },
  (person) => {
    require(NAME.test(person.name) && [DESK, CUSTODIAN, AUDITOR].includes(person.role), "person");
    require(person.identity.length === 32 && person.commitment.length === 32, "person");
    require(person.encryption.length === PUBLIC, "public key");
    require(person.pools.every((pool) => NAME.test(pool)), "pools of a person");
    require(new Set(person.pools).size === person.pools.length, "pools of a person");
  },
);
/** One entry: a pseudonym, keys, pools, and a commitment that says nothing to who has not the certificate. */
export type Person = Of<typeof PERSON>;

const BODY = struct({ number: integer, people: list(PERSON) }, ({ number, people }) => {
  require(number > 0, "version");
  // Names are ASCII, so JavaScript sorts them as Python does.
  require(people.every((person, i) => i === 0 || (people[i - 1] as Person).name < person.name), "names sorted, nobody twice");
  for (const keys of [people.map((one) => one.identity), people.map((one) => one.encryption)]) {
    require(new Set(keys.map(hex)).size === keys.length, "one key twice");
  }
  const auditors = people.filter((person) => person.role === AUDITOR).length;
  require(auditors >= 1 && auditors <= LIMIT.auditors, "auditors");
  require(people.length - auditors <= LIMIT.people, "people");
});
const bodyForm = new Form(BODY);

/** A directory that k officers signed. Made by `verifyDirectory` alone. */
export interface Directory extends Version {
  readonly people: readonly Person[];
}

/** Return a signed version. Raise ProofError or MalformedError. */
export async function verifyDirectory(note: string, data: Bytes, trust: Trust): Promise<Directory> {
  const version = await verifyVersion(note, data, Label.NOTE_DIRECTORY, trust);
  const { number, people } = bodyForm.decode(data, LIMIT.body);
  if (number !== version.number) throw new ProofError("version of the body");
  return { ...version, people };
}

/** Everybody who gets a slot, with her key: desk and custodians, in the order of names. */
export const recipients = (directory: Directory): ReadonlyMap<string, Bytes> =>
  new Map(directory.people.filter((one) => one.role !== AUDITOR).map((one) => [one.name, one.encryption]));
