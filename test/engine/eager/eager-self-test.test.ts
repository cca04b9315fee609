// The self-test passes where gradients are right; it fails and names the tensor where a kernel is broken, as
// on some phones. The probe finds the speeds of a made-up device by that device's own clock. Not here:
// browsers (device.gpu.test.ts).
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Device, startDevice } from '../../../src/engine/device/device.ts';
import { probe } from '../../../src/engine/eager/eager-probe.ts';
import { gradientSelfTest } from '../../../src/engine/eager/eager-self-test.ts';
import { sizeOf } from '../../../src/engine/layout.ts';

let device: Device;

beforeAll(async () => {
  device = await startDevice('cpu');
});

/** Runs `work` while the cpu kernel answers a tensor like its own filled with `spoil` of each value. */
async function withBrokenKernel<T>(
  kernelName: string,
  spoil: (value: number) => number,
  work: () => Promise<T>,
) {
  const kernel = tf.getKernel(kernelName, 'cpu');
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel({
    ...kernel,
    kernelFunc: (params) => {
      const output = kernel.kernelFunc(params) as tf.TensorInfo;
      const values = tf.engine().backend.readSync(output.dataId) as Float32Array;
      values.forEach((value, i) => (values[i] = spoil(value)));
      return output;
    },
  });
  try {
    return await work();
  } finally {
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel(kernel);
  }
}

afterEach(() => void vi.restoreAllMocks());

describe('gradientSelfTest', () => {
  it('passes on cpu and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    vi.spyOn(performance, 'now').mockReturnValueOnce(1000).mockReturnValue(1250);
    const { passed, detail, ms } = await gradientSelfTest(device);
    expect(detail).toMatch(/^largest difference \d\.\de-[67]$/);
    expect(passed).toBe(true);
    expect(ms).toBe(250);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['zero', () => 0, /the gradient of the pictures on cpu: all zero/],
    ['not finite', () => NaN, /the gradient of the pictures on cpu: not finite/],
    ['1 % off', (value: number) => value * 1.01, /the gradient of the pictures on cpu: off by 1\.0e-2/],
  ])('fails where the gradient of the pictures is %s', async (_, spoil, detail) => {
    const result = await withBrokenKernel('Conv2DBackpropInput', spoil, () => gradientSelfTest(device));
    expect(result).toMatchObject({ passed: false, detail: expect.stringMatching(detail) });
  });

  it('fails where the sums of group norm are zero', async () => {
    const result = await withBrokenKernel(
      'AvgPool',
      () => 0,
      () => gradientSelfTest(device),
    );
    expect(result.passed).toBe(false);
  });
});

/** A made-up device: what one addition takes, and multiply-adds of a convolution. */
interface Speed {
  additionMs: number;
  macsPerSecond: number;
}

type Inputs = tf.NamedTensorInfoMap;
type Attributes = tf.Conv2DAttrs & tf.Conv2DBackpropInputAttrs;

/** Output shape and multiply-adds of the two kernels that a convolution and its gradients are on cpu. */
const CONVOLUTIONS = {
  [tf.Conv2D]: ({ x, filter }: Inputs, { strides, pad, dilations, dimRoundingMode }: Attributes) => {
    const shapes = [x!.shape, filter!.shape] as [Shape4D, Shape4D];
    const info = tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode);
    return { shape: info.outShape, macs: sizeOf(info.outShape) * sizeOf(shapes[1].slice(0, 3)) };
  },
  [tf.Conv2DBackpropInput]: ({ dy, filter }: Inputs, { inputShape }: Attributes) => ({
    shape: inputShape,
    macs: sizeOf(dy!.shape) * sizeOf(filter!.shape.slice(0, 3)),
  }),
};
type Shape4D = [number, number, number, number];

/** Makes the cpu backend such a device: its kernels move performance.now() on, and nothing else does. */
function pretend({ additionMs, macsPerSecond }: Speed): { clock: () => number; restore: () => void } {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const kernels = [tf.Add, ...Object.keys(CONVOLUTIONS)].map((name) => tf.getKernel(name, 'cpu'));
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, 'cpu');
    const convolution = CONVOLUTIONS[kernel.kernelName as keyof typeof CONVOLUTIONS];
    tf.registerKernel({
      ...kernel,
      kernelFunc: (params) => {
        if (!convolution) {
          now += additionMs;
          return kernel.kernelFunc(params);
        }
        const { shape, macs } = convolution(params.inputs, params.attrs as Attributes & typeof params.attrs);
        now += (1000 * macs) / macsPerSecond;
        return tf.zeros(shape);
      },
    });
  }
  return {
    clock: () => now,
    restore: () => {
      for (const kernel of kernels) {
        tf.unregisterKernel(kernel.kernelName, 'cpu');
        tf.registerKernel(kernel);
      }
    },
  };
}

describe('probe', () => {
  // From tfjs' cpu backend to a GPU; the last is a device that hardly trains.
  it.each([
    ['the processor', true, { additionMs: 0.01, macsPerSecond: 1e8 }],
    ['a GPU in software', true, { additionMs: 0.5, macsPerSecond: 1e9 }],
    ['a GPU', false, { additionMs: 0.02, macsPerSecond: 4e9 }],
    ['a slow one', true, { additionMs: 3, macsPerSecond: 2e7 }],
  ])(
    'finds the speeds of %s within 2.5 s of that device, and leaves no tensor',
    async (_, software, speed) => {
      const before = tf.memory().numTensors;
      const { clock, restore } = pretend(speed);
      const { opMs, macsPerSecond } = await probe({ ...device, software }).finally(restore);
      expect(opMs).toBeCloseTo(speed.additionMs, 6);
      // A pass adds the bias, too.
      expect(macsPerSecond).toBeLessThanOrEqual(speed.macsPerSecond * 1.001);
      expect(macsPerSecond).toBeGreaterThan(0.9 * speed.macsPerSecond);
      expect(clock()).toBeLessThan(2500);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('gives finite positive numbers on the real clock', async () => {
    const { opMs, macsPerSecond } = await probe(device);
    for (const number of [opMs, macsPerSecond]) expect(number > 0 && Number.isFinite(number)).toBe(true);
    console.info(`probe on cpu: ${opMs.toFixed(4)} ms, ${(macsPerSecond / 1e6).toFixed(0)} M/s`);
  });
});
