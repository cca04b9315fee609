// What the page says from a press until the trainer's answer. Not here: the commands (app/session.ts).
import type { Pressed, State } from '../../app/state.ts';

/** A sentence without its full stop, for buttons and the status strip; null while nothing was pressed. */
export function pressedText(state: State): string | null {
  switch (state.pressed.value?.what) {
    case 'train':
      return 'Starting once this computer is checked';
    case 'pause':
      return state.runState.value === 'validating' ? 'Pausing after the samples' : 'Pausing after this step';
    case 'resume':
      return 'Resuming';
    case 'train-longer':
      return 'Going on';
    case 'skip':
      return 'Skipping';
    case 'save':
      return 'Saving';
    case 'new-run':
      return 'Ending this run';
    case 'delete-run':
      return 'Deleting this run';
    case 'resume-from':
      return 'Opening the checkpoint';
    case 'use-here':
      return 'Waiting for the other tab to save';
    case undefined:
      return null;
  }
}

/**
 * Whether `command`, or any command where left out, waits for the one that was pressed. Training goes on
 * beside a save, and Skip ends the validation that a pause waits for.
 */
export function waitsForPressed(state: State, command?: Pressed['what']): boolean {
  const what = state.pressed.value?.what;
  if (what === undefined || what === 'save') return false;
  return !(what === 'pause' && command === 'skip');
}
