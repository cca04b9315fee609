// Claims: how far a run went back, in steps, and in seconds at the speed that it had; nothing is said of
// another run; the last step is kept once a second while the run trains, and at once when asked.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recall } from '../../src/checkpoint/index-db.ts';
import { ReachedNote, wentBack } from '../../src/app/reached.ts';
import { createState, emptyNumbers } from '../../src/app/state.ts';
import type { RunSummary } from '../../src/trainer/api.ts';

const reached = { runId: 'run-1', step: 1187, stepsPerSecond: 3.6 };

test('steps, and seconds at the speed that the run had', () => {
  expect(wentBack(reached, 'run-1', 1024)).toEqual({ steps: 163, seconds: 163 / 3.6 });
  expect(wentBack({ ...reached, stepsPerSecond: null }, 'run-1', 1024)).toEqual({
    steps: 163,
    seconds: null,
  });
});

test('nothing was lost where the last step, or a later one, was saved', () => {
  expect(wentBack(reached, 'run-1', 1187)?.steps).toBe(0);
  expect(wentBack(reached, 'run-1', 1190)?.steps).toBe(0);
});

test('of another run, and of one that was never heard of, nothing is known', () => {
  expect(wentBack(reached, 'run-2', 0)).toBeNull();
  expect(wentBack(null, 'run-1', 0)).toBeNull();
});

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('kept once a second while the run trains, and at once when the page is hidden', async () => {
  const state = createState();
  const note = new ReachedNote(state);
  state.run.value = { runId: 'run-1' } as RunSummary;
  state.runState.value = 'training';
  const stepIs = (globalStep: number): void => {
    state.numbers.value = { ...emptyNumbers, globalStep, stepsPerSecond: 2 };
  };
  const kept = async (step: number): Promise<void> => {
    await vi.waitFor(async () =>
      expect(await recall('reached')).toEqual({ runId: 'run-1', step, stepsPerSecond: 2 }),
    );
  };
  stepIs(1);
  await kept(1);
  stepIs(2);
  vi.advanceTimersByTime(1000);
  stepIs(3);
  await kept(3);
  stepIs(4);
  note.write();
  await kept(4);
  state.runState.value = 'validating';
  vi.advanceTimersByTime(1000);
  stepIs(0); // a run that comes back is at its checkpoint: what was lost must still be known
  await note.read();
  expect(state.reachedBefore.value?.step).toBe(4);
});
