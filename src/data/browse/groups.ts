// Things by their indices, joined into groups: the disjoint sets of Galler and Fischer (1964). Pure.

export class Groups {
  /** Another one of the same group, smaller; the smallest names itself. */
  readonly #next: Uint32Array;

  constructor(count: number) {
    this.#next = Uint32Array.from({ length: count }, (_, i) => i);
  }

  /** From now on `a` and `b`, and all that are with them, are in one group. */
  join(a: number, b: number): void {
    const [first, second] = [this.firstOf(a), this.firstOf(b)];
    this.#next[Math.max(first, second)] = Math.min(first, second);
  }

  /** The smallest index of a group. */
  firstOf(index: number): number {
    const next = this.#next;
    let at = index;
    while (next[at] !== at) {
      const further = next[next[at] as number] as number;
      next[at] = further;
      at = further;
    }
    return at;
  }

  /** The groups of two or more, the indices in each ascending; by the first of each. */
  several(): Uint32Array<ArrayBuffer>[] {
    const sizes = new Uint32Array(this.#next.length);
    const count = (first: number): number => (sizes[first] = (sizes[first] as number) + 1);
    this.#next.forEach((_, index) => count(this.firstOf(index)));
    const found = new Map<number, { indices: Uint32Array<ArrayBuffer>; filled: number }>();
    this.#next.forEach((_, index) => {
      const first = this.firstOf(index);
      if ((sizes[first] as number) < 2) return;
      const group = found.get(first) ?? { indices: new Uint32Array(sizes[first] as number), filled: 0 };
      found.set(first, group);
      group.indices[group.filled++] = index;
    });
    return [...found.values()].map(({ indices }) => indices);
  }
}
