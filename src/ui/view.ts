// Which of the two views the page shows: `setup` (choose pictures and a size) or `run`. Right after a reload nobody
// knows yet; what was seen last is remembered as a guess for the first moment only.
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { State } from '../app/state.ts';

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

/** The view of a session's state. Once per page. */
export function createView(state: State): ReadonlySignal<View> {
  const guess = signal(remembered());
  const view = computed((): View => {
    if (state.runState.value === 'idle') return 'setup';
    if (state.run.value) return 'run';
    return state.runState.value === 'starting' ? guess.value : 'setup';
  });
  effect(() => {
    if (state.runState.value === 'starting') return;
    guess.value = view.value;
    remember(view.value);
  });
  return view;
}
