// Whether a device computes gradients: some phones return zeros, and training there would silently learn
// nothing. A small convolution and group norm are compared with plain loops. Not here: the other operations
// (test/engine/eager), speed (eager-probe.ts).
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device/device.ts';
import { eagerOpsOn } from './eager-ops.ts';
import { sizeOf } from '../layout.ts';

/**
 * Relative to a tensor's largest value. float32 is off by about 1e-6, half precision by 1e-2, a wrong kernel
 * by 1.
 */
const TOLERANCE = 1e-3;
const [BATCH, EDGE, INS, OUTS, GROUPS, EPS] = [2, 4, 4, 8, 2, 1e-5];

interface Values {
  name: string;
  shape: number[];
  data: Float64Array;
}

/** Smooth, irregular numbers around `mean`, exact in float32. */
function wavy(name: string, shape: number[], seed: number, mean = 0): Values {
  const at = (i: number) => Math.fround(mean + Math.sin(1.7 * i + 13.1 * seed) * Math.cos(0.37 * i + seed));
  return { name, shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => at(i)) };
}

/** The inputs, and the weight of each output in the sum that is differentiated. */
function problem(): { inputs: Values[]; weightOf: Values } {
  return {
    inputs: [
      wavy('pictures', [BATCH, EDGE, EDGE, INS], 1),
      wavy('filter', [3, 3, INS, OUTS], 2),
      wavy('bias', [OUTS], 3),
      wavy('scale', [OUTS], 4, 1),
      wavy('shift', [OUTS], 5),
    ],
    weightOf: wavy('output', [BATCH, EDGE, EDGE, OUTS], 6),
  };
}

/**
 * Compares the gradients of `device`, which must be the current one, with central differences of plain
 * float64 loops. `detail` gives the largest difference relative to the largest value of its tensor, or the
 * wrong tensor and how it is wrong. Never throws for wrong numbers. Takes about 50 ms, plus compiling shaders
 * on the first call.
 */
export async function gradientSelfTest(
  device: Device,
): Promise<{ passed: boolean; detail: string; ms: number }> {
  const started = performance.now();
  const { inputs, weightOf } = problem();
  const got = await onDevice(device, inputs, weightOf);
  const differences = [forward(inputs), ...gradients(inputs, weightOf)].map((wanted, i) => ({
    name: i === 0 ? 'the output' : `the gradient of the ${inputs[i - 1]?.name}`,
    ...compare(got[i] ?? new Float32Array(), wanted),
  }));
  const worst = differences.reduce((most, one) => (one.relative > most.relative ? one : most));
  const passed = worst.relative <= TOLERANCE;
  const detail = passed
    ? `largest difference ${worst.relative.toExponential(1)}`
    : `${worst.name} on ${device.backend}: ${worst.what}, at most ${TOLERANCE} is right`;
  return { passed, detail, ms: performance.now() - started };
}

/** Output and gradients by eager's operations and TensorFlow.js' tape. */
async function onDevice(
  device: Device,
  inputs: readonly Values[],
  weightOf: Values,
): Promise<Float32Array[]> {
  const ops = eagerOpsOn(device);
  const tensors = tf.tidy(() => {
    const tensorOf = ({ data, shape }: Values) => tf.tensor(Float32Array.from(data), shape, 'float32');
    const { value, grads } = tf.valueAndGrads((x, filter, bias, scale, shift) => {
      const pixels = ops.conv2d(x, filter, bias, {
        kernel: 3,
        stride: 1,
        padding: 'same',
      });
      return ops.groupNorm(pixels, scale, shift, GROUPS, EPS, 'silu');
    })(inputs.map(tensorOf), tensorOf(weightOf));
    return [value, ...grads];
  });
  try {
    return await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  } finally {
    tf.dispose(tensors);
  }
}

/**
 * The largest difference relative to the largest wanted value; Infinity if numbers are missing or not finite.
 */
function compare(got: Float32Array, wanted: Float64Array): { relative: number; what: string } {
  if (got.length !== wanted.length) {
    return { relative: Infinity, what: `${got.length} numbers instead of ${wanted.length}` };
  }
  if (!got.every(Number.isFinite)) return { relative: Infinity, what: 'not finite' };
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = wanted.reduce(
    (most, value, i) => Math.max(most, Math.abs((got[i] as number) - value)),
    0,
  );
  const relative = difference / largest;
  const zero = got.every((value) => value === 0);
  return { relative, what: zero ? 'all zero' : `off by ${relative.toExponential(1)}` };
}

/** d(sum of output * weightOf) / d(each input), by central differences. */
function gradients(inputs: Values[], weightOf: Values): Float64Array[] {
  const h = 1e-5;
  const total = () => forward(inputs).reduce((sum, y, i) => sum + y * (weightOf.data[i] as number), 0);
  return inputs.map(({ data }) =>
    data.map((x, i) => {
      data[i] = x + h;
      const above = total();
      data[i] = x - h;
      const below = total();
      data[i] = x;
      return (above - below) / (2 * h);
    }),
  );
}

/** silu(groupNorm(conv3x3(x) + bias)), by their definitions. */
function forward(inputs: readonly Values[]): Float64Array {
  const [x, filter, bias, scale, shift] = inputs.map(({ data }) => data) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const y = normalise(convolve(x, filter, bias));
  return y.map((normal, i) => {
    const z = normal * (scale[i % OUTS] as number) + (shift[i % OUTS] as number);
    return z / (1 + Math.exp(-z));
  });
}

function convolve(x: Float64Array, filter: Float64Array, bias: Float64Array): Float64Array {
  const inside = (at: number) => at >= 0 && at < EDGE;
  const output = new Float64Array(BATCH * EDGE * EDGE * OUTS);
  return output.map((_, index) => {
    const o = index % OUTS;
    const [row, column] = [Math.floor(index / OUTS / EDGE) % EDGE, Math.floor(index / OUTS) % EDGE];
    const image = Math.floor(index / OUTS / EDGE / EDGE);
    let sum = bias[o] as number;
    for (let tap = 0; tap < 9; tap++) {
      const [y, z] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1];
      if (!inside(y) || !inside(z)) continue;
      const pixel = ((image * EDGE + y) * EDGE + z) * INS;
      for (let i = 0; i < INS; i++) {
        sum += (x[pixel + i] as number) * (filter[(tap * INS + i) * OUTS + o] as number);
      }
    }
    return sum;
  });
}

/** Mean 0 and variance 1 over each picture's group of channels. */
function normalise(values: Float64Array): Float64Array {
  const perPicture = EDGE * EDGE * OUTS;
  const groupOf = (i: number) =>
    Math.floor(i / perPicture) * GROUPS + Math.floor(((i % OUTS) * GROUPS) / OUTS);
  const means = (of: (i: number) => number) => {
    const sums = new Float64Array(BATCH * GROUPS);
    values.forEach((_, i) => (sums[groupOf(i)] = (sums[groupOf(i)] as number) + of(i)));
    return sums.map((sum) => (sum * GROUPS) / perPicture);
  };
  const mean = means((i) => values[i] as number);
  const centred = values.map((value, i) => value - (mean[groupOf(i)] as number));
  const variance = means((i) => (centred[i] as number) ** 2);
  return centred.map((value, i) => value / Math.sqrt((variance[groupOf(i)] as number) + EPS));
}
