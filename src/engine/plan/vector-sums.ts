// Collects the gradients of all one-dimensional parameters as rows to be summed (one per picture, or one per
// split of a filter gradient), and emits the one kernel that sums them. Not here: the kernels that write the
// rows (group-norm.ts, conv.ts).
import type { Emission } from './emission.ts';
import { alignedElements, flatBytes, type FlatLayout } from './flat-layout.ts';
import type { Homes } from './homes.ts';
import type { Kernel } from './kernels/kernel.ts';
import { byteLengthOf, elementsOf, rowsIn, type Value } from './kernels/value.ts';
import { rowSums } from './kernels/row-sums.ts';

const HOME = 'vector sums';

export class VectorSums {
  readonly #homes: Homes;
  readonly #emission: Emission;
  /** Elements from the start of HOME to the rows' first, keyed by the id of the rows' value. */
  readonly #offsets = new Map<number, number>();
  /** The rows of each parameter, keyed by its id. */
  readonly #rows = new Map<number, Value>();
  #length = 0;

  constructor(homes: Homes, emission: Emission) {
    this.#homes = homes;
    this.#emission = emission;
  }

  /** Makes a value of [rows, length] in HOME. */
  open(label: string, rows: number, length: number): Value {
    const value = this.#homes.putAt(
      this.#emission.make(label, [rows, length]),
      HOME,
      flatBytes(this.#length),
    );
    this.#offsets.set(value.id, this.#length);
    this.#length += alignedElements(elementsOf(value));
    return value;
  }

  /**
   * Declares that the parameter's gradient is the sum of `rows`, an opened value or some of its columns. Call
   * once for each parameter.
   */
  take(parameter: Value, rows: Value): Value {
    this.#rows.set(parameter.id, rows);
    return rows;
  }

  /** Opens [rows, length] for the parameter's gradient. */
  of(parameter: Value, rows: number): Value {
    const [length] = parameter.shape as [number];
    return this.take(parameter, this.open(`d ${parameter.label} in rows`, rows, length));
  }

  /**
   * The kernel that sums the rows of every parameter into the first `vectorLength` elements of `gradient`.
   */
  kernels({ pieces, vectorLength }: FlatLayout, control: Value, gradient: Value): Kernel[] {
    const all = this.#emission.make('vector sums', [Math.max(1, this.#length)]);
    this.#homes.open(HOME, byteLengthOf(this.#homes.putAt(all, HOME, 0)));
    // Elements without rows stay zero: gaps, and parameters that nothing reads.
    const words = () => new Uint32Array(vectorLength);
    const [start, stride, count] = [words(), words(), words()];
    for (const { value, offset } of pieces) {
      const rows = this.#rows.get(value.id);
      if (!rows) continue;
      const { whole, first, stride: each } = rowsIn(rows);
      const from = (this.#offsets.get(whole.id) as number) + first;
      const end = offset + elementsOf(value);
      for (let i = offset; i < end; i++) start[i] = from + i - offset;
      stride.fill(each, offset, end);
      count.fill(rows.shape[0] as number, offset, end);
    }
    const constant = (label: string, numbers: Uint32Array<ArrayBuffer>) =>
      this.#emission.constant(label, numbers);
    return rowSums(this.#emission.target, vectorLength, {
      ...{ sums: all, start: constant('starts', start), stride: constant('strides', stride) },
      ...{ rows: constant('rows', count), control, gradient },
    });
  }
}
