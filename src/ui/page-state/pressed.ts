// What the page says from a press until the trainer's answer. Not here: the commands (app/session.ts).
import type { State } from '../../app/state.ts';

/** A sentence without its full stop, for buttons and the status strip; null while nothing was pressed. */
export function pressedText(state: State): string | null {
  switch (state.pressed.value?.what) {
    case 'pause':
      return state.runState.value === 'validating' ? 'Pausing after the samples' : 'Pausing after this step';
    case 'resume':
      return 'Resuming';
    case 'skip':
      return 'Skipping';
    case 'save':
      return 'Saving';
    case 'new-run':
      return 'Ending this run';
    case 'resume-from':
      return 'Opening the checkpoint';
    case undefined:
      return null;
  }
}

/** Whether other commands wait for the one that was pressed. Training goes on beside a save. */
export const waitsForPressed = (state: State): boolean =>
  state.pressed.value !== null && state.pressed.value.what !== 'save';
