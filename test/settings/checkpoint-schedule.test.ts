// Claims: at which steps a checkpoint is due, and its name; other programs read the names.
import { expect, test } from 'vitest';
import { positionOf } from '../../src/settings/calendar.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import {
  checkpointDue,
  checkpointName,
  nextCheckpointStep,
  spreadEvery,
} from '../../src/settings/checkpoint-schedule.ts';
import type { RunConfig } from '../../src/settings/settings.ts';

// 28 pictures, batch 4: an epoch has 7 steps; 3 epochs: 21 steps.
const config = { ...presetConfig('tiny'), batchSize: 4, epochs: 3, checkpointEverySteps: 5 };

test('of two names for one step, the one that is kept longer is used', () => {
  expect(checkpointName(5, config, 28)).toBe('unet_step_5');
  expect(checkpointName(7, config, 28)).toBe('unet_epoch_1');
  expect(checkpointName(14, { ...config, checkpointEverySteps: 7 }, 28)).toBe('unet_epoch_2');
  expect(checkpointName(21, config, 28)).toBe('unet_final');
  expect(checkpointName(0, config, 28)).toBe('unet_step_0');
});

test('a checkpoint is due at the interval, at the end of an epoch, and at the last step', () => {
  const due = Array.from({ length: 21 }, (_, i) => i + 1).filter((step) => checkpointDue(step, config, 28));
  expect(due).toEqual([5, 7, 10, 14, 15, 20, 21]);
});

/** The steps of a whole run at which a checkpoint is due; each is the next one after the one before. */
function dueSteps(settings: RunConfig, imageCount: number, last: number): number[] {
  const steps = Array.from({ length: last }, (_, i) => i + 1);
  const due = steps.filter((step) => checkpointDue(step, settings, imageCount));
  expect(due.map((_, i) => nextCheckpointStep(due[i - 1] ?? 0, settings, imageCount))).toEqual(due);
  return due;
}

test('the end of an epoch that is shorter than the interval is saved only where the interval ends with it', () => {
  const settings = { ...config, epochs: 10, checkpointEverySteps: 20 };
  expect(dueSteps(settings, 28, 70)).toEqual([20, 40, 60, 70]);
  expect(dueSteps({ ...settings, checkpointEverySteps: 14 }, 28, 70)).toEqual([14, 28, 42, 56, 70]);
  expect(checkpointName(28, settings, 28)).toBe('unet_epoch_4');
  expect(spreadEvery(settings, 28)).toBe(20);
});

test('the end of an epoch that is as long as the interval or longer is always saved', () => {
  for (const checkpointEverySteps of [7, 5]) {
    const due = dueSteps({ ...config, checkpointEverySteps }, 28, 21);
    for (const epochEnd of [7, 14, 21]) expect(due).toContain(epochEnd);
    expect(spreadEvery({ ...config, checkpointEverySteps }, 28)).toBeNull();
  }
});

test('checkpointEveryEpoch saves every end, as a notebook does', () => {
  const settings = { ...config, checkpointEverySteps: 20, checkpointEveryEpoch: true };
  expect(dueSteps(settings, 28, 21)).toEqual([7, 14, 20, 21]);
  expect(spreadEvery(settings, 28)).toBeNull();
});

test('65 pictures with tiny make 20 checkpoints; with every epoch saved, 254', () => {
  // 4,000 steps, one checkpoint every 200. 235 epochs of 17 steps, one of which ends at a multiple of 200.
  const tiny = presetConfig('tiny');
  expect(dueSteps(tiny, 65, 4000)).toHaveLength(20);
  expect(dueSteps({ ...tiny, checkpointEveryEpoch: true }, 65, 4000)).toHaveLength(20 + 235 - 1);
});

test('the next checkpoint is the nearest of the three', () => {
  expect([0, 5, 7, 15, 20].map((step) => nextCheckpointStep(step, config, 28))).toEqual([5, 7, 10, 20, 21]);
});

test('an epoch that does not divide by the batch has one step more', () => {
  expect(checkpointName(8, config, 29)).toBe('unet_epoch_1');
});

test('a run that began elsewhere counts its epochs on from there', () => {
  // 100 steps and 9 epochs elsewhere; then 28 pictures, batch 4: epoch 10 is complete at step 107.
  const elsewhere = { ...config, epochs: 11, maxSteps: 1000, origin: { globalStep: 100, epoch: 9 } };
  expect(checkpointName(100, elsewhere, 28)).toBe('unet_step_100');
  expect(checkpointDue(107, elsewhere, 28)).toBe(true);
  expect(checkpointName(107, elsewhere, 28)).toBe('unet_epoch_10');
  expect(checkpointName(114, elsewhere, 28)).toBe('unet_final');
  expect(nextCheckpointStep(106, elsewhere, 28)).toBe(107);
  expect(positionOf(elsewhere, 28, 103)).toEqual({ epoch: 9, stepInEpoch: 3 });
});
