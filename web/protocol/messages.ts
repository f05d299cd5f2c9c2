// What a field of a message may be, and messages made of fields in wire order (protocol 1.2).
import { type Bytes } from "./bytes";
import { pack, unpack, type Value } from "./canonical";
import { require } from "./errors";

/** A type of field. `read` raises MalformedError for a value of another type. */
export interface Kind<T> {
  read(value: Value): T;
  write(value: T): Value;
}

export type Of<K> = K extends Kind<infer T> ? T : never;

const scalar = <T extends Value>(is: (value: Value) => value is T): Kind<T> => ({
  read(value) {
    require(is(value), "type of a field");
    return value;
  },
  write: (value) => value,
});

export const integer = scalar((value): value is number => typeof value === "number");
export const text = scalar((value): value is string => typeof value === "string");
export const flag = scalar((value): value is boolean => typeof value === "boolean");
export const binary = scalar((value): value is Bytes => value instanceof Uint8Array);

function items(value: Value): readonly Value[] {
  require(Array.isArray(value), "type of a field");
  return value as readonly Value[];
}

export const list = <T>(kind: Kind<T>): Kind<readonly T[]> => ({
  read: (value) => items(value).map((one) => kind.read(one)),
  write: (value) => value.map((one) => kind.write(one)),
});

/** Fields without names, so many and no more. */
export const tuple = <const K extends readonly unknown[]>(
  ...kinds: { [I in keyof K]: Kind<K[I]> }
): Kind<{ readonly [I in keyof K]: K[I] }> => ({
  read(value) {
    const found = items(value);
    require(found.length === kinds.length, "number of fields");
    return kinds.map((kind, i) => kind.read(found[i] as Value)) as unknown as { readonly [I in keyof K]: K[I] };
  },
  write: (value) => kinds.map((kind, i) => kind.write((value as readonly unknown[])[i])),
});

/** Fields with names, in wire order. */
export function struct<T extends object>(
  fields: { readonly [N in keyof T]: Kind<T[N]> },
  check: (value: Readonly<T>) => void = () => undefined,
): Kind<Readonly<T>> {
  const kinds = Object.entries(fields) as [keyof T, Kind<T[keyof T]>][];
  return {
    read(value) {
      const found = items(value);
      require(found.length === kinds.length, "number of fields");
      const made = Object.fromEntries(kinds.map(([name, kind], i) => [name, kind.read(found[i] as Value)])) as T;
      check(made);
      return made;
    },
    write(value) {
      check(value);
      return kinds.map(([name, kind]) => kind.write(value[name]));
    },
  };
}

/** A whole message: its first element on the wire is the version, 1. */
export class Form<T> {
  constructor(private readonly kind: Kind<T>) {}

  encode(value: T): Bytes {
    return pack([1, ...items(this.kind.write(value))]);
  }

  decode(data: Uint8Array, limit: number): T {
    const [version, ...rest] = items(unpack(data, limit));
    require(version === 1, "version");
    return this.kind.read(rest);
  }
}
