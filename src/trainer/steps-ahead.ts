// Makes what the next steps learn from while a step runs: they are pure functions of (seed, step), so there
// is nothing to save, and what was made ahead and is not wanted is forgotten. Not here: what a step learns
// from (training-step.ts), how long the loop waits for it (rate-meter.ts).
import { yieldToEvents } from '../engine/yield-to-events.ts';

/** Steps made ahead of the one that is asked for. */
const AHEAD = 2;
/** Fewer where their pictures would take more than this many bytes of memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/** How to make a step; `signal` is aborted once no step is wanted any more. */
type Make<T> = (globalStep: number, signal: AbortSignal) => Promise<T>;

/** The steps from `from` to `end` - 1, one after another: the nearest comes first. */
export class StepsAhead<T> {
  readonly #make: Make<T>;
  readonly #end: number;
  readonly #ahead: number;
  readonly #stopped = new AbortController();
  /** Being made, or made and not taken. */
  readonly #steps: Promise<T>[] = [];
  #next: number;
  /** Settles when the last one begun has. */
  #free: Promise<unknown> = Promise.resolve();

  /** stepBytes: of the pictures of one step. */
  constructor({ from, end, stepBytes }: { from: number; end: number; stepBytes: number }, make: Make<T>) {
    this.#next = from;
    this.#end = end;
    this.#ahead = Math.min(AHEAD, Math.floor(MOST_BYTES / stepBytes));
    this.#make = make;
  }

  /** The next step, once it is made; those after it are begun. Rejects as making this step does. */
  take(): Promise<T> {
    while (this.#steps.length <= this.#ahead && this.#next < this.#end) this.#begin(this.#next++);
    const step = this.#steps.shift();
    if (!step) throw new Error('no step is left');
    return step;
  }

  /** No step is wanted any more: one that is being made ends early, and none is begun. */
  stop(): void {
    this.#stopped.abort();
  }

  #begin(globalStep: number): void {
    const { signal } = this.#stopped;
    // In a turn of its own: making a step must not hold up the loop, which gives the GPU the one before.
    const step = this.#free.then(yieldToEvents).then(() => {
      signal.throwIfAborted();
      return this.#make(globalStep, signal);
    });
    this.#steps.push(step);
    // A fault is reported where its step is taken, which may never be.
    this.#free = step.catch(() => undefined);
  }
}
