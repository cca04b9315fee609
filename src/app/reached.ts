// The last step that the page heard of, kept in the index once a second, so that a page that is opened again
// can say how far its run went back, or that it had no checkpoint yet. In the index and not in localStorage,
// which a killed browser may have written a minute ago. Not here: what recovery finds; it never reads this.
import { effect } from '@preact/signals';
import { recall, remember } from '../checkpoint/index-db.ts';
import { runName } from './run-names.ts';
import type { Reached, State, WentBack } from './state.ts';

/** Null where the last step of this run is not known. `step`: at which the run is opened. */
export function wentBack(reached: Reached | null, runId: string, step: number): WentBack | null {
  if (reached?.runId !== runId) return null;
  const steps = Math.max(0, reached.step - step);
  return { steps, seconds: reached.stepsPerSecond ? steps / reached.stepsPerSecond : null };
}

/**
 * What is said of a run that was left before its first checkpoint: it is in the store without one. Null for
 * any other run; a run that was deleted is not in the store.
 */
function unsavedText({
  reachedBefore,
  runs,
  checkpoints,
}: Pick<State, 'reachedBefore' | 'runs' | 'checkpoints'>): string | null {
  const reached = reachedBefore.value;
  const of = ({ runId }: { runId: string }): boolean => runId === reached?.runId;
  if (!reached || reached.step < 1 || !runs.value.some(of) || checkpoints.value.some(of)) return null;
  const steps = `${reached.step.toLocaleString('en-US')} ${reached.step === 1 ? 'step' : 'steps'}`;
  const name = runName(runs.value, reached.runId);
  return `The run ${name} had made ${steps} and no checkpoint yet, so it cannot go on.`;
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

  /** Call it once the last run was looked for: says, once, that it had no checkpoint to come back from. */
  tellUnsaved(): void {
    const text = unsavedText(this.#state);
    if (text === null) return;
    this.#state.notice.value = [this.#state.notice.value, text].filter(Boolean).join(' ');
    void remember(KEY, null).catch(() => undefined);
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
