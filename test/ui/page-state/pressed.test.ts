// Claims: from a press until its answer no other command is taken; except beside a save, and except Skip
// while a pause waits for the samples of a validation.
import { expect, test } from 'vitest';
import { createState, type Pressed } from '../../../src/app/state.ts';
import { waitsForPressed } from '../../../src/ui/page-state/pressed.ts';

const COMMANDS = ['pause', 'resume', 'skip', 'save', 'new-run', 'resume-from'] as const;

/** Commands that are taken while `what` is carried out. */
function taken(what: Pressed['what']): Pressed['what'][] {
  const state = createState();
  state.pressed.value = { what, ref: null };
  return COMMANDS.filter((command) => !waitsForPressed(state, command));
}

test('Skip is taken while a pause waits for the samples', () => {
  expect(taken('pause')).toEqual(['skip']);
});

test('every command is taken beside a save, none beside the others', () => {
  expect(taken('save')).toEqual([...COMMANDS]);
  for (const what of ['resume', 'skip', 'new-run', 'resume-from'] as const) expect(taken(what)).toEqual([]);
});
