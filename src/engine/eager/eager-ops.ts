// The operations in plain TensorFlow.js, on whichever backend runs: the plan's reference and its fallback.
// Weights are in the engine's layout (layout.ts). Not here: weights, steps and predictions
// (eager-executor.ts).
import * as tf from '@tensorflow/tfjs-core';
// Without this import forward passes work and training fails: tfjs-core alone registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { convolve, type Pads } from './convolution.ts';
import { geglu, gelu, quickGelu } from './gelu.ts';
import { groupNormalise } from './group-norm.ts';
import { layerNormalise } from './layer-norm.ts';
import type { Device } from '../device/device.ts';
import { embeddingFrequencies } from '../embedding-frequencies.ts';
import { sumRows } from './sum-rows.ts';
import type { Ops } from '../ops.ts';

type ConvOptions = Parameters<Ops<tf.Tensor>['conv2d']>[3];

/** PyTorch's padding; with stride 2 it is not TensorFlow.js' `same`. */
function padsOf({ kernel, padding }: ConvOptions): Pads {
  return padding === 'same' ? [kernel >> 1, kernel >> 1] : [0, 1];
}

const conv2d =
  (barrierFree: boolean): Ops<tf.Tensor>['conv2d'] =>
  (x, weight, bias, opts) => {
    const [image, filter] = [x as tf.Tensor4D, weight as tf.Tensor4D];
    const options = { stride: opts.stride, pads: padsOf(opts), barrierFree };
    return convolve(image, filter, bias as tf.Tensor1D, options);
  };

function linear(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | null): tf.Tensor {
  const [ins, outs] = weight.shape as [number, number];
  const product = tf.matMul(tf.reshape(x, [-1, ins]), weight);
  return tf.reshape(bias ? tf.add(product, bias) : product, [...x.shape.slice(0, -1), outs]);
}

function groupNorm(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  groups: number,
  eps: number,
  act: 'none' | 'silu',
): tf.Tensor {
  const y = groupNormalise(x as tf.Tensor4D, scale as tf.Tensor1D, shift as tf.Tensor1D, groups, eps);
  return act === 'silu' ? silu(y) : y;
}

function silu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x));
}

function attention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  heads: number,
  mask: 'none' | 'causal',
): tf.Tensor {
  const channels = q.shape[2] as number;
  const width = channels / heads;
  const split = (x: tf.Tensor) =>
    heads === 1
      ? x
      : tf.transpose(tf.reshape(x, [x.shape[0], x.shape[1] as number, heads, width]), [0, 2, 1, 3]);
  const scores = tf.matMul(tf.mul(split(q), 1 / Math.sqrt(width)), split(k), false, true);
  const seen = mask === 'causal' ? tf.add(scores, hideLaterKeys(q.shape[1] as number)) : scores;
  const mixed = tf.matMul(tf.softmax(seen), split(v));
  return heads === 1 ? mixed : tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), q.shape);
}

/** [N, N]: 0 where a query may look, far below any score where the key comes after it: its weight is 0. */
function hideLaterKeys(length: number): tf.Tensor {
  const hidden = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? -1e9 : 0,
  );
  return tf.tensor2d(hidden, [length, length]);
}

/**
 * By a product with one row per place that is 1 at its id: TensorFlow.js' gradient of gather adds in no fixed
 * order. `table` and `positions` are in the engine's layout, [d, V] and [d, P].
 */
function embedding(ids: tf.Tensor, table: tf.Tensor, positions: tf.Tensor | null): tf.Tensor {
  const [width, entries] = table.shape as [number, number];
  const places = tf.oneHot(tf.cast(tf.reshape(ids, [-1]), 'int32'), entries);
  const rows = tf.matMul(tf.cast(places, 'float32'), table, false, true);
  const words = tf.reshape(rows, [...ids.shape, width]);
  if (positions === null) return words;
  const length = ids.shape[1] as number;
  return tf.add(words, tf.transpose(tf.slice(positions as tf.Tensor2D, [0, 0], [width, length])));
}

/** The bias's gradient uses pooling; TensorFlow.js' own would sum over a transposed copy. */
function addPerChannel(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const differentiable = tf.customGrad((...args) => {
    const [image, offset] = args as [tf.Tensor, tf.Tensor];
    return {
      value: tf.add(image, tf.reshape(offset, [batch, 1, 1, channels])),
      gradFunc: (dy: tf.Tensor) => [
        tf.clone(dy),
        tf.tidy(() => sumRows(tf.reshape(dy, [batch, height * width, channels]))),
      ],
    };
  });
  return differentiable(x, bias);
}

/**
 * Doubles each pixel along the row, then each row, by two concatenations: every backend has their gradient.
 */
function upsampleNearest2x(x: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const wide = tf.concat([x, x], 3);
  const rows = tf.reshape(wide, [batch, height, 2 * width * channels]);
  return tf.reshape(tf.concat([rows, rows], 2), [batch, 2 * height, 2 * width, channels]);
}

// 2 pi in two parts: a whole number of turns times the first part is exact in float32.
const TURN_HIGH = 6.28125;
const TURN_LOW = 2 * Math.PI - TURN_HIGH;

/**
 * Sine and cosine as accurate as PyTorch's: WGSL promises only 5e-4 near zero, and a software GPU is off by
 * 2e-4.
 */
function sinCos(angles: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const turns = tf.round(tf.mul(angles, 1 / (2 * Math.PI)));
  const near = tf.sub(tf.sub(angles, tf.mul(turns, TURN_HIGH)), tf.mul(turns, TURN_LOW));
  // Taylor at a quarter of the angle (within pi / 4, off by at most 3e-7), then the angle doubled twice.
  const quarter = tf.mul(near, 0.25);
  const square = tf.square(quarter);
  let sin = tf.mul(quarter, polynomial(square, [1, -1 / 6, 1 / 120, -1 / 5040]));
  let cos = polynomial(square, [1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320]);
  for (let doubled = 0; doubled < 2; doubled++) {
    [sin, cos] = [tf.mul(tf.mul(sin, cos), 2), tf.sub(1, tf.mul(tf.square(sin), 2))];
  }
  return [sin, cos];
}

/** coefficients[0] + coefficients[1] x + ..., by Horner's method. */
function polynomial(x: tf.Tensor, coefficients: number[]): tf.Tensor {
  const [last = 0, ...rest] = coefficients.toReversed();
  return rest.reduce((sum, coefficient) => tf.add(tf.mul(sum, x), coefficient), tf.fill(x.shape, last));
}

function timestepEmbedding(
  timesteps: tf.Tensor,
  channels: number,
  flipSinToCos: boolean,
  freqShift: number,
): tf.Tensor {
  const perStep = tf.tensor2d(embeddingFrequencies(channels, freqShift), [1, channels / 2]);
  const [sin, cos] = sinCos(tf.mul(tf.reshape(timesteps, [-1, 1]), perStep));
  return tf.concat(flipSinToCos ? [cos, sin] : [sin, cos], 1);
}

/**
 * Every operation on the current TensorFlow.js backend, which is `device`'s; shapes as in ops.ts. A software
 * GPU gets only TensorFlow.js kernels without barriers: on preset `tiny` a step takes 1.7 s of CPU time
 * instead of 2.4 s, a prediction of 16 pictures 1.5 s instead of 3.5 s, and less is compiled.
 */
export const eagerOpsOn = ({ backend, software }: Pick<Device, 'backend' | 'software'>): Ops<tf.Tensor> => ({
  checkpoint: (run) => run(),
  conv2d: conv2d(backend === 'webgpu' && software),
  linear,
  groupNorm,
  layerNorm: layerNormalise,
  silu,
  gelu,
  quickGelu,
  geglu,
  attention,
  embedding,
  add: (a, b) => tf.add(a, b),
  addPerChannel,
  concat: (a, b) => tf.concat([a, b], a.rank - 1),
  upsampleNearest2x,
  toTokens: (x) => tf.reshape(x, [x.shape[0], -1, x.shape[3] as number]),
  toPixels: (x, height, width) => tf.reshape(x, [x.shape[0], height, width, x.shape[2] as number]),
  timestepEmbedding,
});
