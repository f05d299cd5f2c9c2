// Locks: each a t-of-n group, every one must be opened (protocol 3.2, 3.3).
import { concat, type Bytes, type Draw } from "./bytes";
import { MalformedError, OpenError } from "./errors";
import { isCustodial, type Each, type Section } from "./sections";
import * as shamir from "./shamir";

export const SECRET = 32; // bytes of a lock's secret
export const SHARE = 33; // bytes of a share
export const SUBSETS = 1000; // tries to find a working subset; 3 of 13 is under it

export type Lock = "gates" | "desk" | "custodians";

/** Who holds a true share of which lock (protocol 5). Names are those of bundle and directory. */
export interface Plan {
  readonly gates: readonly string[];
  readonly gatesThreshold: number;
  readonly desk: ReadonlySet<string>;
  readonly deskThresholds: Each<number>;
  readonly custodians: ReadonlySet<string>;
  readonly custodiansThreshold: number;
}

/** Locks of a section in plan order. */
export const lockNames = (section: Section): readonly Lock[] =>
  isCustodial(section) ? ["gates", "desk", "custodians"] : ["gates", "desk"];

/** Return a uniform number under `bound` (at most 256): rejection, no bias. */
export function below(bound: number, draw: Draw): number {
  for (;;) {
    const value = draw(1)[0] ?? 0;
    if (value < 256 - (256 % bound)) return value % bound;
  }
}

/** Return all of `rest` in random order. */
export function shuffled<T>(items: readonly T[], draw: Draw, count = items.length): T[] {
  const rest = [...items];
  return Array.from({ length: count }, () => rest.splice(below(rest.length, draw), 1)[0] as T);
}

/** Return `holders` true shares and `others` random ones of the same form, which nobody can tell apart alone. */
export function split(secret: Bytes, threshold: number, holders: number, others: number, draw: Draw): [Bytes[], Bytes[]] {
  if (threshold < 1 || threshold > holders) throw new MalformedError("threshold");
  const zero = new Uint8Array(1);
  if (threshold === 1) {
    return [
      Array.from({ length: holders }, () => concat(secret, zero)),
      Array.from({ length: others }, () => concat(draw(SECRET), zero)),
    ];
  }
  if (holders + others > 255) throw new MalformedError("too many holders");
  const xs = shuffled(Array.from({ length: 255 }, (_, i) => i + 1), draw, holders + others);
  const real = shamir.split(secret, threshold, xs.slice(0, holders), draw((threshold - 1) * secret.length));
  return [real, xs.slice(holders).map((x) => concat(draw(SECRET), Uint8Array.of(x)))];
}

/** Return the secret of exactly `threshold` shares. Raise OpenError where their form cannot be right. */
export async function combine(shares: readonly Bytes[], threshold: number): Promise<Bytes> {
  if (shares.length !== threshold || shares.some((share) => share.length !== SHARE)) throw new OpenError();
  const [first] = shares;
  if (threshold === 1) {
    if (first?.[SECRET] !== 0) throw new OpenError();
    return first.slice(0, SECRET);
  }
  try {
    return await shamir.combine(shares);
  } catch {
    throw new OpenError();
  }
}

/** All ways to choose so many, in order. */
export function* choose<T>(items: readonly T[], count: number): Generator<T[]> {
  if (count === 0) yield [];
  for (let i = 0; count > 0 && i <= items.length - count; i++) {
    for (const rest of choose(items.slice(i + 1), count - 1)) yield [items[i] as T, ...rest];
  }
}

/** Return the secrets of all t-subsets of what came (protocol 3.5); the caller tries them on Cobblestone. */
export async function subsets(shares: readonly Bytes[], threshold: number): Promise<Bytes[]> {
  const found: Bytes[] = [];
  let tried = 0;
  for (const chosen of choose(shares, threshold)) {
    if (tried++ >= SUBSETS) break;
    try {
      found.push(await combine(chosen, threshold));
    } catch {
      continue;
    }
  }
  return found;
}
