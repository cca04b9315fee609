// Claims: a batch that does not fit is split into parts with the same pictures, timesteps and noise; where
// halving does not help, the settings are refused.
import { expect, test } from 'vitest';
import type { RunConfig } from '../../src/settings/settings.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { openPictures } from '../../src/data/sets.ts';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import type { NoisedBatch, StepBatch } from '../../src/engine/executor.ts';
import { pictureValues } from '../../src/engine/picture-values.ts';
import { STREAMS } from '../../src/random.ts';
import { inParts } from '../../src/trainer/in-parts.ts';
import { type TrainingStep, trainingStep } from '../../src/trainer/training-step.ts';

const config = { ...presetConfig('small'), batchSize: 48 };
const atMost = (batch: number) => (tried: RunConfig) => {
  if (tried.batchSize > batch) throw new Error(`${tried.batchSize} do not fit`);
};

test('what fits is left alone', () => {
  expect(inParts(config, atMost(48))).toBe(config);
});

test('a batch is halved until it fits', () => {
  expect(inParts(config, atMost(15))).toMatchObject({ batchSize: 12, gradientAccumulationSteps: 4 });
});

test('a step keeps its pictures, their order, timesteps, noise and settings', async () => {
  const tiny = { ...presetConfig('tiny'), dataset: 'shapes', imageSize: 8, batchSize: 12, randomFlip: true };
  const set = await openPictures('shapes', { imageSize: 8, maxImages: 20 });
  const step = (config: RunConfig) =>
    trainingStep({ config, levels: noiseLevels(config), words: null, classes: null }, set, 100, 3);
  const whole = await step(tiny);
  const parts = await step(inParts(tiny, atMost(4)));
  const picturesOf = (batch: StepBatch) => ('noise' in batch ? batch.pictures.shape[0] : null);
  expect(parts.microBatches.map(picturesOf)).toEqual([3, 3, 3, 3]);
  expect(parts.timesteps).toEqual(whole.timesteps);
  expect(parts.settings).toEqual(whole.settings);
  const joined = ({ microBatches }: TrainingStep, part: (batch: NoisedBatch) => ArrayLike<number>) =>
    microBatches.flatMap((batch) => ('noise' in batch ? Array.from(part(batch)) : []));
  expect(joined(whole, ({ pictures }) => pictures.data)).toHaveLength(12 * 8 * 8 * 3);
  const same: ((batch: NoisedBatch) => ArrayLike<number>)[] = [
    ({ pictures }) => pictureValues(pictures),
    ({ inputs }) => inputs.timestep.data,
    ({ mixture }) => mixture,
    ({ sampleWeights }) => sampleWeights,
  ];
  for (const part of same) expect(joined(parts, part)).toEqual(joined(whole, part));
  const noises = parts.microBatches.map((batch) => ('noise' in batch ? batch.noise : null));
  expect(noises).toEqual(
    [0, 3, 6, 9].map((first) => ({
      seed: tiny.seed,
      step: 3,
      stream: STREAMS.noise,
      first: first * 8 * 8 * 3,
    })),
  );
});

test('an odd part that does not fit is refused', () => {
  expect(() => inParts(config, atMost(2))).toThrow('3 do not fit');
});
