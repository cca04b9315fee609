// Which convolutions have the splits of their filter gradients added in one dispatch: neighbours in the
// backward pass, as long as their partial sums are few bytes. For GPUs in hardware, where a dispatch drains
// before the next one starts. Not here: the kernels (kernels/conv/tiles/).
import type { Emission } from './emission.ts';
import { alignedElements, type FlatLayout } from './flat-layout.ts';
import type { ConvOperation, Operation } from './graph.ts';
import { filterPartialShape } from './kernels/conv/conv.ts';
import { filterSums, type SplitGradient } from './kernels/conv/tiles/filter-sums.ts';
import { elementsOf, type Value } from './kernels/value.ts';

/**
 * Partial sums of one dispatch: 4 MiB in the first, 16 from the fourth on. When the backward pass begins, the
 * forward pass's values still live; what it frees makes room later.
 */
const mostElements = (dispatch: number): number => Math.min(dispatch + 1, 4) * 2 ** 20;

interface Group {
  shard: number;
  four: boolean;
  /** Elements of all partial sums. */
  length: number;
  /** Made when the first convolution of the group comes. */
  partials: Value | null;
  ready: SplitGradient[];
}

/** Where the partial sums and the gradient of a convolution lie. */
interface Place {
  group: Group;
  /** Elements from the start of the group's partial sums. */
  first: number;
  shape: readonly number[];
  /** Elements from the start of the shard. */
  offset: number;
}

export class FilterSums {
  readonly #emission: Emission;
  readonly #control: Value;
  readonly #shards: readonly Value[];
  /** By the id of a convolution's result. */
  readonly #places = new Map<number, Place>();
  #open: Group | null = null;

  /** `shards`: the flat vectors of the gradient. `operations`: of the forward pass. */
  constructor(
    emission: Emission,
    { pieces }: FlatLayout,
    operations: readonly Operation[],
    { control, shards }: { control: Value; shards: readonly Value[] },
  ) {
    this.#emission = emission;
    this.#control = control;
    this.#shards = shards;
    if (emission.target.family !== 'tiles') return;
    const pieceOf = new Map(pieces.map((piece) => [piece.value.id, piece]));
    let group: Group | null = null;
    let groups = 0;
    for (const operation of operations.toReversed()) {
      if (operation.op !== 'conv') continue;
      const shape = filterPartialShape(emission.target, operation.geometry);
      const piece = pieceOf.get(operation.weight.id);
      if (!shape || !piece) continue;
      const elements = alignedElements(shape.reduce((product, edge) => product * edge, 1));
      const four = elementsOf(piece.value) % 4 === 0;
      const fits = group?.shard === piece.shard && group.four === four;
      if (!group || !fits || group.length + elements > mostElements(groups - 1)) {
        group = { shard: piece.shard, four, length: 0, partials: null, ready: [] };
        groups++;
      }
      this.#places.set(operation.y.id, { group, first: group.length, shape, offset: piece.offset });
      group.length += elements;
    }
  }

  /**
   * Where the convolution's filter gradient puts its partial sums, and its gradient; null: it adds its splits
   * itself. Emits the sums of convolutions before, where this one is not added with them.
   */
  take({ y }: ConvOperation, gradient: Value): Value | null {
    const place = this.#places.get(y.id);
    if (!place) return null;
    const { group, first, shape, offset } = place;
    if (this.#open !== group) this.close();
    this.#open = group;
    group.partials ??= this.#emission.make('filter partials', [1, group.length]);
    const shard = this.#shards[group.shard] as Value;
    const partial = {
      ...this.#emission.make(`${gradient.label} partial`, shape),
      columns: { of: group.partials, first },
    };
    group.ready.push({ partial, gradient: { ...gradient, columns: { of: shard, first: offset } } });
    return partial;
  }

  /** Emits the sums of all convolutions taken so far. */
  close(): void {
    if (this.#open) this.#emission.emit([filterSums(this.#open.ready, this.#control)]);
    this.#open = null;
  }
}
