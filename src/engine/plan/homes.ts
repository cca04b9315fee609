// Memory that outlives a pass: weights, moments, gradients, inputs, results. Each home becomes one GPU
// buffer. Not here: the arena for all other values (memory.ts), the buffers (run/buffers.ts).
import { byteLengthOf, type Value } from './kernels/value.ts';
import { aligned } from './memory.ts';
import type { StateGroup } from '../executor.ts';
import { flatBytes, type FlatLayout } from './flat-layout.ts';

/** Where in a home a value lies. */
export interface Spot {
  home: string;
  /** In bytes. */
  offset: number;
}

export class Homes {
  readonly #spots = new Map<number, Spot>();
  readonly #bytes = new Map<string, number>();

  /** Opens a home of a fixed size, for values at given offsets. */
  open(home: string, bytes: number): void {
    this.#bytes.set(home, bytes);
  }

  /** Puts `value` at byte `offset` of `home`. */
  putAt(value: Value, home: string, offset: number): Value {
    this.#spots.set(value.id, { home, offset });
    return value;
  }

  /** Puts `value` at the end of `home`, which grows. */
  put(value: Value, home: string): Value {
    const offset = this.#bytes.get(home) ?? 0;
    this.#bytes.set(home, offset + aligned(byteLengthOf(value)));
    return this.putAt(value, home, offset);
  }

  spotOf(value: Value): Spot | undefined {
    return this.#spots.get(value.id);
  }

  has = (value: Value): boolean => this.#spots.has(value.id);

  /** Bytes of every home, by name. */
  get sizes(): ReadonlyMap<string, number> {
    return this.#bytes;
  }

  get totalBytes(): number {
    return [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** What a set of flat vectors holds: a part of the trained state, or the gradient. */
export type FlatGroup = StateGroup | 'gradient';

/** The name of the home of one shard. */
export const homeOf = (group: FlatGroup, shard: number): string => `${group} ${shard}`;

/** Opens a home for each shard of `group`. `length` is in elements. */
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

/** Puts one value for each piece of the layout into `group`'s shards; by default the piece's own value. */
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
