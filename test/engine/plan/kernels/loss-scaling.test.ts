// Which numbers of the optimizer a step gets where steps before it were skipped: those of torch, whose AdamW
// and schedule do not count a skipped step.
import { expect, test } from 'vitest';
import { CONTROL, CONTROL_LENGTH, controlOf } from '../../../../src/engine/plan/kernels/control.ts';
import {
  FIRST_LOSS_SCALE,
  lossScaleIn,
  MOST_UNKNOWN,
  scaledControlOf,
  SCALER,
  scalerOf,
} from '../../../../src/engine/plan/kernels/loss-scaling.ts';
import { settings } from '../../small-network.ts';

const BATCH = { first: 0, pictures: 3 };

test('row n is the control vector of a step before which n more were skipped', () => {
  const rows = scaledControlOf(settings(10), 2, BATCH);
  for (let unknown = 0; unknown <= MOST_UNKNOWN; unknown++) {
    const row = rows.slice(unknown * CONTROL_LENGTH, (unknown + 1) * CONTROL_LENGTH);
    if (unknown === 0) row[CONTROL.skipped] = 0;
    expect(row).toEqual(controlOf(settings(8 - unknown), BATCH));
  }
  expect(rows[CONTROL.skipped]).toBe(2);
});

test('a schedule that says what a skipped step means is asked', () => {
  const afterSkipping = (skipped: number) => ({
    ...settings(10 - skipped),
    learningRate: 1 / (10 - skipped),
  });
  const rows = scaledControlOf({ ...settings(10), afterSkipping }, 1, BATCH);
  const wanted = controlOf({ ...settings(8), learningRate: 1 / 8 }, BATCH);
  expect(rows[CONTROL_LENGTH + CONTROL.stepSize]).toBe(wanted[CONTROL.stepSize]);
});

test('no step counts as one before the first', () => {
  const rows = scaledControlOf(settings(1), 0, BATCH);
  expect(rows[CONTROL_LENGTH + CONTROL.correction]).toBe(rows[CONTROL.correction]);
});

test('the scaler is read as it was written', () => {
  const scale = { scale: 1024, growthTracker: 77, skipped: 5 };
  expect(lossScaleIn(scalerOf(scale).subarray(SCALER.scale))).toEqual(scale);
  expect(FIRST_LOSS_SCALE.scale).toBe(65_536);
});
