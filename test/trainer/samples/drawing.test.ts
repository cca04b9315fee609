// Claim: a set in the making is shown as its noise before the first call, then as the clean pictures that the
// network predicts; every sampler ends in them, also in the second sixteen of a set; latents are not clipped.
// With a network that sees through the noise: it predicts one grey from the first call on.
import { expect, test } from 'vitest';
import type { RunConfig } from '../../../src/settings/settings.ts';
import { PRESETS, presetConfig } from '../../../src/settings/presets.ts';
import { showOf } from '../../../src/data/show.ts';
import { SD_LATENTS } from '../../../src/data/space.ts';
import { type NetworkConfig, UNET_DEFAULTS } from '../../../src/model/unet-config.ts';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import { initialNoise } from '../../../src/diffusion/sampler.ts';
import type { Predictor } from '../../../src/engine/executor.ts';
import { type Drawable, Drawing } from '../../../src/trainer/samples/drawing.ts';

const GREY = 0.2;
const config = { ...presetConfig('tiny'), imageSize: 2, predictionType: 'epsilon', sampleSteps: 4 } as const;

const seesThrough = (settings: RunConfig, picture = GREY): Predictor => ({
  hold: () => ({ release: () => undefined }),
  predict: (_, { sample, timestep }) => {
    const { signal, sigma } = noiseLevels(settings)(timestep.data[0] as number);
    const isFlow = settings.predictionType === 'flow_prediction';
    const noise = (x: number): number => (x - signal * picture) / sigma;
    return Promise.resolve(sample.data.map((x) => (isFlow ? noise(x) - picture : noise(x))));
  },
});

const drawableOf = (settings: RunConfig): Drawable => ({
  runId: 'run-1',
  config: settings,
  levels: noiseLevels(settings),
  words: null,
  classes: null,
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

test('latents go beyond -1..1, and are shown by the linear map', async () => {
  const network = {
    ...UNET_DEFAULTS,
    ...PRESETS.tiny.network,
    inChannels: 4,
    outChannels: 4,
  } as NetworkConfig;
  const settings: RunConfig = { ...config, network };
  const request = { purpose: 'generate', step: 1, weights: 'ema', seed: 5, count: 1 } as const;
  const drawing = new Drawing({ ...drawableOf(settings), executor: seesThrough(settings, 2) }, request);
  let rgba: number[] = [];
  while (!drawing.done) rgba = [...((await drawing.advance())?.samples[0]?.rgba ?? rgba)];
  // Every latent is 2: clipped to 1 the picture would be half as far from the middle.
  expect(rgba.slice(0, 4)).toEqual([...showOf(SD_LATENTS)(new Float32Array(4).fill(2), 4)]);
});
