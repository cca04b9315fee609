// A queue: each work begins when the work before it has settled. Not here: what the work is.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` in its turn. Settles as `work` settles. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
