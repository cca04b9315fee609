// Group normalisation (Wu & He 2018) with its gradient written out as PyTorch's native_group_norm_backward:
// by TensorFlow.js' tape it is about 50 kernels a layer, a third of a training step. Not here: the activation
// that may follow (eager-ops.ts).
import * as tf from '@tensorflow/tfjs-core';
import { sumRows } from './sum-rows.ts';

/**
 * (x - mean) / sqrt(variance + eps) * scale + shift, with mean and biased variance over H, W and the group's
 * channels. x [B, H, W, C], scale and shift [C]; C is a multiple of `groups`. Differentiable in all three.
 */
export function groupNormalise(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  groups: number,
  eps: number,
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const perGroup = channels / groups;
  const count = height * width * perGroup;
  const pixels = [batch, height * width, channels];
  /** [B, C] -> [B, 1, C]: for each channel the mean over pixels and its group's channels. */
  const groupMean = (sums: tf.Tensor) => {
    const means = tf.div(sumRows(tf.reshape(sums, [batch * groups, perGroup, 1])), count);
    return tf.reshape(tf.tile(means, [1, perGroup]), [batch, 1, channels]);
  };
  /** [B, C] -> [C]. */
  const sumBatch = (sums: tf.Tensor) =>
    tf.reshape(sumRows(tf.reshape(sums, [1, batch, channels])), [channels]);
  const perChannel = (vector: tf.Tensor) => tf.reshape(vector, [1, 1, channels]);

  const differentiable = tf.customGrad((...args) => {
    const [image, gain, offset, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const flat = tf.reshape(image, pixels);
    const centred = tf.sub(flat, groupMean(sumRows(flat)));
    const inverse = tf.rsqrt(tf.add(groupMean(sumRows(tf.square(centred))), eps));
    const normal = tf.mul(centred, inverse);
    save([normal, inverse, gain]);
    const value = tf.reshape(tf.add(tf.mul(normal, perChannel(gain)), perChannel(offset)), x.shape);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.tidy(() => gradients(dy, saved)) };
  });

  const gradients = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const [normal, inverse, gain] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const flat = tf.reshape(dy, pixels);
    const offsets = sumRows(flat);
    const gains = sumRows(tf.mul(flat, normal));
    // dx = inverse (scale dy - mean(scale dy) - normal mean(scale dy normal)), means over the group.
    const along = tf.mul(normal, groupMean(tf.mul(gains, gain)));
    const inner = tf.sub(tf.mul(flat, perChannel(gain)), tf.add(along, groupMean(tf.mul(offsets, gain))));
    return [tf.reshape(tf.mul(inner, inverse), x.shape), sumBatch(gains), sumBatch(offsets)];
  };

  return differentiable(x, scale, shift) as tf.Tensor4D;
}
