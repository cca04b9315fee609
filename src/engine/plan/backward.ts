// The backward rules: emits each operation's gradient kernels in reverse order, and adds gradients up if a
// value was read more than once. Not here: forward kernels (forward.ts), the update (training-plan.ts).
import { activationGradient, gegluGradient } from './kernels/activations.ts';
import { attentionBackward, attentionMemory } from './kernels/attention/attention.ts';
import {
  convFilterGradient,
  convGradients,
  convInputGradient,
  filterPartialShape,
  filterSplits,
} from './kernels/conv/conv.ts';
import type { ConvFilterGradient, ConvGeometry, ConvInputGradient } from './kernels/conv/geometry.ts';
import { add, addInto, concat, split, upsampleGradient } from './kernels/elementwise.ts';
import { embeddingGradients } from './kernels/embedding.ts';
import type { Emission } from './emission.ts';
import type { FilterSums } from './filter-sums.ts';
import { concatGeometry, gegluGeometry, type Saved, upsampleGeometry } from './forward.ts';
import type {
  ConvOperation,
  EmbeddingOperation,
  GroupNormOperation,
  LayerNormOperation,
  Operation,
} from './graph.ts';
import { learningValues, operandsOf } from './graph.ts';
import { groupNormBackward } from './kernels/group-norm/group-norm.ts';
import type { GroupNormBackward, InputGradient } from './kernels/group-norm/geometry.ts';
import { layerNormBackward, layerNormBlocks } from './kernels/layer-norm.ts';
import type { Kernel } from './kernels/kernel.ts';
import { storesHalves } from './kernels/target.ts';
import { rowsIn, type Value } from './kernels/value.ts';
import type { Recomputation } from './recomputation.ts';
import type { VectorSums } from './vector-sums.ts';

/** Where the gradients of parameters go. */
export interface ParameterHomes {
  /** The value for the gradient of a parameter, null for any other value. `sums` alone writes rank 1. */
  gradientOf: (parameter: Value) => Value | null;
  /** Collects the gradients of parameters of rank 1 (biases, scales, shifts), and sums them at the end. */
  sums: VectorSums;
  /** Adds the splits of filter gradients. */
  filters: FilterSums;
  control: Value;
}

/**
 * Emits the backward pass of the recomputation's operations. `dOutput` is the gradient of the last
 * operation's result.
 */
export function emitBackward(
  emission: Emission,
  recomputation: Recomputation,
  saved: Saved,
  homes: ParameterHomes,
  dOutput: Value,
): void {
  const { operations } = recomputation;
  const pass = new BackwardPass(emission, operations, saved, homes);
  const last = operations.at(-1);
  if (last) pass.give(last.y, dOutput);
  for (const operation of operations.toReversed()) {
    recomputation.enter(operation, saved);
    pass.emit(operation);
  }
}

/** The columns of `all` that correspond to `x`'s columns of its whole; `all` itself if `x` is whole. */
const columnsAs = (x: Value, all: Value): Value =>
  x.columns ? { ...x, columns: { of: all, first: x.columns.first } } : all;

type Parts = NonNullable<GroupNormOperation['joins']>;
type AddingPerChannel = ConvOperation & { perChannel: Value };
const addsPerChannel = (conv: ConvOperation): conv is AddingPerChannel => conv.perChannel !== null;

class BackwardPass {
  readonly #emission: Emission;
  readonly #operations: readonly Operation[];
  readonly #saved: Saved;
  readonly #homes: ParameterHomes;
  readonly #learning: ReadonlySet<number>;
  readonly #gradients = new Map<number, Value>();
  /** Gradients that something else reads too; never added to in place. */
  readonly #shared = new Set<number>();
  /** Results of convolutions whose per-channel value has its gradient already. */
  readonly #summed = new Set<number>();
  /** The parts of concatenations that norms make, by the id of the concatenation. */
  readonly #joins: ReadonlyMap<number, Parts>;
  /** Concatenations that were made again, by the id of the first. */
  readonly #again = new Map<number, Value>();

  constructor(emission: Emission, operations: readonly Operation[], saved: Saved, homes: ParameterHomes) {
    this.#emission = emission;
    this.#saved = saved;
    this.#homes = homes;
    this.#operations = operations;
    this.#learning = learningValues(operations);
    this.#joins = new Map(
      operations.flatMap((each) =>
        each.op === 'groupNorm' && each.joins ? [[each.x.id, each.joins] as const] : [],
      ),
    );
  }

  /**
   * Makes `gradient` the gradient of `value`, or adds it to the one there is. The gradient of columns was
   * written into its whole already.
   */
  give(value: Value, gradient: Value): void {
    if (value.columns) return;
    const before = this.#gradients.get(value.id);
    const { target } = this.#emission;
    if (!before) {
      this.#gradients.set(value.id, gradient);
    } else if (this.#shared.has(before.id)) {
      const y = this.#emission.gradient(value, value.shape);
      this.#emission.emit(add(target, { a: before, b: gradient, y }));
      this.#gradients.set(value.id, y);
    } else {
      this.#emission.emit(addInto(target, { a: gradient, y: before }));
    }
  }

  /**
   * Where a kernel that can add puts the gradient of `x`. `add`: the gradient there is, to be added. `dx`:
   * that gradient's own memory if nothing else reads it, else new memory.
   */
  #destination(x: Value): { add: Value | null; dx: Value } {
    const before = this.#gradients.get(x.id) ?? null;
    const inPlace = before !== null && !this.#shared.has(before.id);
    const dx = inPlace ? before : this.#emission.gradient(x, x.shape);
    this.#gradients.set(x.id, dx);
    return { add: before, dx };
  }

  /** Emits the rule of `operation`. The rules of all operations that read its result came before. */
  emit(operation: Operation): void {
    const dy = this.#gradients.get(operation.y.id);
    if (!dy || !this.#learning.has(operation.y.id)) return;
    const { target } = this.#emission;
    switch (operation.op) {
      case 'conv':
        return this.#conv(operation, dy);
      case 'groupNorm':
        return this.#groupNorm(operation, dy);
      case 'layerNorm':
        return this.#layerNorm(operation, dy);
      case 'silu':
      case 'gelu':
      case 'quickGelu': {
        const { op, x } = operation;
        if (!this.#learning.has(x.id)) return;
        return this.#emission.emit(activationGradient(target, op, { x, dy, ...this.#destination(x) }));
      }
      case 'geglu': {
        const { x, y } = operation;
        if (!this.#learning.has(x.id)) return;
        const values = { x, dy, ...this.#destination(x) };
        return this.#emission.emit(gegluGradient(target, gegluGeometry(y), values));
      }
      case 'embedding':
        return this.#embedding(operation, dy);
      case 'attention':
        return this.#attention(operation, dy);
      case 'add':
        this.#shared.add(dy.id);
        this.give(operation.a, dy);
        return this.give(operation.b, dy);
      case 'copy':
        this.#shared.add(dy.id);
        return this.give(operation.x, dy);
      case 'concat': {
        const { a, b } = operation;
        const [forA, forB] = [this.#destination(a), this.#destination(b)];
        const values = { dy, addA: forA.add, da: forA.dx, addB: forB.add, db: forB.dx };
        return this.#emission.emit(split(target, concatGeometry(operation), values));
      }
      case 'upsample': {
        const { x } = operation;
        return this.#emission.emit(
          upsampleGradient(target, upsampleGeometry(x), { dy, ...this.#destination(x) }),
        );
      }
      case 'addPerChannel':
      case 'timestepEmbedding':
        throw new Error(`${operation.op} has no backward rule`);
    }
  }

  /**
   * The value `x` of the forward pass, to be read again. Where activations are halves, a concatenation that a
   * norm made is made again from its parts, of which one is kept anyway.
   */
  #kept(x: Value): Value {
    const joins = this.#joins.get(x.id);
    const { target } = this.#emission;
    if (!joins || !storesHalves(target)) return x;
    const known = this.#again.get(x.id);
    if (known) return known;
    const y = this.#emission.activation(`${x.label} again`, x.shape);
    this.#emission.emit(concat(target, concatGeometry(joins), { ...joins, y }));
    this.#again.set(x.id, y);
    return y;
  }

  #groupNorm(operation: GroupNormOperation, dy: Value): void {
    const { geometry, joins, affine, y } = operation;
    const x = this.#kept(operation.x);
    const { target } = this.#emission;
    const stats = this.#saved.get(y.id) as Value;
    const sums = this.#homes.sums.of(affine, geometry.batch);
    const emit = (values: Pick<GroupNormBackward, 'add' | 'to' | 'pictureSums'>) =>
      this.#emission.emit(groupNormBackward(target, geometry, { x, stats, affine, dy, sums, ...values }));
    if (!joins) {
      const { add: before, dx } = this.#destination(operation.x);
      const conv = this.#addingPerChannel(operation);
      const rows = conv && this.#rowsFor(conv);
      emit({ add: before, to: { dx }, pictureSums: rows });
      if (conv && rows) this.give(conv.perChannel, rows);
      return;
    }
    // Every other reader of the joined x has given its gradient: the norm was the first to read it.
    const parts = { a: this.#part(joins.a), b: this.#part(joins.b) };
    emit({ add: this.#gradients.get(operation.x.id) ?? null, to: parts, pictureSums: null });
    for (const key of ['a', 'b'] as const) if (!parts[key].onto) this.give(joins[key], parts[key].value);
  }

  #layerNorm({ geometry, x, affine, y }: LayerNormOperation, dy: Value): void {
    const stats = this.#saved.get(y.id) as Value;
    const sums = this.#homes.sums.of(affine, layerNormBlocks(geometry));
    const to = this.#learning.has(x.id) ? this.#destination(x) : null;
    const values = { x, stats, affine, dy, to, sums };
    this.#emission.emit(layerNormBackward(this.#emission.target, geometry, values));
  }

  #embedding({ geometry, ids, table, positions }: EmbeddingOperation, dy: Value): void {
    const { gradientOf, control } = this.#homes;
    const gradients = {
      table: gradientOf(table) as Value,
      positions: positions && gradientOf(positions),
    };
    this.#emission.emit(
      embeddingGradients(this.#emission.target, geometry, { ids, dy, control, ...gradients }),
    );
  }

  /**
   * The convolution whose output `norm` reads first, if it adds a per-channel value; its gradient is complete
   * at this point. Else null.
   */
  #addingPerChannel(norm: GroupNormOperation): AddingPerChannel | null {
    const reads = (operation: Operation) => operandsOf(operation).some(({ id }) => id === norm.x.id);
    const conv = this.#operations.find(({ y }) => y.id === norm.x.id);
    const isFirst = this.#operations.find(reads) === norm;
    return isFirst && conv?.op === 'conv' && addsPerChannel(conv) ? conv : null;
  }

  /**
   * Memory for the gradient of `conv`'s per-channel value, one row per picture. The sum of its rows is the
   * gradient of the bias.
   */
  #rowsFor({ perChannel, bias, y }: AddingPerChannel): Value {
    const { sums } = this.#homes;
    const { whole } = rowsIn(perChannel);
    const [batch, width] = whole.shape as [number, number];
    const before = perChannel.columns && this.#gradients.get(whole.id);
    const all = before ?? sums.open(`d ${whole.label}`, batch, width);
    this.#shared.add(all.id);
    if (perChannel.columns) this.#gradients.set(whole.id, all);
    this.#summed.add(y.id);
    const rows = columnsAs(perChannel, all);
    return bias ? sums.take(bias, rows) : rows;
  }

  /** Where a kernel that adds in place only puts the gradient of `x`: `onto` says whether it adds. */
  #part(x: Value): InputGradient {
    const before = this.#gradients.get(x.id);
    if (before && !this.#shared.has(before.id)) return { value: before, onto: true };
    return { value: this.#emission.gradient(x, x.shape), onto: false };
  }

  #conv(operation: ConvOperation, dy: Value): void {
    const { geometry, weight, bias, perChannel, residual, y } = operation;
    const { target } = this.#emission;
    const x = this.#kept(operation.x);
    const emit = this.#emission.emit.bind(this.#emission);
    const gradient = this.#homes.gradientOf(weight) as Value;
    const partial = this.#homes.filters.take(operation, gradient) ?? this.#partial(operation);
    const { control } = this.#homes;
    if (perChannel && !this.#summed.has(y.id))
      throw new Error(
        `${y.label}: a per-channel value has a gradient only if a norm is the first to read the convolution`,
      );
    // If there is a per-channel value, the norm has summed the bias's gradient already, picture by picture.
    const biasSums = perChannel || !bias ? null : this.#homes.sums.of(bias, filterSplits(target, geometry));
    const filter = { x, dy, partial, control, gradient, biasSums };
    if (this.#learning.has(operation.x.id)) this.#convGradients(operation, filter);
    else emit(convFilterGradient(target, geometry, filter, this.#emission.tile('filter gradient', geometry)));
    // Last: from here on this memory is the gradient of the residual, which may be added to.
    if (residual) this.give(residual, dy);
  }

  /** Memory for the partial sums of a filter gradient; null where it has one split. */
  #partial({ geometry, weight }: ConvOperation): Value | null {
    const shape = filterPartialShape(this.#emission.target, geometry);
    return shape && this.#emission.make(`d ${weight.label} partial`, shape);
  }

  /**
   * Memory for the gradient of `x`, which has none yet. The gradient of columns lies in that of their whole.
   */
  #place(x: Value): Value {
    const { whole } = rowsIn(x);
    const before = x.columns && this.#gradients.get(whole.id);
    const all = before ?? this.#emission.gradient(whole, whole.shape);
    if (x.columns) this.#gradients.set(whole.id, all);
    return columnsAs(x, all);
  }

  /** The gradients of a convolution whose input learns; an upsampled picture's gradient is summed then. */
  #convGradients({ geometry, x, weight }: ConvOperation, filter: ConvFilterGradient): void {
    const { dy } = filter;
    const emit = this.#emission.emit.bind(this.#emission);
    const { batch, height, width, ins, upsample } = geometry;
    const doubled =
      upsample && this.#emission.gradient({ label: `${x.label} doubled` }, [batch, height, width, ins]);
    const input = { dy, weight, ...(doubled ? { add: null, dx: doubled } : this.#destination(x)) };
    emit(this.#bothGradients(geometry, { ...filter, ...input }));
    if (!doubled) return;
    const values = { dy: doubled, ...this.#destination(x) };
    emit(upsampleGradient(this.#emission.target, upsampleGeometry(x), values));
  }

  #bothGradients(geometry: ConvGeometry, values: ConvFilterGradient & ConvInputGradient): Kernel[] {
    const { target } = this.#emission;
    return (
      convGradients(target, geometry, values, this.#emission.pair(geometry)) ?? [
        ...convFilterGradient(target, geometry, values),
        ...convInputGradient(target, geometry, values),
      ]
    );
  }

  #attention({ geometry, q, k, v, y }: Operation & { op: 'attention' }, dy: Value): void {
    const scores = this.#saved.get(y.id) as Value;
    const { work, keepsScores } = attentionMemory(this.#emission.target, geometry);
    const [dq, dk, dv] = [this.#place(q), this.#place(k), this.#place(v)] as const;
    const values = {
      ...{ q, k, v, y, dy, dq, dk, dv },
      scores: keepsScores ? scores : this.#emission.make('scores again', scores.shape),
      work: this.#emission.make('d scores', work),
    };
    this.#emission.emit(attentionBackward(this.#emission.target, geometry, values));
    this.give(q, dq);
    this.give(k, dk);
    this.give(v, dv);
  }
}
