// The convolution, with gradients written for speed: TensorFlow.js' own filter gradient runs one thread per
// weight, which took two thirds of a training step on cpu. Not here: the paddings of the network
// (eager-ops.ts).
import * as tf from '@tensorflow/tfjs-core';
import { sumRows } from './sum-rows.ts';

/** Rows (or columns) of zeros before and after the picture. */
export type Pads = [number, number];

export interface ConvolutionOptions {
  stride: 1 | 2;
  pads: Pads;
  /** Whether only TensorFlow.js kernels without barriers are used. */
  barrierFree: boolean;
}

/**
 * x [B, H, W, Cin], filter [k, k, Cin, Cout], bias [Cout] -> [B, H', W', Cout]. Differentiable in all three.
 */
export function convolve(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  bias: tf.Tensor1D,
  options: ConvolutionOptions,
): tf.Tensor4D {
  const { stride, pads } = options;
  const differentiable = tf.customGrad((...args) => {
    const [image, weights, offset, save] = args as [tf.Tensor4D, tf.Tensor4D, tf.Tensor, tf.GradSaveFunc];
    save([image, weights]);
    return {
      value: tf.add<tf.Tensor4D>(
        forward(image, weights, options),
        tf.reshape(offset, [1, 1, 1, offset.size]),
      ),
      gradFunc: (dy: tf.Tensor4D, saved: tf.Tensor[]) => {
        const [savedImage, savedWeights] = saved as [tf.Tensor4D, tf.Tensor4D];
        return [
          tf.conv2dTranspose(dy, savedWeights, savedImage.shape, stride, explicit(pads, pads)),
          tf.tidy(() => filterGradient(savedImage, dy, savedWeights.shape, options)),
          tf.tidy(() => biasGradient(dy)),
        ];
      },
    };
  });
  return differentiable(x, filter, bias);
}

function biasGradient(dy: tf.Tensor): tf.Tensor {
  const outs = dy.shape.at(-1) as number;
  return tf.reshape(sumRows(tf.reshape(dy, [1, -1, outs])), [outs]);
}

function forward(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { stride, pads, barrierFree }: ConvolutionOptions,
): tf.Tensor4D {
  const [kernel, , , outs] = filter.shape;
  const [batch, height, width] = x.shape;
  const keepsSize = stride === 1 && pads[0] + pads[1] === kernel - 1;
  if (!barrierFree || !keepsSize) return tf.conv2d(x, filter, stride, explicit(pads, pads));
  // A convolution is the input gradient of the convolution by the filter rotated by 180 degrees.
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  const back: Pads = [pads[1], pads[0]];
  return tf.conv2dTranspose(x, turned, [batch, height, width, outs], 1, explicit(back, back));
}

/** dW[h, w, i, o] = sum over b, y, z of x[b, s y + h - p, s z + w - p, i] dy[b, y, z, o]. */
function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  shape: [number, number, number, number],
  { stride, pads, barrierFree }: ConvolutionOptions,
): tf.Tensor4D {
  const [kernel, , ins, outs] = shape;
  if (barrierFree) {
    const attributes = { strides: stride, pad: explicit(pads, pads), dataFormat: 'NHWC', filterShape: shape };
    return tf.engine().runKernel<tf.Tensor4D>(tf.Conv2DBackpropFilter, { x, dy }, attributes);
  }
  if (kernel === 1 && stride === 1) {
    return tf.reshape(tf.matMul(tf.reshape(x, [-1, ins]), tf.reshape(dy, [-1, outs]), true), shape);
  }
  // A convolution of x by dy: input channels become the batch, the batch becomes the channels, the stride a
  // dilation.
  const [before] = pads;
  const after = (axis: 1 | 2) => (dy.shape[axis] - 1) * stride + kernel - x.shape[axis] - before;
  const image = tf.transpose(x, [3, 1, 2, 0]);
  const filter = tf.transpose(dy, [1, 2, 0, 3]);
  return tf.transpose(
    tf.conv2d(image, filter, 1, explicit([before, after(1)], [before, after(2)]), 'NHWC', stride),
    [1, 2, 0, 3],
  );
}

function explicit(rows: Pads, columns: Pads): [[0, 0], Pads, Pads, [0, 0]] {
  return [[0, 0], rows, columns, [0, 0]];
}
