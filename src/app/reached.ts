// The last step that the page heard of, kept in the index once a second, so that a page that is opened again
// can say how far its run went back. In the index and not in localStorage, which a killed browser may have
// written a minute ago. Not here: what recovery finds, which never reads this.
import { effect } from '@preact/signals';
import { recall, remember } from '../checkpoint/index-db.ts';
import type { Reached, State, WentBack } from './state.ts';

/** Null where the last step of this run is not known. `step`: at which the run is opened. */
export function wentBack(reached: Reached | null, runId: string, step: number): WentBack | null {
  if (reached?.runId !== runId) return null;
  const steps = Math.max(0, reached.step - step);
  return { steps, seconds: reached.stepsPerSecond ? steps / reached.stepsPerSecond : null };
}

const KEY = 'reached';
const EVERY_MS = 1000;

export class ReachedNote {
  readonly #state: State;
  #writtenAt = -Infinity;

  /** From now on follows the state's steps. Call it once per page: it is never released. */
  constructor(state: State) {
    this.#state = state;
    effect(() => {
      void state.numbers.value;
      if (performance.now() - this.#writtenAt >= EVERY_MS) this.write();
    });
  }

  /** Hands the state what an earlier page wrote. */
  async read(): Promise<void> {
    const stored = await recall(KEY).catch(() => undefined);
    this.#state.reachedBefore.value = (stored as Reached | undefined) ?? null;
  }

  /** Writes the last step now: the page may be closed. */
  write(): void {
    const { run, runState, numbers } = this.#state;
    const runId = run.peek()?.runId;
    if (!runId || runState.peek() !== 'training') return;
    this.#writtenAt = performance.now();
    const { globalStep: step, stepsPerSecond } = numbers.peek();
    const reached: Reached = { runId, step, stepsPerSecond };
    // Only a sentence on the page depends on it.
    void remember(KEY, reached).catch(() => undefined);
  }
}
