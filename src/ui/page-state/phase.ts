// Which of the two views the page shows: `setup` (choose pictures and a size) or `run`. Right after a reload nobody
// knows yet: whether there was a run to come back to is remembered as a guess for the first moment only.
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { State } from '../../app/state.ts';

export type View = 'setup' | 'run';
const KEY = 'perennial.view';

function remembered(): View {
  try {
    return localStorage.getItem(KEY) === 'run' ? 'run' : 'setup';
  } catch {
    return 'setup'; // storage is refused in some private windows: only the guess is lost
  }
}

function remember(view: View): void {
  try {
    localStorage.setItem(KEY, view);
  } catch {
    return;
  }
}

/** What the next load of the page will most likely show; null while there is nothing to learn. */
function lasting(state: State): View | null {
  if (state.runState.value === 'idle') return 'setup';
  const runId = state.run.value?.runId;
  // Before its first checkpoint a run cannot come back.
  return runId && state.checkpoints.value.some((record) => record.runId === runId) ? 'run' : null;
}

/** The view of a session's state. Once per page. */
export function createView(state: State): ReadonlySignal<View> {
  const guess = signal(remembered());
  const view = computed((): View => {
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
  return view;
}
