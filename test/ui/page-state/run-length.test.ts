// Which presets a device is too slow for, and which one the page names instead.
import { expect, test } from 'vitest';
import { presetsOf } from '../../../src/settings/preset-families.ts';
import type { Estimate } from '../../../src/app/state.ts';
import { fittingPreset, isTooLong, runTime, secondsOfRun } from '../../../src/ui/page-state/run-length.ts';

const DAY = 86_400;
const lasting = (seconds: number): Estimate => ({
  parameters: 1,
  secondsPer1000Steps: seconds / 2,
  basis: 'probe',
  totalSteps: 2000,
  checkpointBytes: 1,
  checkpointsKept: 1,
  storageBytes: 1,
});

test('a run of more than a week is too long', () => {
  expect(isTooLong(secondsOfRun(lasting(7 * DAY)))).toBe(false);
  expect(isTooLong(secondsOfRun(lasting(7 * DAY + 1)))).toBe(true);
});

test('a run is said to a fifth, or to be too slow', () => {
  expect(runTime(14.9 * 60)).toBe('15 min');
  expect(runTime(8 * DAY)).toBe('too slow here');
});

test('of the presets that fit the one with the longest run is named; none where none fits', () => {
  const estimates = { tiny: lasting(600), small: lasting(3 * DAY), cifar: lasting(400 * DAY) };
  const among = presetsOf(false);
  expect(fittingPreset(estimates, among)).toBe('small');
  expect(fittingPreset({ ...estimates, small: lasting(8 * DAY) }, among)).toBe('tiny');
  expect(fittingPreset({ cifar: lasting(400 * DAY) }, among)).toBeNull();
  const withWords = { ...estimates, 'text-tiny': lasting(DAY), text: lasting(8 * DAY) };
  expect(fittingPreset(withWords, presetsOf(true))).toBe('text-tiny');
});
