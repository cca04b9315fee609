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
    ...{
      pictures: 'as-begun',
      prompts: null,
      runId: 'run-1',
      parent: '',
      executor: 'plan',
      shapesChosen: {},
      parameters: 1,
      checkpointBytes: 1,
      poolSlots: 1,
      slotBytes: 1,
    },
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

test('none where the run does not go on by itself', () => {
  for (const now of ['paused', 'failed', 'finished', 'unavailable', 'elsewhere'] as const) {
    const state = running();
    state.runState.value = now;
    expect(next(state, 10, [12])).toEqual([null]);
  }
});

test('later where drawing has had its share; not known while samples that are owed wait for a set', () => {
  const state = running();
  const wait = { globalStep: 12, stepsPerSecond: 10, samplesWaitMs: 1000 };
  state.frames.value = [{ step: 10 }];
  const at = (samplesOwed: boolean): number | null => {
    state.numbers.value = { ...emptyNumbers, ...wait, samplesOwed };
    return createLooking(state).nextSamples.value;
  };
  expect([at(false), at(true)]).toEqual([22, 22]); // due at 20, allowed at 22
  wait.samplesWaitMs = 0;
  expect([at(false), at(true)]).toEqual([20, 13]);
  const set = {
    size: 1,
    weights: 'ema',
    seed: 0,
    samples: [],
    finite: true,
    calls: 9,
    prompts: null,
    watched: null,
  } as const;
  state.samples.value = { ...set, samples: [], step: 10, complete: false };
  expect([at(false), at(true)]).toEqual([20, null]);
});
