// Claims: the page names the step of the next samples as the trainer draws them: early steps, then an epoch's
// end where the newest samples are old enough; none while paused and at the run's end.
import { expect, test } from 'vitest';
import { createState, emptyNumbers, type State } from '../../../src/app/state.ts';
import { presetConfig } from '../../../src/settings/presets.ts';
import { createLooking } from '../../../src/ui/page-state/looking.ts';

/** A run of 60 steps in epochs of 9, with samples every 20 steps. */
function running(): State {
  const state = createState();
  const intervals = { sampleEverySteps: 20, checkpointEverySteps: 1_000_000 };
  state.run.value = {
    ...{ runId: 'run-1', parent: '', executor: 'plan', parameters: 1, checkpointBytes: 1, poolSlots: 1 },
    config: { ...presetConfig('tiny'), ...intervals, batchSize: 4, maxSteps: 60, epochs: 1000 },
    dataset: { id: 'shapes', title: 'Shapes', count: 36, size: 16 },
    ...{ stepsPerEpoch: 9, lastStep: 60, started: '' },
  };
  state.runState.value = 'training';
  return state;
}

/** The next samples at each of these steps, the newest set being that of step `newest`. */
function next(state: State, newest: number, steps: number[]): (number | null)[] {
  state.frames.value = [{ step: newest }];
  return steps.map((globalStep) => {
    state.numbers.value = { ...emptyNumbers, globalStep };
    return createLooking(state).nextSamples.value;
  });
}

test('early, by the interval, at the last step', () => {
  expect(next(running(), 0, [0, 9])).toEqual([10, 10]);
  expect(next(running(), 10, [10, 19])).toEqual([20, 20]);
  expect(next(running(), 40, [45, 60])).toEqual([60, null]);
});

test("an epoch's end where the newest samples are an interval old", () => {
  expect(next(running(), 5, [20])).toEqual([27]);
});

test('none while paused', () => {
  const state = running();
  state.runState.value = 'paused';
  expect(next(state, 10, [12])).toEqual([null]);
});
