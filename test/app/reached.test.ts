// Claims: how far a run went back, in steps, and in seconds at the speed that it had; nothing is said of
// another run, of an import and of a run that is prolonged; of a run that was left before its first
// checkpoint the page says so once. The last step is kept once a second while the run trains, and at once
// when asked.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recall } from '../../src/checkpoint/index-db.ts';
import { applyEvents, type EventHooks } from '../../src/app/apply-event.ts';
import { ReachedNote, wentBack } from '../../src/app/reached.ts';
import { createState, emptyNumbers, type State } from '../../src/app/state.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import type { CheckpointRecord, RunSummary, TrainerEvent } from '../../src/trainer/api.ts';

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

const nothing = (): void => undefined;
const hooks: EventHooks = {
  ...{ fault: nothing, runOpened: nothing, checkpointsChanged: nothing },
  ...{ sheetsChanged: nothing, stateChanged: nothing },
};
const opened = (globalStep: number): TrainerEvent => ({
  type: 'run',
  run: { runId: 'run-1', config: presetConfig('tiny') } as RunSummary,
  ...{ globalStep, epoch: 0, losses: new Float32Array(globalStep), epochLosses: [] },
});
const madeStep = (globalStep: number): TrainerEvent => ({
  type: 'progress',
  progress: {
    ...{ ...emptyNumbers, globalStep, learningRate: 1e-3, gradientNorm: 1 },
    losses: Float32Array.of(1),
  },
});
const stateIs = (state: 'starting' | 'training' | 'finished'): TrainerEvent => ({ type: 'state', state });

test('an import is opened twice, a finished run again when it is prolonged: neither lost or kept a step', () => {
  const state = createState();
  applyEvents(state, [stateIs('starting'), opened(20), opened(20)], hooks);
  expect(state.wentBack.value).toBeNull();
  applyEvents(state, [stateIs('training'), madeStep(21), stateIs('finished'), opened(21)], hooks);
  expect(state.wentBack.value).toBeNull();
});

test('a run whose GPU was lost goes back from its last step here, and says so over a second loss', () => {
  const state = createState();
  applyEvents(state, [opened(4), stateIs('training'), madeStep(5), madeStep(6)], hooks);
  const lose: TrainerEvent[] = [stateIs('starting'), opened(4)];
  applyEvents(state, lose, hooks);
  expect(state.wentBack.value).toEqual({ steps: 2, seconds: null });
  applyEvents(state, lose, hooks);
  expect(state.wentBack.value?.steps).toBe(2);
});

test('a run that was left before its first checkpoint is told of once; one that was deleted is not', async () => {
  const { remember } = await import('../../src/checkpoint/index-db.ts');
  const load = async (changes: (state: State) => void = nothing): Promise<string | null> => {
    const state = createState();
    const note = new ReachedNote(state);
    await note.read();
    state.runs.value = [{ runId: 'run-1', name: 'Planets, 30 Nov' }];
    changes(state);
    note.tellUnsaved();
    return state.notice.value;
  };
  await remember('reached', reached);
  expect(await load((state) => (state.runs.value = []))).toBeNull();
  const record = { runId: 'run-1' } as CheckpointRecord;
  expect(await load((state) => (state.checkpoints.value = [record]))).toBeNull();
  const said = 'The run Planets, 30 Nov had made 1,187 steps and no checkpoint yet, so it cannot go on.';
  expect(await load()).toBe(said);
  await vi.waitFor(async () => expect(await load()).toBeNull());
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
