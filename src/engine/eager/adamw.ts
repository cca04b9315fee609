// One optimizer update of long vectors: clipping, AdamW, EMA, and the check that all numbers are finite.
// Everything stays on the device. Not here: the gradients (eager-executor.ts).
import * as tf from '@tensorflow/tfjs-core';
import type { StateGroup, StepSettings } from '../executor.ts';
import { ROW } from './shards.ts';

/** The trained state of one shard. */
export type FlatState = Record<StateGroup, tf.Tensor1D>;

/**
 * Euclidean norm over all vectors together. Their lengths are multiples of ROW: summed by rows first, which
 * loses less in float32.
 */
export function globalNorm(vectors: readonly tf.Tensor1D[]): tf.Scalar {
  const squares = vectors.map((vector) => tf.sum(tf.sum(tf.reshape(tf.square(vector), [-1, ROW]), 1)));
  return tf.sqrt(squares.reduce((sum, square) => tf.add(sum, square))) as tf.Scalar;
}

/** The factor of torch.nn.utils.clip_grad_norm_, at most 1. `clip` is above 0. */
export function clipCoefficient(norm: tf.Scalar, clip: number): tf.Scalar {
  return tf.minimum(tf.div(clip, tf.add(norm, 1e-6)), 1);
}

/**
 * torch.optim.AdamW (single tensor, in its order of operations), then diffusers' EMAModel on the new weights.
 * With t = optimizerStep: m += (1 - beta1)(g - m); v = beta2 v + (1 - beta2) g g; w = (1 - lr decay) w - lr /
 * (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps); ema -= (1 - emaDecay)(ema - w).
 */
export function adamW(state: FlatState, gradient: tf.Tensor1D, settings: StepSettings): FlatState {
  const { optimizerStep, learningRate, beta1, beta2, epsilon, weightDecay, emaDecay } = settings;
  const stepSize = learningRate / (1 - beta1 ** optimizerStep);
  const correction = Math.sqrt(1 - beta2 ** optimizerStep);

  const decayed = tf.mul(state.weights, 1 - learningRate * weightDecay);
  const expAvg = tf.add(state.expAvg, tf.mul(tf.sub(gradient, state.expAvg), 1 - beta1));
  const expAvgSq = tf.add(tf.mul(state.expAvgSq, beta2), tf.mul(tf.mul(gradient, 1 - beta2), gradient));
  const denominator = tf.add(tf.div(tf.sqrt(expAvgSq), correction), epsilon);
  const weights = tf.add(decayed, tf.div(tf.mul(expAvg, -stepSize), denominator));
  const ema = tf.sub(state.ema, tf.mul(tf.sub(state.ema, weights), 1 - emaDecay));
  return { weights, ema, expAvg, expAvgSq } as FlatState;
}

/**
 * A bool scalar on the device: whether all numbers are finite. TensorFlow.js tests the bits, so NaN is found
 * too.
 */
export function allFinite(numbers: readonly tf.Scalar[]): tf.Tensor {
  return numbers.map((number) => tf.isFinite(number)).reduce((all, one) => tf.logicalAnd(all, one));
}

/** `after` if `ok`, else `before`, bit for bit. */
export function choose(ok: tf.Tensor, after: FlatState, before: FlatState): FlatState {
  const everywhere = tf.broadcastTo(tf.reshape(ok, [1]), after.weights.shape);
  const pick = (group: StateGroup) => tf.where(everywhere, after[group], before[group]);
  return { weights: pick('weights'), ema: pick('ema'), expAvg: pick('expAvg'), expAvgSq: pick('expAvgSq') };
}
