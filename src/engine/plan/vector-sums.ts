// Where the gradients of all one-dimensional parameters wait, each as some rows to be added up (a picture's, or a split's of a
// filter gradient), and the one kernel that adds them. Not here: what makes the rows (group-norm.ts, conv.ts, pixel-sums.ts).
import type { Emission } from './emission.ts';
import { alignedElements, type FlatLayout } from './flat-layout.ts';
import type { Homes } from './homes.ts';
import { elementsOf, type Kernel, type Value } from './kernel.ts';
import { rowSums } from './row-sums.ts';

const HOME = 'vector sums';

export class VectorSums {
  readonly #homes: Homes;
  readonly #emission: Emission;
  /** [rows, length] of a parameter, by its id; `offset` in elements. */
  readonly #places = new Map<number, { place: Value; offset: number }>();
  #length = 0;

  constructor(homes: Homes, emission: Emission) {
    this.#homes = homes;
    this.#emission = emission;
  }

  /** [rows, length] for the parameter's gradient. Once for each parameter. */
  open = (parameter: Value, rows: number): Value => {
    if (parameter.shape.length !== 1) throw new Error(`${parameter.label} is no vector`);
    const place = this.#emission.make(`d ${parameter.label} in rows`, [rows, parameter.shape[0] as number]);
    this.#homes.putAt(place, HOME, this.#length * 4);
    this.#places.set(parameter.id, { place, offset: this.#length });
    this.#length += alignedElements(elementsOf(place));
    return place;
  };

  /** Adds all rows up into the first `vectorLength` elements of `gradient`. `parameters` as the layout's parts. */
  kernels(layout: FlatLayout, parameters: readonly Value[], control: Value, gradient: Value): Kernel[] {
    const length = layout.vectorLength;
    const all = this.#emission.make('vector sums', [Math.max(1, this.#length)]);
    this.#homes.putAt(all, HOME, 0);
    this.#homes.open(HOME, 4 * elementsOf(all));
    // Gaps have no rows: they stay zero.
    const [start, stride, rows] = [0, 1, 2].map(() => new Uint32Array(length)) as [
      Uint32Array<ArrayBuffer>,
      Uint32Array<ArrayBuffer>,
      Uint32Array<ArrayBuffer>,
    ];
    layout.parts.forEach((part, i) => {
      const { place, offset } = this.#places.get((parameters[i] as Value).id) ?? {};
      if (!place || offset === undefined) return;
      const [count, width] = place.shape as [number, number];
      for (let c = 0; c < width; c++) start[part.offset + c] = offset + c;
      stride.fill(width, part.offset, part.offset + width);
      rows.fill(count, part.offset, part.offset + width);
    });
    const constant = (label: string, numbers: Uint32Array<ArrayBuffer>) =>
      this.#emission.constant(label, numbers);
    return rowSums(this.#emission.family, length, {
      ...{ sums: all, start: constant('starts', start), stride: constant('strides', stride) },
      ...{ rows: constant('rows', rows), control, gradient },
    });
  }
}
