// Memory that outlives a pass: weights, moments, gradients, inputs, results. Each home becomes one GPU buffer.
// Not here: the arena of values that come and go (memory.ts), the buffers themselves (buffers.ts).
import { byteLengthOf, type Value } from './kernels/value.ts';
import { aligned } from './memory.ts';
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

export const GROUP_HOMES = ['weights', 'ema', 'expAvg', 'expAvgSq', 'gradient'] as const;

export type GroupHome = (typeof GROUP_HOMES)[number];

export const homeOf = (group: GroupHome, shard: number): string => `${group} ${shard}`;

/** Puts a value for each of the layout's pieces into `group`'s vectors. */
export function putPieces(
  homes: Homes,
  layout: FlatLayout,
  group: GroupHome,
  values: readonly Value[],
): void {
  layout.pieces.forEach(({ shard, offset }, i) => {
    homes.putAt(values[i] as Value, homeOf(group, shard), flatBytes(offset));
  });
}
