// Claims: samples are due at steps 10, 25, 50, 100 and 200, then by the interval; a smaller interval is kept;
// an epoch's end draws only where the newest samples are an interval old; the last step always draws.
import { expect, test } from 'vitest';
import type { RunConfig } from '../../src/settings/settings.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { nextSamplesStep, samplesDue } from '../../src/settings/sample-schedule.ts';

const NEVER = 1_000_000;
const settings: RunConfig = {
  ...presetConfig('tiny'),
  ...{ batchSize: 4, gradientAccumulationSteps: 1, epochs: 1000, maxSteps: 1500 },
  ...{ sampleEverySteps: 400, checkpointEverySteps: NEVER },
};
const MANY = 4 * NEVER;

/** The steps with samples of a whole run in which every due set is drawn. */
function dueSteps(changes: Partial<RunConfig>, imageCount = MANY): number[] {
  const steps: number[] = [];
  for (let step: number | null = 0; step !== null;) {
    step = nextSamplesStep(step, steps.at(-1) ?? 0, { ...settings, ...changes }, imageCount);
    if (step !== null) steps.push(step);
  }
  return steps;
}

test('early steps, then the interval, then the last step', () => {
  expect(dueSteps({})).toEqual([10, 25, 50, 100, 200, 400, 800, 1200, 1500]);
  expect(dueSteps({ sampleEverySteps: NEVER, maxSteps: 30 })).toEqual([10, 25, 30]);
});

test('a smaller interval is kept', () => {
  expect(dueSteps({ sampleEverySteps: 4, maxSteps: 12 })).toEqual([4, 8, 12]);
  expect(dueSteps({ sampleEverySteps: 20, maxSteps: 60 })).toEqual([10, 20, 40, 60]);
});

test('with step checkpoints between the samples', () => {
  expect(dueSteps({ sampleEverySteps: 8, checkpointEverySteps: 6, maxSteps: 18 })).toEqual([
    6, 8, 12, 16, 18,
  ]);
});

test('an epoch of 9 steps: its end draws only where the newest samples are an interval old', () => {
  const small = 36;
  expect(dueSteps({ sampleEverySteps: 20, maxSteps: 60 }, small)).toEqual([10, 20, 40, 60]);
  // The set of step 20 was skipped: step 27 is the next end of an epoch at least 20 steps after step 5.
  expect(samplesDue(27, 5, { ...settings, sampleEverySteps: 20 }, small)).toBe(true);
  expect(samplesDue(27, 10, { ...settings, sampleEverySteps: 20 }, small)).toBe(false);
  expect(nextSamplesStep(20, 5, { ...settings, sampleEverySteps: 20 }, small)).toBe(27);
});
