// The right edge of a tree: enough to append, and to know the root (RFC 6962).
import { type Bytes } from "./bytes";
import { require } from "./errors";
import { sha256 } from "./hashing";
import { nodeHash } from "./merkle";

export class Frontier {
  private edge: Bytes[];

  /** `edge`: roots of the whole subtrees that `size` leaves are made of, the largest first. */
  constructor(
    public size: number,
    edge: readonly Bytes[],
  ) {
    require(edge.every((one) => one.length === 32), "edge");
    this.edge = [...edge];
  }

  copy(): Frontier {
    return new Frontier(this.size, this.edge);
  }

  /** Add a whole subtree of 2^power leaves, or one leaf hash. Its place must be a multiple of its size. */
  async append(hash: Bytes, power = 0): Promise<void> {
    require(this.size % 2 ** power === 0, "edge");
    let root = hash;
    for (let size = this.size / 2 ** power; size % 2 === 1; size = (size - 1) / 2) {
      root = await nodeHash(this.edge.pop() as Bytes, root);
    }
    this.edge.push(root);
    this.size += 2 ** power;
  }

  async root(): Promise<Bytes> {
    const [last, ...others] = [...this.edge].reverse();
    if (last === undefined) return sha256(new Uint8Array());
    let root = last;
    for (const left of others) root = await nodeHash(left, root);
    return root;
  }
}
