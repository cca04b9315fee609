// Claims of drawing from a checkpoint by the plan: given weights predict the bits of an executor that holds
// the same weights, for one sample or five together (with VITE_KERNEL_SWEEP=1 by the tile kernels, too);
// their release destroys every buffer, also while a prediction is under way. In a real browser.
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { networkOf } from '../../src/settings/presets.ts';
import type { Device } from '../../src/engine/device/device.ts';
import type { Predictor } from '../../src/engine/executor.ts';
import { createPlanPredictor } from '../../src/engine/plan/run/given-predictor.ts';
import { createPlanExecutor } from '../../src/engine/plan/run/plan-executor.ts';
import type { UNetConfig } from '../../src/model/unet-config.ts';
import { modelOf } from '../../src/model/model.ts';
import { normals, STREAMS } from '../../src/random.ts';
import { testDevice } from '../engine/plan/test-device.ts';

/** The preset `small` with an eighth of its channels: attention, and linear layers that the plan joins. */
const small = networkOf({ preset: 'small', imageSize: 8 });
const config: UNetConfig = {
  ...small,
  blockOutChannels: small.blockOutChannels.map((channels) => channels / 8),
  normNumGroups: 4,
};
const { parameters, network, inputs, initialWeights } = modelOf(config);
const weights = initialWeights(3);
const ema = initialWeights(4);
const LENGTH = 8 * 8 * 3;

let device: Device;
beforeAll(async () => {
  device = await testDevice();
});
afterEach(() => vi.restoreAllMocks());

const given = (values: Float32Array[], software = device.software): Promise<Predictor> =>
  createPlanPredictor(
    { webgpu: device.webgpu, software },
    parameters,
    network,
    { inputs: inputs(1) },
    values,
  );

/** Predictions for pictures of noise `from` to `to` - 1, each with a timestep of its own. */
function predict(predictor: Predictor, held: ReturnType<Predictor['hold']>, from: number, to: number) {
  const pictures = Array.from({ length: to - from }, (_, i) => normals(7, from + i, STREAMS.samples, LENGTH));
  const x = new Float32Array(pictures.length * LENGTH);
  pictures.forEach((picture, i) => x.set(picture, i * LENGTH));
  const timesteps = Float32Array.from(pictures, (_, i) => 100 * (from + i));
  return predictor.predict(held, {
    sample: { data: x, shape: [pictures.length, 8, 8, 3] },
    timestep: { data: timesteps, shape: [pictures.length] },
  });
}

/** `software`: the kernels for a GPU in software; in the sweep also the kernels for hardware. */
const kinds = import.meta.env['VITE_KERNEL_SWEEP'] ? [true, false] : [true];

test.each(kinds)(
  'given weights predict the bits of an executor that holds them, for each picture alone as for five, software %s',
  async (software) => {
    const on = { webgpu: device.webgpu, software };
    const executor = await createPlanExecutor(on, parameters, network, { inputs: inputs(1) });
    const zeros = weights.map(({ length }) => new Float32Array(length));
    executor.setState({ weights, ema, expAvg: zeros, expAvgSq: zeros });
    const held = executor.hold('ema');
    const wanted = await predict(executor, held, 0, 5);
    held.release();
    executor.dispose();

    const predictor = await given(ema, software);
    const own = predictor.hold('ema');
    expect(await predict(predictor, own, 0, 5)).toEqual(wanted);
    for (const i of [0, 1, 4])
      expect(await predict(predictor, own, i, i + 1)).toEqual(wanted.slice(i * LENGTH, (i + 1) * LENGTH));
    own.release();
    const other = await given(weights, software);
    expect(await predict(other, other.hold('raw'), 0, 1)).not.toEqual(wanted.slice(0, LENGTH));
    other.hold('raw').release();
  },
);

test('released, every buffer is destroyed: at once, or after the prediction under way', async () => {
  const made = vi.spyOn(GPUDevice.prototype, 'createBuffer');
  const destroyed = vi.spyOn(GPUBuffer.prototype, 'destroy');
  const living = (): string[] =>
    made.mock.results
      .map(({ value }) => value as GPUBuffer)
      .filter((buffer) => !destroyed.mock.contexts.includes(buffer))
      .map(({ label }) => label);
  const predictor = await given(weights);
  const held = predictor.hold('raw');
  await predict(predictor, held, 0, 2);
  const prediction = predict(predictor, held, 0, 2);
  held.release();
  expect(living()).not.toEqual([]);
  expect((await prediction).every(Number.isFinite)).toBe(true);
  await expect.poll(living).toEqual([]);
  expect(() => predict(predictor, held, 0, 1)).toThrow(/released/);
});
