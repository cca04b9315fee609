// Train that is pressed while this computer is still checked, or a run of earlier is looked for: kept, and
// carried out where no run has come back. Not here: starting a run (session.ts).
import { effect, untracked } from '@preact/signals';
import type { State } from './state.ts';

/**
 * Keeps a press of Train, and returns true, while this computer is checked and a run of earlier is looked
 * for: a run that began beside the search would be closed where nothing is found.
 */
export function keptForLater(state: Pick<State, 'runState' | 'pressed'>): boolean {
  if (state.runState.value !== 'starting') return false;
  state.pressed.value = { what: 'train', ref: null };
  return true;
}

/** Calls `train` for a kept press once the page is idle; a run that comes back, or a failure, ends it. */
export function trainOnceChecked(state: Pick<State, 'pressed' | 'runState'>, train: () => void): void {
  effect(() => {
    const now = state.runState.value;
    if (state.pressed.value?.what !== 'train' || now === 'starting') return;
    untracked(() => {
      state.pressed.value = null;
      if (now === 'idle') train();
    });
  });
}
