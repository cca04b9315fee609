// A network with every operation of ops.ts, small enough for a software GPU, with batches and settings to
// train it. For tests of executors; the real network is model/unet.ts. Not a test.
import type {
  Network,
  ExecutorState,
  ParameterSpec,
  GivenBatch,
  StepSettings,
} from '../../src/engine/executor.ts';
import type { BatchShape, Inputs } from '../../src/engine/inputs.ts';
import { sizeOf } from '../../src/engine/layout.ts';
import { wavy } from './reference.ts';

const CONV = { kernel: 3, stride: 1, padding: 'same' } as const;

export const PARAMETERS: readonly ParameterSpec[] = [
  { name: 'in.weight', shape: [4, 3, 3, 3] },
  { name: 'in.bias', shape: [4] },
  { name: 'time.weight', shape: [4, 4] },
  { name: 'time.bias', shape: [4] },
  { name: 'norm.weight', shape: [4] },
  { name: 'norm.bias', shape: [4] },
  { name: 'down.weight', shape: [4, 4, 3, 3] },
  { name: 'down.bias', shape: [4] },
  { name: 'value.weight', shape: [4, 4] },
  { name: 'value.bias', shape: [4] },
  { name: 'out.weight', shape: [3, 8, 1, 1] },
  { name: 'out.bias', shape: [3] },
];

/**
 * Convolve, add the time, normalise, halve, attend, double, concatenate, convolve. sample [B, 4, 4, 3] -> the
 * same shape.
 */
export const smallNetwork: Network = (ops, weights, { sample: x, timestep }) => {
  const of = (name: string) => weights[name]!;
  const time = ops.linear(ops.timestepEmbedding(timestep, 4, true, 0), of('time.weight'), of('time.bias'));
  const first = ops.addPerChannel(ops.conv2d(x, of('in.weight'), of('in.bias'), CONV), ops.silu(time));
  const normal = ops.groupNorm(first, of('norm.weight'), of('norm.bias'), 2, 1e-5, 'silu');
  const half = ops.conv2d(normal, of('down.weight'), of('down.bias'), { ...CONV, stride: 2 });
  const tokens = ops.toTokens(half);
  const keys = ops.silu(tokens);
  const values = ops.linear(tokens, of('value.weight'), of('value.bias'));
  const mixed = ops.toPixels(ops.attention(tokens, keys, values, 2, 'none'), 2, 2);
  const whole = ops.concat(first, ops.upsampleNearest2x(ops.add(mixed, half)));
  return ops.conv2d(whole, of('out.weight'), of('out.bias'), { ...CONV, kernel: 1 });
};

const wave = (length: number, seed: number, scale: number) =>
  Float32Array.from(wavy([length], seed).data, (value) => value * scale);

/** The same every time: weights and EMA of about 0.4, moments zero. */
export function firstState(): ExecutorState {
  const arrays = (scale: number) => PARAMETERS.map(({ shape }, i) => wave(sizeOf(shape), i + 1, scale));
  return { weights: arrays(0.4), ema: arrays(0.4), expAvg: arrays(0), expAvgSq: arrays(0) };
}

/** The shapes of the inputs of a batch of so many pictures. */
export const inputShapes = (pictures: number): Inputs<BatchShape> => ({
  sample: [pictures, 4, 4, 3],
  timestep: [pictures],
});

/** A batch of `pictures` pictures of 4 x 4 pixels, a different one for every seed. */
export function batch(pictures: number, seed: number): GivenBatch {
  const length = pictures * 4 * 4 * 3;
  const timesteps = Float32Array.from({ length: pictures }, (_, i) => (seed * 37 + i * 211) % 1000);
  return {
    inputs: {
      sample: { data: wave(length, seed, 1), shape: [pictures, 4, 4, 3] },
      timestep: { data: timesteps, shape: [pictures] },
    },
    target: wave(length, seed + 100, 1),
    sampleWeights: Float32Array.from({ length: pictures }, (_, i) => 1 - 0.2 * (i % 3)),
  };
}

/** Settings of update `optimizerStep`, 1 for the first; gradients are clipped. */
export function settings(optimizerStep: number): StepSettings {
  return {
    optimizerStep,
    learningRate: 1e-2,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 1e-2,
    gradientClip: 1,
    emaDecay: 0.9,
  };
}
