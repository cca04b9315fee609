// Claims about plans in mixed precision, before any device: what it saves, and what is stored as halves.
import { describe, expect, test } from 'vitest';
import type { Precision } from '../../../src/engine/plan/kernels/target.ts';
import { planTraining, type TrainingPlan } from '../../../src/engine/plan/training-plan.ts';
import { modelOfRun, presetConfig } from '../../../src/settings/presets.ts';
import type { PresetName } from '../../../src/settings/settings.ts';
import { TILES } from './targets.ts';

function planOf(preset: PresetName, batch: number, precision: Precision): TrainingPlan {
  const { imageSize } = presetConfig(preset);
  const { parameters, network, inputs } = modelOfRun({ preset, imageSize });
  const target = { ...TILES, precision };
  const spec = { parameters, network, inputs: inputs(batch), microBatches: 1, target };
  return planTraining({ ...spec, bufferBytes: 2 ** 31 - 4 });
}

const kernelsOf = ({ mix, gradients, update }: TrainingPlan) => [...mix, ...gradients, ...update];
const halvesOf = (plan: TrainingPlan) =>
  kernelsOf(plan).flatMap(({ bindings }) =>
    bindings.map(({ value }) => value).filter(({ element }) => element === 'f16'),
  );

test('cifar, batch 64, allocates at most 0.6 of what full precision does', () => {
  const [full, mixed] = [planOf('cifar', 64, 'full'), planOf('cifar', 64, 'mixed')];
  const moved = (plan: TrainingPlan) => plan.gradients.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(
    `cifar, mixed of full: ${(mixed.allocatedBytes / full.allocatedBytes).toFixed(3)} of the bytes allocated, ${(moved(mixed) / moved(full)).toFixed(3)} of those bound`,
  );
  expect(mixed.allocatedBytes / full.allocatedBytes).toBeLessThanOrEqual(0.6);
});

describe.each(['tiny', 'text-tiny'] as const)('%s', (preset) => {
  test('in full precision knows no halves and no scale', () => {
    const full = planOf(preset, 4, 'full');
    expect(halvesOf(full)).toEqual([]);
    expect(full.scaler).toBeNull();
    for (const { source, op } of kernelsOf(full)) expect(source, op).not.toMatch(/of_half|to_half|scaler/);
  });

  test('in mixed precision keeps state, statistics, scores and sums in float32', () => {
    const mixed = planOf(preset, 4, 'mixed');
    const halves = halvesOf(mixed);
    expect(halves.length).toBeGreaterThan(50);
    for (const value of halves) expect(mixed.homes.has(value), value.label).toBe(false);
    const labels = halves.map(({ label }) => label);
    expect(labels.filter((label) => /stats|scores|partial|squares|loss|weight$/.test(label))).toEqual([]);
  });

  test('in mixed precision has every value in one element type', () => {
    const elements = new Map<number, string>();
    for (const { bindings } of planOf(preset, 4, 'mixed').gradients)
      for (const { value } of bindings) {
        expect(elements.get(value.id) ?? value.element, value.label).toBe(value.element);
        elements.set(value.id, value.element);
      }
  });
});
