// Claims about input, target and weight: a target read back gives picture and noise, min-SNR by the paper's
// formula.
import { describe, expect, it } from 'vitest';
import { noiseLevels, type PredictionType } from '../../src/diffusion/noise-levels.ts';
import { cleanAndNoise, lossWeights, mixtureOf } from '../../src/diffusion/target.ts';
import { givenBatch } from '../../src/engine/eager/given-batch.ts';
import { STREAMS, normals, uniforms } from '../../src/random.ts';

const LEVELS = noiseLevels({ predictionType: 'epsilon', noiseSchedule: 'cosine' });
const FLOW = noiseLevels({ predictionType: 'flow_prediction', noiseSchedule: 'cosine' });
const levelsOf = (predictionType: PredictionType) => (predictionType === 'flow_prediction' ? FLOW : LEVELS);
const TIMESTEPS = [0, 250, 700, 998];
const SIZE = 12;
const pictures = uniforms(1, 0, STREAMS.drawing, TIMESTEPS.length * SIZE).map((u) => 2 * u - 1);
const noise = normals(1, 0, STREAMS.noise, TIMESTEPS.length * SIZE);
const mixed = (predictionType: PredictionType) =>
  givenBatch({
    inputs: { timestep: { data: Float32Array.from(TIMESTEPS), shape: [TIMESTEPS.length] } },
    pictures: { data: pictures, shape: [TIMESTEPS.length, 1, 4, 3] },
    mixture: mixtureOf(predictionType, levelsOf(predictionType), TIMESTEPS),
    noise: { seed: 1, step: 0, stream: STREAMS.noise, first: 0 },
    sampleWeights: new Float32Array(TIMESTEPS.length),
  });

describe('the noisy pictures', () => {
  it('is sqrt(abar) x0 + sqrt(1 - abar) eps with each picture at its own timestep', () => {
    mixed('epsilon').inputs.sample.data.forEach((value, i) => {
      const { alphaBar } = LEVELS(TIMESTEPS[Math.floor(i / SIZE)] as number);
      const expected =
        Math.sqrt(alphaBar) * (pictures[i] as number) + Math.sqrt(1 - alphaBar) * (noise[i] as number);
      expect(Math.abs(value - expected)).toBeLessThan(3e-7);
    });
  });
});

describe.each(['epsilon', 'v_prediction', 'flow_prediction'] as const)('%s', (predictionType) => {
  it('the target, read back as a prediction, gives the picture and the noise', () => {
    const { inputs, target } = mixed(predictionType);
    inputs.sample.data.forEach((value, i) => {
      const level = levelsOf(predictionType)(TIMESTEPS[Math.floor(i / SIZE)] as number);
      const read = cleanAndNoise(predictionType, level, value, target[i] as number);
      // The input is float32; where the noise is predicted, its error is divided by sqrt(abar).
      const tolerance = 1e-6 / (predictionType === 'epsilon' ? level.signal : 1);
      expect(Math.abs(read.clean - (pictures[i] as number))).toBeLessThan(tolerance);
      expect(Math.abs(read.noise - (noise[i] as number))).toBeLessThan(1e-6);
    });
  });

  it('gamma 0 weighs every timestep alike', () => {
    expect([...lossWeights(predictionType, LEVELS, TIMESTEPS, 0)]).toEqual([1, 1, 1, 1]);
  });
});

describe('lossWeights', () => {
  // t = 250: abar 0.845888, snr 5.488787; t = 700: abar 0.201869, snr 0.252927 (float64, Python).
  it('caps the signal-to-noise ratio for epsilon', () => {
    const [low, high] = lossWeights('epsilon', LEVELS, [250, 700], 5);
    expect(low).toBeCloseTo(5 / 5.488787, 5);
    expect(high).toBe(1);
  });
  it('and for v', () => {
    const [low, high] = lossWeights('v_prediction', LEVELS, [250, 700], 5);
    expect(low).toBeCloseTo(5 / 6.488787, 5);
    expect(high).toBeCloseTo(0.252927 / 1.252927, 5);
  });
});
