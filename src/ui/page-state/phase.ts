// The page's phase: `setup` (choose pictures and a size) or `run`. Right after a reload the phase is not
// known yet: the last one is remembered, as a guess for the first moment only. Not here: the views Train and
// Generate (view.ts).
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { State } from '../../app/state.ts';

export type Phase = 'setup' | 'run';
const KEY = 'perennial.view';

function remembered(): Phase {
  try {
    return localStorage.getItem(KEY) === 'run' ? 'run' : 'setup';
  } catch {
    return 'setup'; // storage is refused in some private windows: only the guess is lost
  }
}

function remember(phase: Phase): void {
  try {
    localStorage.setItem(KEY, phase);
  } catch {
    return;
  }
}

/** What the next load of the page will most likely show; null while there is nothing to learn. */
function lasting(state: State): Phase | null {
  if (state.runState.value === 'idle') return 'setup';
  const runId = state.run.value?.runId;
  // Before its first checkpoint a run cannot come back.
  return runId && state.checkpoints.value.some((record) => record.runId === runId) ? 'run' : null;
}

/** The phase that follows from a session's state. Call it once per page. */
export function createPhase(state: State): ReadonlySignal<Phase> {
  const guess = signal(remembered());
  const phase = computed((): Phase => {
    if (state.runState.value === 'idle') return 'setup';
    if (state.run.value) return 'run';
    return state.runState.value === 'starting' ? guess.value : 'setup';
  });
  effect(() => {
    const known = lasting(state);
    if (!known) return;
    guess.value = known;
    remember(known);
  });
  return phase;
}
