// Layer normalisation (Ba et al. 2016) with its gradient written out as PyTorch's native_layer_norm_backward.
// Not here: group normalisation (group-norm.ts).
import * as tf from '@tensorflow/tfjs-core';
import { sumRows } from './sum-rows.ts';

/**
 * (x - mean) / sqrt(variance + eps) * scale + shift, with mean and biased variance over the last axis.
 * x [..., C], scale and shift [C]. Differentiable in all three.
 */
export function layerNormalise(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, eps: number): tf.Tensor {
  const channels = x.shape.at(-1) as number;
  const count = x.size / channels;
  /** [N, C] -> [N, 1]. */
  const rowMean = (rows: tf.Tensor) =>
    tf.div(tf.reshape(sumRows(tf.reshape(rows, [count, channels, 1])), [count, 1]), channels);
  /** [N, C] -> [C]. */
  const sumOverRows = (rows: tf.Tensor) =>
    tf.reshape(sumRows(tf.reshape(rows, [1, count, channels])), [channels]);

  const gradients = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const [normal, inverse, gain] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const rows = tf.reshape(dy, [count, channels]);
    // dx = inverse (scale dy - mean(scale dy) - normal mean(scale dy normal)), means over the row.
    const scaled = tf.mul(rows, gain);
    const inner = tf.sub(tf.sub(scaled, rowMean(scaled)), tf.mul(normal, rowMean(tf.mul(scaled, normal))));
    return [
      tf.reshape(tf.mul(inner, inverse), x.shape),
      sumOverRows(tf.mul(rows, normal)),
      sumOverRows(rows),
    ];
  };

  const differentiable = tf.customGrad((...args) => {
    const [image, gain, offset, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const rows = tf.reshape(image, [count, channels]);
    const centred = tf.sub(rows, rowMean(rows));
    const inverse = tf.rsqrt(tf.add(rowMean(tf.square(centred)), eps));
    const normal = tf.mul(centred, inverse);
    save([normal, inverse, gain]);
    const value = tf.reshape(tf.add(tf.mul(normal, gain), offset), x.shape);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => tf.tidy(() => gradients(dy, kept)) };
  });
  return differentiable(x, scale, shift);
}
