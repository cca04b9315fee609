// Claims: a run of every preset is estimated, those with words with their text encoder. Parameters and the
// arithmetic of a step against PyTorch's count of the same networks.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { estimateAll } from '../../src/app/estimate.ts';
import { PRESET_NAMES, type RunConfig } from '../../src/settings/settings.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import type { Machine } from '../../src/trainer/api.ts';

/** A device that does nothing but multiply and add: 1e9 a second. */
const MACHINE: Machine = {
  ...{ backend: 'webgpu', executor: 'plan', planFault: null, gpu: 'a GPU', slow: false, why: null },
  probe: { opMs: 0, macsPerSecond: 1e9 },
  maxTensorBytes: 2 ** 31,
};

test('every preset, with the text encoder where it has words', async () => {
  const estimates = await estimateAll(MACHINE, presetConfig('text-tiny'), 1024);
  for (const preset of PRESET_NAMES) {
    const { secondsPer1000Steps, storageBytes } = estimates[preset]!;
    expect(secondsPer1000Steps, preset).toBeGreaterThan(0);
    expect(Number.isFinite(storageBytes), preset).toBe(true);
  }
  // diffusers' UNet of 26.4 million parameters and transformers' encoder of 4.2 million.
  expect(Math.round(estimates['text']!.parameters / 1e5)).toBe(306);
  expect(Math.round(estimates['text']!.checkpointBytes / 2 ** 20)).toBe(467);
  // diffusers counts 39,641,731 of the UNet, the encoder has 4,216,320.
  expect(estimates['text-wide']!.parameters).toBe(39_641_731 + 4_216_320);
  // PyTorch counts 9.9e12 floating-point operations in 4,700 steps of text-tiny, two a multiply-add; the
  // estimate adds 30 % for what is none.
  const seconds = (4700 * estimates['text-tiny']!.secondsPer1000Steps) / 1000;
  expect((2 * 1e9 * seconds) / 1.3 / 9.9e12).toBeCloseTo(1, 1);
});

test('gradient checkpointing adds half of a forward pass to a step of the plan, and nothing to eager', async () => {
  const secondsOf = async (machine: Machine, config: Partial<RunConfig>) =>
    (await estimateAll(machine, { ...presetConfig('small'), ...config }, 1024)).small!.secondsPer1000Steps;
  const kept = await secondsOf(MACHINE, {});
  expect((await secondsOf(MACHINE, { gradientCheckpointing: true })) / kept).toBeCloseTo(3.5 / 3, 6);
  const eager: Machine = { ...MACHINE, executor: 'eager' };
  expect(await secondsOf(eager, { gradientCheckpointing: true })).toBe(await secondsOf(eager, {}));
});
