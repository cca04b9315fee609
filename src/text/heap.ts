// A binary heap: the first of many by an order, where others come and go. Not here: what is ordered.

/** Values of which the first can be taken, in O(log n) each. Values that are equal in order come in any. */
export class Heap<T> {
  readonly #values: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  push(value: T): void {
    const values = this.#values;
    let at = values.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = values[parent] as T;
      if (!this.#isBefore(value, above)) break;
      values[at] = above;
      at = parent;
    }
    values[at] = value;
  }

  /** Takes the first value out; undefined from an empty heap. */
  pop(): T | undefined {
    const values = this.#values;
    const first = values[0];
    const last = values.pop();
    if (values.length > 0) this.#sink(last as T);
    return first;
  }

  /** Puts a value in the place of the first one. */
  #sink(value: T): void {
    const values = this.#values;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= values.length) break;
      if (child + 1 < values.length && this.#isBefore(values[child + 1] as T, values[child] as T)) child++;
      if (!this.#isBefore(values[child] as T, value)) break;
      values[at] = values[child] as T;
      at = child;
    }
    values[at] = value;
  }
}
