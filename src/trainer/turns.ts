// A queue of tasks: each begins when the task before it has settled. Not here: the tasks.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` in its turn. Settles as `work` settles. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
