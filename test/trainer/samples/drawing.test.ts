// Claim: a set in the making is shown as its noise before the first call, then as the clean pictures that the
// network predicts; every sampler ends in them, also in the second sixteen of a set. With a network that sees
// through the noise: it predicts one grey from the first call on.
import { expect, test } from 'vitest';
import type { RunConfig } from '../../../src/settings/settings.ts';
import { presetConfig } from '../../../src/settings/presets.ts';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import { initialNoise } from '../../../src/diffusion/sampler.ts';
import type { Predictor } from '../../../src/engine/executor.ts';
import { type Drawable, Drawing } from '../../../src/trainer/samples/drawing.ts';

const GREY = 0.2;
const config = { ...presetConfig('tiny'), imageSize: 2, predictionType: 'epsilon', sampleSteps: 4 } as const;

const seesThrough = (settings: RunConfig): Predictor => ({
  hold: () => ({ release: () => undefined }),
  predict: (_, { sample, timestep }) => {
    const { signal, sigma } = noiseLevels(settings)(timestep.data[0] as number);
    const isFlow = settings.predictionType === 'flow_prediction';
    const noise = (x: number): number => (x - signal * GREY) / sigma;
    return Promise.resolve(sample.data.map((x) => (isFlow ? noise(x) - GREY : noise(x))));
  },
});

const drawableOf = (settings: RunConfig): Drawable => ({
  runId: 'run-1',
  config: settings,
  levels: noiseLevels(settings),
  words: null,
  executor: seesThrough(settings),
});

test('noise first, then the predicted picture', async () => {
  const request = { purpose: 'generate', step: 1, weights: 'ema', seed: 5, count: 3 } as const;
  const drawing = new Drawing(drawableOf(config), request);
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

test.each([
  ...(['ddim', 'ddpm', 'dpmpp_2m', 'unipc', 'euler'] as const).map((name) => ['epsilon', name] as const),
  ...(['ddim', 'ddpm', 'dpmpp_2m', 'unipc', 'euler'] as const).map(
    (name) => ['flow_prediction', name] as const,
  ),
])('%s, sampler set to %s: the predicted picture in the end', async (predictionType, sampler) => {
  const settings: RunConfig = { ...config, predictionType, sampler };
  const request = { purpose: 'generate', step: 1, weights: 'ema', seed: 5, count: 17 } as const;
  const drawing = new Drawing(drawableOf(settings), request);
  const bytes = new Set<number>();
  let drawn = 0;
  while (!drawing.done)
    for (const { rgba } of (await drawing.advance())?.samples ?? []) {
      drawn += 1;
      for (const [i, byte] of rgba.entries()) if (i % 4 !== 3) bytes.add(byte);
    }
  expect(drawn).toBe(17);
  expect([...bytes]).toEqual([Uint8ClampedArray.of((GREY + 1) * 127.5)[0]]);
});
