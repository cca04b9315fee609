// The activations of transformers: gelu by the normal distribution, its gated form, and CLIP's quick form.
// Not here: silu (eager-ops.ts).
import * as tf from '@tensorflow/tfjs-core';
import { ERFC_COEFFICIENTS, ERFC_LIMIT } from '../erfc.ts';

/**
 * The normal distribution, by the complementary error function of |x|: 1 + erf(x) would cancel below 0.
 * Largest error of gelu 3.8e-7 in float32.
 */
function normalDistribution(x: tf.Tensor): tf.Tensor {
  const z = tf.div(tf.minimum(tf.abs(x), ERFC_LIMIT), Math.SQRT2);
  const t = tf.div(1, tf.add(1, tf.mul(z, 0.5)));
  const [first, ...rest] = ERFC_COEFFICIENTS.toReversed();
  const exponent = rest.reduce<tf.Tensor>(
    (sum, coefficient) => tf.add(tf.mul(sum, t), coefficient),
    tf.fill(x.shape, first as number),
  );
  const upper = tf.mul(tf.mul(t, 0.5), tf.exp(tf.sub(exponent, tf.square(z))));
  return tf.where(tf.less(x, 0), upper, tf.sub(1, upper));
}

/** phi(x) = exp(-x^2 / 2) / sqrt(2 pi). */
function normalDensity(x: tf.Tensor): tf.Tensor {
  const near = tf.minimum(tf.abs(x), ERFC_LIMIT);
  return tf.mul(tf.exp(tf.mul(tf.square(near), -0.5)), 1 / Math.sqrt(2 * Math.PI));
}

/** gelu(x) = x Phi(x), gelu'(x) = Phi(x) + x phi(x). Hendrycks & Gimpel 2016. */
export function gelu(x: tf.Tensor): tf.Tensor {
  const differentiable = tf.customGrad((...args) => {
    const [value, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([value]);
    const slope = (kept: tf.Tensor) => tf.add(normalDistribution(kept), tf.mul(kept, normalDensity(kept)));
    return {
      value: tf.mul(value, normalDistribution(value)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.tidy(() => tf.mul(dy, slope(saved[0] as tf.Tensor))),
    };
  });
  return differentiable(x);
}

/** x sigmoid(1.702 x). */
export const quickGelu = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));

/** The first half of the channels times gelu of the second. */
export function geglu(x: tf.Tensor): tf.Tensor {
  const [value, gate] = tf.split(x, 2, x.rank - 1) as [tf.Tensor, tf.Tensor];
  return tf.mul(value, gelu(gate));
}
