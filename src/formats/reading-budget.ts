// What reading one file may cost, counted and not timed: a count is the same on every machine, and a test can
// hold it. Not here: what a unit of it is (pickle-reader.ts).

export class ReadingBudget {
  readonly #total: number;
  readonly #exceeded: (total: number) => Error;
  #spent = 0;

  /** `exceeded`: the error of a file that costs more than `total`. */
  constructor(total: number, exceeded: (total: number) => Error) {
    this.#total = total;
    this.#exceeded = exceeded;
  }

  get spent(): number {
    return this.#spent;
  }

  get total(): number {
    return this.#total;
  }

  /** Throws before work of this size is done where the budget does not reach for it. */
  spend(work: number): void {
    if (this.#spent + work > this.#total) throw this.#exceeded(this.#total);
    this.#spent += work;
  }
}
