// One after another: each piece of work begins when the one before has ended, well or badly. Not here: what the work is.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** The work's own result or failure, once it had its turn. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
