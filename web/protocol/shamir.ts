// Shamir's secret sharing over GF(2^8), byte by byte; a share is `y ‖ x` (protocol 3.3).
// Combining is the audited package's. Its `split` chooses x and chance by itself; the protocol needs distinct x for false
// shares too and chance from `draw`, so splitting is here, and the vectors and the package both check it.
import { combine as combineShares } from "shamir-secret-sharing";
import { concat, type Bytes } from "./bytes";
import { MalformedError } from "./errors";

/** Product modulo x^8 + x^4 + x^3 + x + 1. Without tables and branches on the values that are multiplied. */
function multiply(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ (0x11b & -(product >> 7)) ^ (one & -((other >> bit) & 1));
  }
  return product;
}

/** Return one share per x. `coefficients`: (threshold - 1) random bytes for each byte of the secret. */
export function split(secret: Bytes, threshold: number, xs: readonly number[], coefficients: Bytes): Bytes[] {
  const distinct = new Set(xs).size === xs.length && xs.every((x) => x >= 1 && x <= 255);
  if (threshold < 2 || threshold > xs.length || secret.length === 0 || !distinct) throw new MalformedError("shares");
  const step = threshold - 1;
  if (coefficients.length !== step * secret.length) throw new MalformedError("coefficients");
  return xs.map((x) => {
    const ys = secret.map((byte, i) =>
      [...coefficients.subarray(i * step, (i + 1) * step), byte].reduce((y, next) => multiply(y, x) ^ next, 0),
    ); // Horner, constant term last
    return concat(ys, Uint8Array.of(x));
  });
}

/** Return the secret of exactly `threshold` shares. A wrong share gives a wrong secret, not an error. */
export async function combine(shares: readonly Bytes[]): Promise<Bytes> {
  if (shares.some((share) => share.length < 2 || share[share.length - 1] === 0)) throw new MalformedError("shares");
  try {
    return new Uint8Array(await combineShares([...shares]));
  } catch {
    throw new MalformedError("shares"); // fewer than two, one x twice, or lengths that differ
  }
}
