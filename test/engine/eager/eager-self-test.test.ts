// The self-test passes where gradients are right and fails, naming the tensor, where a kernel is broken as it is on some phones.
// The probe gives numbers in time. On cpu; in browsers: device.gpu.test.ts.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Device, startDevice } from '../../../src/engine/device/device.ts';
import { probe } from '../../../src/engine/eager/eager-probe.ts';
import { gradientSelfTest } from '../../../src/engine/eager/eager-self-test.ts';

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

describe('gradientSelfTest', () => {
  it('passes on cpu and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const { passed, detail, ms } = await gradientSelfTest(device);
    expect(detail).toMatch(/^largest difference \d\.\de-[67]$/);
    expect(passed).toBe(true);
    expect(ms).toBeGreaterThan(0);
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

describe('probe', () => {
  it('gives finite positive numbers in under 2.5 s and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const started = performance.now();
    const { opMs, macsPerSecond } = await probe(device);
    const ms = performance.now() - started;
    expect(opMs).toBeGreaterThan(0);
    expect(opMs).toBeLessThan(10);
    expect(macsPerSecond).toBeGreaterThan(1e6);
    expect(Number.isFinite(macsPerSecond)).toBe(true);
    expect(ms).toBeLessThan(2500);
    expect(tf.memory().numTensors).toBe(before);
    console.info(
      `probe on cpu: ${opMs.toFixed(4)} ms, ${(macsPerSecond / 1e6).toFixed(0)} M/s, in ${ms.toFixed(0)} ms`,
    );
  });
});
