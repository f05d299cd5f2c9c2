// Twelve words, and all that follows from them (protocol 2). Never stretched: they are 128 random bits.
// The lists are `@scure/bip39`'s; its coder puts a mistyped word into its error, so the bits are packed here.
import { sized, unsigned, utf8, type Bytes, type Draw } from "./bytes";
import { MalformedError } from "./errors";
import { derive, digest, sha256 } from "./hashing";
import { Label } from "./labels";

export const ENTROPY = 16; // bytes
const COUNT = 12;
const DIGITS = 40;

/** Ten languages whose lists agree between Python and the page. Only the list that is asked for is fetched. */
const LISTS = {
  en: () => import("@scure/bip39/wordlists/english.js"),
  fr: () => import("@scure/bip39/wordlists/french.js"),
  es: () => import("@scure/bip39/wordlists/spanish.js"),
  pt: () => import("@scure/bip39/wordlists/portuguese.js"),
  it: () => import("@scure/bip39/wordlists/italian.js"),
  cs: () => import("@scure/bip39/wordlists/czech.js"),
  ja: () => import("@scure/bip39/wordlists/japanese.js"),
  ko: () => import("@scure/bip39/wordlists/korean.js"),
  "zh-Hans": () => import("@scure/bip39/wordlists/simplified-chinese.js"),
  "zh-Hant": () => import("@scure/bip39/wordlists/traditional-chinese.js"),
} as const;
export type WordLanguage = keyof typeof LISTS;
export const WORD_LANGUAGES = Object.keys(LISTS) as readonly WordLanguage[];

export const hasWords = (language: string): language is WordLanguage => Object.hasOwn(LISTS, language);

/** Return a list; the page has fetched those that it can read. */
export async function listOf(language: WordLanguage): Promise<readonly string[]> {
  return (await LISTS[language]()).wordlist;
}

/** Return new entropy: what words, digits and keys are made of. */
export const newEntropy = (draw: Draw): Bytes => draw(ENTROPY);

/** The 16 bytes and the four checksum bits of BIP39, as one number. */
async function checked(entropy: Bytes): Promise<bigint> {
  const value = entropy.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return (value << 4n) | BigInt(((await sha256(entropy))[0] ?? 0) >> 4);
}

/** Return the twelve words of this entropy, one by one. */
export async function wordsOf(entropy: Bytes, language: WordLanguage): Promise<string[]> {
  const list = await listOf(language);
  const value = await checked(entropy);
  return Array.from({ length: COUNT }, (_, i) => list[Number((value >> BigInt(11 * (COUNT - 1 - i))) & 0x7ffn)] ?? "");
}

/** Return the same as forty digits in ten groups, for languages without a list and for saying aloud (protocol 2.4). */
export async function digitsOf(entropy: Bytes): Promise<string[]> {
  return (await checked(entropy)).toString().padStart(DIGITS, "0").match(/.{4}/g) ?? [];
}

/** Return the 16 bytes of twelve words or forty digits (any script). Raise MalformedError for a typo.
 *
 * `languages` are tried in turn: give hers, so that one list is fetched.
 */
export async function entropyOf(said: string, languages: readonly WordLanguage[] = WORD_LANGUAGES): Promise<Bytes> {
  const text = said.normalize("NFKD").trim();
  const plain = Array.from(text, digitValue).join("");
  if (/^[\d\s-]+$/.test(plain)) return ofNumber(plain.replace(/[\s-]/g, ""));
  const words = text.toLowerCase().split(/\s+/);
  for (const language of words.length === COUNT ? languages : []) {
    const list = (await listOf(language)).map((word) => word.normalize("NFKD"));
    const places = words.map((word) => list.indexOf(word));
    if (places.includes(-1)) continue;
    const found = await entropyOfNumber(places.reduce((sum, place) => (sum << 11n) | BigInt(place), 0n));
    if (found !== undefined) return found;
  }
  throw new MalformedError("these are not twelve words of one list; one of them may be mistyped");
}

/** A digit of any script as 0 to 9: those of a script stand together, zero first (Ethiopic has no zero). */
function digitValue(char: string): string {
  const point = char.codePointAt(0) ?? 0;
  if (point >= 0x1369 && point <= 0x1371) return String(point - 0x1368);
  if (!/^\p{Nd}$/u.test(char)) return char;
  let before = 0;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(point - before - 1))) before++;
  return String(before % 10);
}

async function ofNumber(digits: string): Promise<Bytes> {
  const found = digits.length === DIGITS ? await entropyOfNumber(BigInt(digits)) : undefined;
  if (found === undefined) throw new MalformedError("these are not forty digits; one of them may be mistyped");
  return found;
}

/** Return the entropy of a 132-bit number, or nothing when its checksum does not hold. */
async function entropyOfNumber(value: bigint): Promise<Bytes | undefined> {
  if (value >> 132n) return undefined;
  const entropy = Uint8Array.from({ length: ENTROPY }, (_, i) => Number((value >> BigInt(132 - 8 * (i + 1))) & 0xffn));
  return (await checked(entropy)) === value ? entropy : undefined;
}

/** Keys of the n-th envelope of one set of words follow from these two. Never shown, logged or stored. */
export interface Keys {
  readonly entropy: Bytes;
  readonly number: number;
}

export function keysOf(entropy: Bytes, number = 0): Keys {
  if (entropy.length !== ENTROPY) throw new MalformedError("entropy");
  if (!Number.isInteger(number) || number < 0 || number > 0xffffffff) throw new MalformedError("number");
  return { entropy, number };
}

const numbered = (keys: Keys, label: Label): Promise<Bytes> => derive(keys.entropy, label, unsigned(keys.number, 4));

/** The preimage W_n. Whoever shows it closes the report. */
export const withdrawalKey = (keys: Keys): Promise<Bytes> => numbered(keys, Label.WITHDRAWAL_KEY);

/** What the header says of it. */
export const withdrawalHash = async (keys: Keys): Promise<Bytes> =>
  digest(Label.WITHDRAWAL_HASH, await withdrawalKey(keys));

/** Her half of an answer's key; in the card. */
export const replyKey = (keys: Keys): Promise<Bytes> => numbered(keys, Label.REPLY_KEY);

/** R_n, which opens her received leaf. */
export const receivedKey = (keys: Keys): Promise<Bytes> => numbered(keys, Label.RECEIVED_KEY);

/** What one gate and she share for one envelope. */
export interface GateKeys {
  readonly gateKey: Bytes;
  readonly link: Bytes;
  readonly logKey: Bytes;
  readonly consentKey: Bytes;
  readonly answerKey: Bytes;
}

export async function gateKeys({ entropy, number }: Keys, gate: string): Promise<GateKeys> {
  const who = sized(utf8(gate));
  const gateKey = await derive(entropy, Label.GATE_KEY, who, unsigned(number, 4));
  return {
    gateKey,
    link: await derive(entropy, Label.LINK_KEY, who),
    logKey: await derive(gateKey, Label.LOG_KEY),
    consentKey: await derive(gateKey, Label.CONSENT_KEY),
    answerKey: await derive(gateKey, Label.ANSWER_KEY),
  };
}
