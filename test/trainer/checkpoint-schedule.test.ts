// Claims: at which steps a checkpoint is due, and its name; other programs read the names.
import { expect, test } from 'vitest';
import { positionOf } from '../../src/settings/calendar.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { checkpointDue, checkpointName, nextCheckpointStep } from '../../src/trainer/checkpoint-schedule.ts';

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
