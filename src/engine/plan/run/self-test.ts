// What the plan's self-test trains: a network, its first state, its batches and settings, and the numbers
// that must come out. Not here: the networks (picture-self-test.ts, text-self-test.ts), running them
// (plan-self-test.ts).
import type { ExecutorState, GivenBatch, Network, ParameterSpec, StepSettings } from '../../executor.ts';
import type { BatchShape, Inputs } from '../../inputs.ts';
import { sizeOf } from '../../layout.ts';

export interface SelfTest {
  parameters: readonly ParameterSpec[];
  /** Height and width of a picture. */
  edge: number;
  /** sample [2, edge, edge, 3] -> the same shape. */
  network: Network;
  /** Numbers 0..19 in each picture's input_ids, or 0 for none. */
  ids: number;
  /**
   * Loss and gradient norm of two steps, computed by eager on the processor
   * (test/engine/plan/run/plan-self-test.test.ts).
   */
  numbers: readonly number[];
}

const WORDS = 20;
const sampleOf = ({ edge }: SelfTest): BatchShape => [2, edge, edge, 3];

/** Numbers that look like weights, the same every time for a seed: at most `scale`. */
export const wave = (length: number, seed: number, scale: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(
    { length },
    (_, i) => scale * Math.sin(1.7 * i + 13.1 * seed) * Math.cos(0.37 * i + seed),
  );

/** Weights, EMA and zero moments, the same every time. */
export function selfTestState({ parameters }: SelfTest): ExecutorState {
  const arrays = (scale: number) => parameters.map(({ shape }, i) => wave(sizeOf(shape), i + 1, scale));
  return { weights: arrays(0.3), ema: arrays(0.3), expAvg: arrays(0), expAvgSq: arrays(0) };
}

/** The shapes of the network's inputs. */
export const selfTestInputs = (test: SelfTest): Inputs<BatchShape> => ({
  sample: sampleOf(test),
  timestep: [2],
  ...(test.ids > 0 ? { input_ids: [2, test.ids] } : {}),
});

/** A batch of two pictures, the same every time for a step. */
export function selfTestBatch(test: SelfTest, step: number): GivenBatch {
  const { ids } = test;
  const shape = sampleOf(test);
  const length = sizeOf(shape);
  const words = Float32Array.from({ length: 2 * ids }, (_, i) => (7 * i * step + (i >> 1)) % WORDS);
  return {
    inputs: {
      sample: { data: wave(length, step, 1), shape },
      timestep: { data: Float32Array.of(37, 811), shape: [2] },
      ...(ids > 0 ? { input_ids: { data: words, shape: [2, ids] } } : {}),
    },
    target: wave(length, step + 50, 1),
    sampleWeights: Float32Array.of(1, 0.5),
  };
}

/** Settings of update `optimizerStep`, 1 for the first. */
export const selfTestSettings = (optimizerStep: number): StepSettings => ({
  optimizerStep,
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 1e-2,
  gradientClip: 1,
  emaDecay: 0.9,
});
