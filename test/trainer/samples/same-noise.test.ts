// Claim: samples that are given one noise begin from it and add the same noise at each step of a stochastic
// sampler, so that they differ by their prompts alone: sample by sample they are those of a plain set, also
// beyond the 16 of one call.
import { expect, test } from 'vitest';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import type { Predictor } from '../../../src/engine/executor.ts';
import { presetConfig } from '../../../src/settings/presets.ts';
import { Drawing, type DrawingRequest } from '../../../src/trainer/samples/drawing.ts';

const config = { ...presetConfig('tiny'), imageSize: 2, sampler: 'ddpm', sampleSteps: 3 } as const;

/** Predicts from each sample alone, as a network does. */
const executor: Predictor = {
  hold: () => ({ release: () => undefined }),
  predict: (_, { sample, timestep }) =>
    Promise.resolve(sample.data.map((x) => 0.3 * x + 0.0001 * (timestep.data[0] as number))),
};

async function drawn(changes: Partial<DrawingRequest>): Promise<string[]> {
  const from = { runId: 'run-1', config, levels: noiseLevels(config), words: null, classes: null, executor };
  const request = { purpose: 'generate', step: 1, weights: 'ema', seed: 5, count: 18 } as const;
  const drawing = new Drawing(from, { ...request, ...changes });
  const samples: string[] = [];
  while (!drawing.done)
    for (const { rgba } of (await drawing.advance())?.samples ?? []) samples.push(rgba.join());
  return samples;
}

test('noises 0 to 5, three times', async () => {
  const plain = await drawn({});
  expect(new Set(plain).size).toBe(18);
  const noise = Array.from({ length: 18 }, (_, i) => i % 6);
  expect(await drawn({ noise })).toEqual(noise.map((index) => plain[index]));
});
