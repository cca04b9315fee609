// Memory that outlives a pass: weights, moments, gradients, inputs, results. Each home becomes one GPU buffer.
// Not here: the arena of values that come and go (memory.ts), the buffers themselves (buffers.ts).
import { byteLengthOf, type Value } from './kernels/value.ts';
import { aligned } from './memory.ts';
import type { StateGroup } from '../executor.ts';
import { flatBytes, type FlatLayout } from './flat-layout.ts';

export interface Spot {
  home: string;
  /** Bytes. */
  offset: number;
}

export class Homes {
  readonly #spots = new Map<number, Spot>();
  readonly #bytes = new Map<string, number>();

  /** A home of a fixed size, for values at offsets of their own. */
  open(home: string, bytes: number): void {
    this.#bytes.set(home, bytes);
  }

  putAt(value: Value, home: string, offset: number): Value {
    this.#spots.set(value.id, { home, offset });
    return value;
  }

  /** At the end of `home`, which grows. */
  put(value: Value, home: string): Value {
    const offset = this.#bytes.get(home) ?? 0;
    this.#bytes.set(home, offset + aligned(byteLengthOf(value)));
    return this.putAt(value, home, offset);
  }

  spotOf(value: Value): Spot | undefined {
    return this.#spots.get(value.id);
  }

  has = (value: Value): boolean => this.#spots.has(value.id);

  /** Bytes of every home. */
  get sizes(): ReadonlyMap<string, number> {
    return this.#bytes;
  }

  get totalBytes(): number {
    return [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** What the flat vectors hold: the trained state, and the gradient. */
export type FlatGroup = StateGroup | 'gradient';

export const homeOf = (group: FlatGroup, shard: number): string => `${group} ${shard}`;

/** Opens a home for each shard of `group`'s vectors; `length` in elements. */
export const openShards = (
  homes: Homes,
  { shardLengths }: FlatLayout,
  group: FlatGroup,
): { home: string; length: number }[] =>
  shardLengths.map((length, shard) => {
    const home = homeOf(group, shard);
    homes.open(home, flatBytes(length));
    return { home, length };
  });

/** Puts a value for each of the layout's pieces into `group`'s vectors: the piece's own where none are given. */
export function putPieces(
  homes: Homes,
  { pieces }: FlatLayout,
  group: FlatGroup,
  values: readonly Value[] = pieces.map(({ value }) => value),
): void {
  pieces.forEach(({ shard, offset }, i) => {
    homes.putAt(values[i] as Value, homeOf(group, shard), flatBytes(offset));
  });
}
