// Looking at the log from some leaf on, without anything that depends on words (protocol 14.4, 14.5).
import { equal, hex, type Bytes } from "./bytes";
import { ProofError, require } from "./errors";
import { Frontier } from "./frontier";
import { tags } from "./hashing";
import { TAG } from "./leaves";
import { LIMIT } from "./limits";
import { leafHash, nodeHash } from "./merkle";
import { keysOf, receivedKey } from "./words";

export const TILE = 256;
/** How far back anybody can look; a client offers no other number. */
export const DAYS = [7, 30, 90, 366, 1100] as const;
const HASH = 32;
const TILE_POWER = 8;
const LAST_POWER = 52;

/** Where a look starts that must have leaf `log`. */
export const begin = (log: number): number => log - (log % TILE);

/** `tile/<L>/<N>[.p/<W>]` (C2SP tlog-tiles). */
function tilePath(level: number | "entries", number: number, width: number): string {
  const parts = [String(number % 1000).padStart(3, "0")];
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    parts.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return `tile/${level}/${parts.join("/")}${width < TILE ? `.p/${width}` : ""}`;
}

/** A whole subtree left of the start: `span` hashes of one tile, from `first` on, give its root. */
interface Block {
  readonly path: string; // of its tile under `/log/`
  readonly width: number; // of that tile
  readonly first: number;
  readonly span: number;
}

/** Return what is left of `start` (a multiple of 256), the largest subtree first. */
function leftEdge(start: number, size: number): Block[] {
  require(start >= 0 && start <= size && start % TILE === 0, "start");
  const blocks: Block[] = [];
  let offset = 0;
  for (let power = LAST_POWER; power >= TILE_POWER; power--) {
    if (Math.floor(start / 2 ** power) % 2 === 0) continue;
    const level = Math.floor(power / TILE_POWER);
    const each = 256 ** level; // leaves of one hash of this level
    const place = offset / each;
    const number = Math.floor(place / TILE);
    const width = Math.min(TILE, Math.floor(size / each) - number * TILE);
    blocks.push({ path: tilePath(level, number, width), width, first: place % TILE, span: 2 ** (power % TILE_POWER) });
    offset += 2 ** power;
  }
  return blocks;
}

/** Return all that a look fetches under `/log/`, in order: it depends on where it starts, and on the log. */
export function paths(start: number, size: number, full: boolean): string[] {
  const found: string[] = [];
  for (let number = start / TILE; number < Math.ceil(size / TILE); number++) {
    found.push(tilePath("entries", number, Math.min(TILE, size - number * TILE)), `statements/${number}`);
    if (full) found.push(`notices/${number}`);
  }
  return [...found, ...new Set(leftEdge(start, size).map((block) => block.path))];
}

/** Root of a power of two of hashes. */
async function fold(hashes: readonly Bytes[]): Promise<Bytes> {
  let level = hashes;
  while (level.length > 1) {
    const pairs = Array.from({ length: level.length / 2 }, (_, i) => [level[2 * i] as Bytes, level[2 * i + 1] as Bytes] as const);
    level = await Promise.all(pairs.map(([left, right]) => nodeHash(left, right)));
  }
  return level[0] as Bytes;
}

/** Return the right edge of the first `start` leaves from the tiles that `paths` named. Nothing is proven yet. */
export async function frontier(start: number, size: number, tiles: ReadonlyMap<string, Bytes>): Promise<Frontier> {
  const edge: Bytes[] = [];
  for (const { path, width, first, span } of leftEdge(start, size)) {
    const data = tiles.get(path) ?? new Uint8Array();
    require(data.length === width * HASH, "hash tile");
    edge.push(await fold(Array.from({ length: span }, (_, i) => data.slice((first + i) * HASH, (first + i + 1) * HASH))));
  }
  return new Frontier(start, edge);
}

/** Size and root of a log at some moment. */
export interface Head {
  readonly size: number;
  readonly root: Bytes;
}

/** Raise ProofError unless these leaves, from `edge` on, are those of every head: the checkpoint, and that of `current`. */
export async function check(edge: Frontier, entries: readonly Bytes[], heads: readonly Head[]): Promise<void> {
  const wanted = [...heads].sort((one, other) => one.size - other.size);
  const tree = edge.copy();
  const compare = async (): Promise<void> => {
    while (wanted[0]?.size === tree.size) {
      if (!equal((wanted.shift() as Head).root, await tree.root())) throw new ProofError("another log");
    }
  };
  await compare();
  for (let at = 0; at < entries.length; ) {
    // A whole tile in which no head ends is hashed side by side.
    const whole = tree.size % TILE === 0 && entries.length - at >= TILE && (wanted[0]?.size ?? Infinity) >= tree.size + TILE;
    const some = entries.slice(at, at + (whole ? TILE : 1));
    const hashes = await Promise.all(some.map(leafHash));
    await tree.append(await fold(hashes), whole ? TILE_POWER : 0);
    at += some.length;
    await compare();
  }
  if (wanted.length > 0) throw new ProofError("leaves are missing, or a head is older than this look");
}

/** Return the indexes, ascending, of leaves whose tag is of this key: with a log key, every decision (protocol 7.7). */
export async function tagged(key: Bytes, start: number, entries: readonly Bytes[]): Promise<number[]> {
  const found: number[] = [];
  const made = await tags(key, entries.map((leaf) => leaf.slice(TAG)));
  made.forEach((one, i) => {
    if (equal(one, (entries[i] as Bytes).slice(0, TAG))) found.push(start + i);
  });
  return found;
}

/** Return, by number, where each envelope of these words arrived; after four missing numbers there are no more.
 *
 * One number more is looked for than wrong words would need, so that they take as long as words with one envelope.
 */
export async function arrivals(entropy: Bytes, start: number, entries: readonly Bytes[]): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (let number = 0, missing = 0; missing < LIMIT.missing || number <= LIMIT.missing; number++) {
    const [index] = await tagged(await receivedKey(keysOf(entropy, number)), start, entries);
    if (index !== undefined) found.set(number, index);
    missing = index === undefined ? missing + 1 : 0;
  }
  return found;
}

/** Leaves by the hex of their tags, the first of each: so 24 tags a gate are looked up and not compared. */
export function byTag(start: number, entries: readonly Bytes[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  entries.forEach((leaf, i) => {
    const tag = hex(leaf.slice(0, TAG));
    if (!found.has(tag)) found.set(tag, start + i);
  });
  return found;
}
