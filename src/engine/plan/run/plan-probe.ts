// How fast a device runs plans, in two numbers, from steps of two small networks made as training makes them.
// Not here: the same for eager (eager-probe.ts), how long a run takes (app/estimate.ts).
import type { Network, ParameterSpec, StepBatch, StepSettings } from '../../executor.ts';
import type { BatchShape } from '../../inputs.ts';
import { sizeOf } from '../../layout.ts';
import { createPlanExecutor } from './plan-executor.ts';

const EDGE = 16;
/** Convolution passes of a step: two forward, two filter gradients, the input gradient of the second. */
const CONVOLUTIONS = 5;
const STEPS = 3;
/**
 * A step of `small` costs little but its dispatches; the others are as wide as networks trained on such a
 * device.
 */
const SIZES = {
  small: { batch: 1, channels: 4 },
  software: { batch: 4, channels: 16 },
  hardware: { batch: 16, channels: 128 },
} as const;

type Size = (typeof SIZES)[keyof typeof SIZES];

/**
 * `opMs`: time of a dispatch that computes next to nothing. `macsPerSecond`: multiply-adds of 3x3
 * convolutions, forward and backward. Throws as createPlanExecutor does.
 */
export async function probePlan(
  device: Parameters<typeof createPlanExecutor>[0],
): Promise<{ opMs: number; macsPerSecond: number }> {
  const large = device.software ? SIZES.software : SIZES.hardware;
  const small = await bestStep(device, SIZES.small);
  const { ms } = await bestStep(device, large);
  const macs = CONVOLUTIONS * large.batch * EDGE * EDGE * 9 * large.channels ** 2;
  return {
    opMs: small.ms / small.dispatches,
    // The bounds keep the speed finite on a clock of whole milliseconds.
    macsPerSecond: (1000 * macs) / Math.max(ms - small.ms, ms / 10, 0.01),
  };
}

/** The fastest of a few steps: other programs only ever make a step slower. */
async function bestStep(
  device: Parameters<typeof createPlanExecutor>[0],
  { batch, channels }: Size,
): Promise<{ ms: number; dispatches: number }> {
  const parameters = ['first', 'second'].flatMap((name): ParameterSpec[] => [
    { name: `${name}.weight`, shape: [channels, channels, 3, 3] },
    { name: `${name}.bias`, shape: [channels] },
  ]);
  const shape: BatchShape = [batch, EDGE, EDGE, channels];
  const executor = await createPlanExecutor(device, parameters, twoConvolutions, {
    inputs: { sample: shape, timestep: [batch] },
  });
  await executor.prepare();
  const numbers = (value: number) =>
    parameters.map((spec) => new Float32Array(sizeOf(spec.shape)).fill(value));
  executor.setState({ weights: numbers(0.01), ema: numbers(0), expAvg: numbers(0), expAvgSq: numbers(0) });
  const length = batch * EDGE * EDGE * channels;
  const given: StepBatch = {
    inputs: {
      sample: { data: new Float32Array(length).fill(0.5), shape },
      timestep: { data: new Float32Array(batch), shape: [batch] },
    },
    target: new Float32Array(length),
    sampleWeights: new Float32Array(batch).fill(1),
  };
  let best = Infinity;
  // The first step is a warm-up.
  for (let step = 0; step <= STEPS; step++) {
    const started = performance.now();
    await executor.step([given], SETTINGS);
    if (step > 0) best = Math.min(best, performance.now() - started);
  }
  const { dispatchesPerStep } = executor.report;
  executor.dispose();
  return { ms: best, dispatches: dispatchesPerStep };
}

const twoConvolutions: Network = (ops, weights, { sample }) => {
  const conv = (name: string, x: typeof sample) =>
    ops.conv2d(x, weights[`${name}.weight`] as typeof x, weights[`${name}.bias`] as typeof x, {
      kernel: 3,
      stride: 1,
      padding: 'same',
    });
  return conv('second', conv('first', sample));
};

const SETTINGS: StepSettings = {
  optimizerStep: 1,
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  gradientClip: 1,
  emaDecay: 0.9,
};
