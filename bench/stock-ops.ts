// The network's operations as a user of TensorFlow.js writes them: tf.conv2d, tf.moments, tf.matMul,
// tf.image, with gradients by the tape. Perennial is measured against them; the app never runs them, and
// nothing here is tuned.
import * as tf from '@tensorflow/tfjs';
import type { Ops } from '../src/engine/ops.ts';

type Pads = [number, number];

const silu = (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x));

const conv2d: Ops<tf.Tensor>['conv2d'] = (x, weight, bias, { kernel, stride, padding }) => {
  const pads: Pads = padding === 'same' ? [kernel >> 1, kernel >> 1] : [0, 1];
  return tf.add(
    tf.conv2d(x as tf.Tensor4D, weight as tf.Tensor4D, stride, [[0, 0], pads, pads, [0, 0]]),
    bias,
  );
};

const linear: Ops<tf.Tensor>['linear'] = (x, weight, bias) => {
  const [ins, outs] = weight.shape as [number, number];
  const y = tf.matMul(tf.reshape(x, [-1, ins]), weight);
  return tf.reshape(bias ? tf.add(y, bias) : y, [...x.shape.slice(0, -1), outs]);
};

const groupNorm: Ops<tf.Tensor>['groupNorm'] = (x, scale, shift, groups, eps, act) => {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const grouped = tf.reshape(x, [batch, height * width, groups, channels / groups]);
  const { mean, variance } = tf.moments(grouped, [1, 3], true);
  const normal = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, eps)));
  const y = tf.add(tf.mul(tf.reshape(normal, x.shape), scale), shift);
  return act === 'silu' ? silu(y) : y;
};

const layerNorm: Ops<tf.Tensor>['layerNorm'] = (x, scale, shift, eps) => {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, eps))), scale), shift);
};

const gelu = (x: tf.Tensor) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2)))));

const geglu: Ops<tf.Tensor>['geglu'] = (x) => {
  const [value, gate] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
  return tf.mul(value, gelu(gate));
};

const embedding: Ops<tf.Tensor>['embedding'] = (ids, table, positions) => {
  const words = tf.gather(tf.transpose(table), tf.cast(ids, 'int32') as tf.Tensor2D);
  if (!positions) return words;
  const length = ids.shape[1] as number;
  return tf.add(words, tf.slice(tf.transpose(positions), 0, length));
};

function hideLaterKeys(scores: tf.Tensor): tf.Tensor {
  const length = scores.shape.at(-1) as number;
  const seen = tf.linalg.bandPart(tf.ones([length, length]), -1, 0);
  return tf.where(tf.cast(seen, 'bool'), scores, -Infinity);
}

const attention: Ops<tf.Tensor>['attention'] = (q, k, v, heads, mask) => {
  const width = (q.shape[2] as number) / heads;
  const split = (x: tf.Tensor) =>
    tf.transpose(tf.reshape(x, [x.shape[0], x.shape[1] as number, heads, width]), [0, 2, 1, 3]);
  const scores = tf.mul(tf.matMul(split(q), split(k), false, true), 1 / Math.sqrt(width));
  const mixed = tf.matMul(tf.softmax(mask === 'causal' ? hideLaterKeys(scores) : scores), split(v));
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), q.shape);
};

const timestepEmbedding: Ops<tf.Tensor>['timestepEmbedding'] = (timesteps, channels, flip, freqShift) => {
  const half = channels / 2;
  const exponent = tf.mul(tf.range(0, half), -Math.log(10_000) / (half - freqShift));
  const angles = tf.mul(tf.reshape(timesteps, [-1, 1]), tf.reshape(tf.exp(exponent), [1, -1]));
  const [sin, cos] = [tf.sin(angles), tf.cos(angles)];
  return tf.concat(flip ? [cos, sin] : [sin, cos], 1);
};

/** Shapes as in src/engine/ops.ts. */
export const stockOps: Ops<tf.Tensor> = {
  checkpoint: (run) => run(),
  conv2d,
  linear,
  groupNorm,
  layerNorm,
  silu,
  gelu,
  quickGelu: (x) => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))),
  geglu,
  attention,
  embedding,
  add: (a, b) => tf.add(a, b),
  addPerChannel: (x, bias) => tf.add(x, tf.reshape(bias, [bias.shape[0] ?? 0, 1, 1, bias.shape[1] ?? 0])),
  concat: (a, b) => tf.concat([a, b], a.rank - 1),
  upsampleNearest2x: (x) => {
    const [, height, width] = x.shape as [number, number, number, number];
    return tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [2 * height, 2 * width]);
  },
  toTokens: (x) => tf.reshape(x, [x.shape[0], -1, x.shape[3] as number]),
  toPixels: (x, height, width) => tf.reshape(x, [x.shape[0], height, width, x.shape[2] as number]),
  timestepEmbedding,
};
