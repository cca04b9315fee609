// Gradient checkpointing: what a segment of the network (Ops.checkpoint) makes, and nothing else reads, is
// computed again where the backward pass enters the segment; until then its memory is free. The same kernels
// run again on the same numbers, so every gradient has the bits it has without. Not here: which parts of a
// network are segments (model/unet.ts), lives of values (memory.ts).
import type { Emission } from './emission.ts';
import { emitForward, type Saved } from './forward.ts';
import { type Operation, operandsOf, resultsOf, withValues } from './graph.ts';
import type { Kernel } from './kernels/kernel.ts';
import { rowsIn, type Value } from './kernels/value.ts';

export class Recomputation {
  /** The forward operations as the backward pass knows them: a copy for each value that is computed again. */
  readonly operations: readonly Operation[];
  /** Of each segment its operations, keyed by the last of them. */
  readonly #segments = new Map<Operation, Operation[]>();
  /** Ids of what the forward pass makes: none of it is made again. */
  readonly #kept = new Set<number>();
  readonly #again = new Set<Kernel>();
  readonly #emission: Emission;

  /**
   * After the forward pass of `operations` was emitted. `segmented`: whether segments are computed again;
   * false: everything is kept. `output` is read from outside.
   */
  constructor(emission: Emission, operations: readonly Operation[], output: Value, segmented: boolean) {
    this.#emission = emission;
    const copies = segmented ? copiesOf(emission, operations, output) : new Map<number, Value>();
    this.operations = operations.map((operation) => withCopies(operation, copies));
    if (!segmented) return;
    for (const { id } of operations.flatMap(resultsOf)) this.#kept.add(id);
    for (const own of segmentsOf(this.operations)) this.#segments.set(own.at(-1) as Operation, own);
  }

  /** Emits the segment again whose last operation this is, before its backward rule is emitted. */
  enter(operation: Operation, saved: Saved): void {
    const segment = this.#segments.get(operation) ?? [];
    const kernels = this.#emission.emittedBy(() => {
      for (const own of segment) emitForward(this.#emission, own, saved);
    });
    for (const kernel of kernels) this.#again.add(kernel);
  }

  /**
   * The kernels without those that compute again what no kernel after them reads: a segment ends as soon as
   * the backward pass has what it needs, as in torch.utils.checkpoint (early stop).
   */
  withoutUnread(kernels: readonly Kernel[]): Kernel[] {
    const read = new Set<number>();
    const makesWhatIsRead = ({ bindings }: Kernel) =>
      bindings.some(({ value: { id }, access }) => access !== 'read' && read.has(id) && !this.#kept.has(id));
    const needed = kernels.toReversed().filter((kernel) => {
      if (this.#again.has(kernel) && !makesWhatIsRead(kernel)) return false;
      for (const { value, access } of kernel.bindings) if (access !== 'write') read.add(value.id);
      return true;
    });
    return needed.toReversed();
  }
}

/** The operations of each segment, in order. */
function segmentsOf(operations: readonly Operation[]): Operation[][] {
  const segments = new Map<number, Operation[]>();
  for (const operation of operations) {
    const { segment } = operation;
    if (segment !== undefined) segments.set(segment, [...(segments.get(segment) ?? []), operation]);
  }
  return [...segments.values()];
}

/** A copy of each value that only the segment reads which makes it, by the value's id. */
function copiesOf({ values }: Emission, operations: readonly Operation[], output: Value): Map<number, Value> {
  const outside = new Set([output.id]);
  const makers = new Map(
    operations.flatMap((operation) => resultsOf(operation).map(({ id }) => [id, operation] as const)),
  );
  for (const operation of operations)
    for (const { id } of operandsOf(operation).map((value) => rowsIn(value).whole))
      if (makers.get(id)?.segment !== operation.segment) outside.add(id);
  const inside = operations
    .filter(({ segment }) => segment !== undefined)
    .flatMap(resultsOf)
    .filter(({ id }) => !outside.has(id));
  return new Map(
    inside.map((value) => [value.id, values.make(`${value.label} again`, value.shape, value.element)]),
  );
}

/** A reshaped value keeps its shape, columns their place. */
function withCopies(operation: Operation, copies: ReadonlyMap<number, Value>): Operation {
  if (operation.segment === undefined) return operation;
  const copyOf = (value: Value): Value => {
    const copy = copies.get(value.id);
    return copy ? { ...copy, shape: value.shape } : value;
  };
  return withValues(operation, (value) =>
    value.columns ? { ...value, columns: { ...value.columns, of: copyOf(value.columns.of) } } : copyOf(value),
  );
}
