// Claims: the page says what a press does from the press itself until the answer; beside a save other
// commands are taken. Without a trainer: the answer comes in the next turn.
import { beforeEach, expect, test, vi } from 'vitest';
import { shownFault } from '../../src/app/alerts.ts';
import { Session } from '../../src/app/session.ts';
import { createState, type State } from '../../src/app/state.ts';
import type { DatasetInfo, Machine } from '../../src/trainer/api.ts';
import { pressedText, waitsForPressed } from '../../src/ui/page-state/pressed.ts';

let state: State;
let session: Session;

beforeEach(() => {
  state = createState();
  session = new Session(state, new URLSearchParams());
});

test('pressed at once, until the answer', async () => {
  state.runState.value = 'training';
  session.commands.pause();
  expect(pressedText(state)).toBe('Pausing after this step');
  expect(waitsForPressed(state)).toBe(true);
  await vi.waitFor(() => expect(pressedText(state)).toBeNull());
});

test('other commands are taken beside a save; the later press is shown until its own answer', () => {
  session.commands.saveCheckpoint();
  expect(pressedText(state)).toBe('Saving');
  expect(waitsForPressed(state)).toBe(false);
  session.commands.resume();
  expect(pressedText(state)).toBe('Resuming');
});

test('Resume from here names its checkpoint', () => {
  const ref = { runId: 'run-1', generation: 7 };
  session.commands.resumeFrom(ref, {}, null);
  expect(state.pressed.value).toEqual({ what: 'resume-from', ref });
});

test('Train is taken before this computer is checked, and says what it waits for', () => {
  state.runState.value = 'starting';
  session.commands.train();
  expect(state.runState.value).toBe('starting');
  expect(pressedText(state)).toBe('Starting once this computer is checked');
  state.runState.value = 'validating'; // a run has come back
  expect(pressedText(state)).toBeNull();
});

test('Train is refused, with an alert, where the address names pictures that are not here', () => {
  state.machine.value = {} as Machine;
  state.datasets.value = [{ id: 'planets' } as DatasetInfo];
  state.form.value = { ...state.form.value, dataset: 'nope' };
  state.runState.value = 'idle';
  session.commands.train();
  expect(state.runState.value).toBe('idle');
  expect(shownFault(state.alerts.value)).toMatchObject({ expected: 'one of planets', got: 'nope' });
});
