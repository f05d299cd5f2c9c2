// Every way the protocol says no (protocol 1.8). Messages are constants: nothing of a report or of a key is in them.

/** These bytes are not in the form that the protocol gives them. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

/** It does not open with that key. It says nothing more, on purpose. */
export class OpenError extends Error {
  override readonly name = "OpenError";
}

/** A signature, proof, digest or quorum does not hold. */
export class ProofError extends Error {
  override readonly name = "ProofError";
}

/** What a decoder or verifier may raise, and nothing else (protocol 1.8). */
export const CryptoErrors = [MalformedError, OpenError, ProofError] as const;

/** Too few people could open this report, so it is not sealed; the reporter is told (protocol 5.5). */
export class TooFewError extends Error {
  override readonly name = "TooFewError";
  constructor(readonly kind: "desk" | "custodians") {
    super(`too few ${kind}`);
  }
}

/** Raise MalformedError(what) unless the condition holds. `what` is a constant, never input. */
export function require(condition: boolean, what: string): asserts condition {
  if (!condition) throw new MalformedError(what);
}
