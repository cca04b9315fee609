// Claims: a press of Train starts nothing beside the check of this computer or the search for a run of
// earlier; it is carried out once, where nothing was found, and ends where a run has come back.
import { expect, test, vi } from 'vitest';
import { keptForLater, trainOnceChecked } from '../../src/app/early-train.ts';
import { createState } from '../../src/app/state.ts';
import type { Machine } from '../../src/trainer/api.ts';

function pressedWhileStarting() {
  const state = createState();
  const train = vi.fn();
  trainOnceChecked(state, train);
  state.runState.value = 'starting';
  // The computer is checked, and a run is still looked for.
  state.machine.value = {} as Machine;
  expect(keptForLater(state)).toBe(true);
  expect(state.pressed.value).toEqual({ what: 'train', ref: null });
  expect(train).not.toHaveBeenCalled();
  return { state, train };
}

test('carried out once where nothing was found; a later press is no early one', () => {
  const { state, train } = pressedWhileStarting();
  state.runState.value = 'idle';
  expect(train).toHaveBeenCalledTimes(1);
  expect(state.pressed.value).toBeNull();
  expect(keptForLater(state)).toBe(false);
});

test.each(['validating', 'paused', 'failed', 'unavailable'] as const)('ended by %s', (came) => {
  const { state, train } = pressedWhileStarting();
  state.runState.value = came;
  state.runState.value = 'idle';
  expect(train).not.toHaveBeenCalled();
  expect(state.pressed.value).toBeNull();
});
