// Claim: a set in the making is shown as its noise before the first call, then as the clean pictures that the
// network predicts. With a network that sees through the noise: it predicts one grey from the first call on.
import { expect, test } from 'vitest';
import { presetConfig } from '../../../src/settings/presets.ts';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import { initialNoise } from '../../../src/diffusion/sampler.ts';
import type { Predictor } from '../../../src/engine/executor.ts';
import { Drawing } from '../../../src/trainer/samples/drawing.ts';

const GREY = 0.2;
const config = { ...presetConfig('tiny'), imageSize: 2, predictionType: 'epsilon', sampleSteps: 4 } as const;
const levels = noiseLevels(config);

const seesThrough: Predictor = {
  hold: () => ({ release: () => undefined }),
  predict: (_, { sample, timestep }) => {
    const { signal, sigma } = levels(timestep.data[0] as number);
    const noise = (x: number): number => (x - signal * GREY) / sigma;
    return Promise.resolve(sample.data.map(noise));
  },
};

test('noise first, then the predicted picture', async () => {
  const request = { purpose: 'generate', step: 1, weights: 'ema', seed: 5, count: 3 } as const;
  const drawing = new Drawing(seesThrough, levels, config, request);
  const byte = (x: number): number => Uint8ClampedArray.of((x + 1) * 127.5)[0] as number;
  const noise = [...initialNoise(5, 2, 12)].map(byte);
  const colours = (rgba: Uint8ClampedArray): number[] => [...rgba].filter((_, i) => i % 4 !== 3);
  expect(colours(drawing.estimates()[2]!.rgba)).toEqual(noise);
  for (let call = 1; call < 4; call++) {
    expect(await drawing.advance()).toBeNull();
    const now = drawing.estimates();
    for (const { calls, drawn } of now) expect([calls, drawn]).toEqual([call, false]);
    for (const { rgba } of now) expect(colours(rgba)).toEqual(Array(12).fill(byte(GREY)));
  }
  const whole = await drawing.advance();
  expect(whole?.samples.map(({ drawn }) => drawn)).toEqual([true, true, true]);
});
