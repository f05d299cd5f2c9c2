// Messages: MessagePack arrays with exactly one encoding (protocol 1.2). No maps, floats, nil or extensions exist here.
import { concat, equal, fromUtf8, unsigned, utf8, type Bytes } from "./bytes";
import { MalformedError, require } from "./errors";

export type Value = number | boolean | string | Bytes | readonly Value[];

const DEPTH = 16; // no message nests deeper than six

/** Return the one encoding of a value: the shortest form of every length and integer, as msgspec writes it. */
export function pack(value: Value): Bytes {
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xc3 : 0xc2);
  if (typeof value === "number") return packInteger(value);
  if (typeof value === "string") {
    const data = utf8(value);
    return concat(data.length < 32 ? Uint8Array.of(0xa0 + data.length) : head(data.length, [0xd9, 0xda, 0xdb]), data);
  }
  if (value instanceof Uint8Array) return concat(head(value.length, [0xc4, 0xc5, 0xc6]), value);
  const start = value.length < 16 ? Uint8Array.of(0x90 + value.length) : head(value.length, [undefined, 0xdc, 0xdd]);
  return concat(start, ...value.map(pack));
}

function packInteger(value: number): Bytes {
  require(Number.isSafeInteger(value) && value >= -0x80000000, "integer");
  if (value >= 0) {
    if (value < 0x80) return Uint8Array.of(value);
    const size = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
    return concat(Uint8Array.of(0xcc + Math.log2(size)), unsigned(value, size));
  }
  if (value >= -0x20) return Uint8Array.of(0x100 + value);
  const size = value >= -0x80 ? 1 : value >= -0x8000 ? 2 : 4;
  return concat(Uint8Array.of(0xd0 + Math.log2(size)), unsigned(2 ** (8 * size) + value, size));
}

/** Type byte and length, one, two or four bytes wide. */
function head(length: number, [one, two, four]: readonly [number | undefined, number, number]): Bytes {
  if (one !== undefined && length < 0x100) return concat(Uint8Array.of(one), unsigned(length, 1));
  return length < 0x10000
    ? concat(Uint8Array.of(two), unsigned(length, 2))
    : concat(Uint8Array.of(four), unsigned(length, 4));
}

/** Read one value. What is read is written again and compared by `Form.decode`, so forms need not be minimal here. */
class Reader {
  private at = 0;
  constructor(private readonly data: Uint8Array) {}

  get done(): boolean {
    return this.at === this.data.length;
  }

  value(depth = 0): Value {
    const type = this.number(1);
    require(depth < DEPTH, "too deep");
    if (type < 0x80) return type;
    if (type >= 0xe0) return type - 0x100;
    if (type >= 0xa0 && type < 0xc0) return fromUtf8(this.bytes(type - 0xa0));
    if (type >= 0x90 && type < 0xa0) return this.array(type - 0x90, depth);
    if (type === 0xc2 || type === 0xc3) return type === 0xc3;
    if (type >= 0xc4 && type <= 0xc6) return this.bytes(this.number(2 ** (type - 0xc4)));
    if (type >= 0xcc && type <= 0xcf) return this.number(2 ** (type - 0xcc));
    if (type >= 0xd0 && type <= 0xd2) {
      const size = 2 ** (type - 0xd0);
      const value = this.number(size);
      return value < 2 ** (8 * size - 1) ? value : value - 2 ** (8 * size);
    }
    if (type >= 0xd9 && type <= 0xdb) return fromUtf8(this.bytes(this.number(2 ** (type - 0xd9))));
    if (type === 0xdc || type === 0xdd) return this.array(this.number(type === 0xdc ? 2 : 4), depth);
    throw new MalformedError("not a type of messages");
  }

  private array(count: number, depth: number): Value[] {
    require(count <= this.data.length - this.at, "array longer than its bytes"); // so that a bomb costs nothing
    return Array.from({ length: count }, () => this.value(depth + 1));
  }

  private bytes(count: number): Bytes {
    require(count <= this.data.length - this.at, "cut short");
    this.at += count;
    return new Uint8Array(this.data.subarray(this.at - count, this.at));
  }

  /** Integers beyond 2^53 are refused: no size, day or sequence of the protocol comes near. */
  private number(size: number): number {
    const value = this.bytes(size).reduce((sum, byte) => sum * 256 + byte, 0);
    require(value <= Number.MAX_SAFE_INTEGER, "integer");
    return value;
  }
}

/** Decode, encode again, compare. Size comes first. */
export function unpack(data: Uint8Array, limit: number): Value {
  require(data.length <= limit, "too long");
  const reader = new Reader(data);
  const value = reader.value();
  require(reader.done && equal(pack(value), data), "not canonical");
  return value;
}
