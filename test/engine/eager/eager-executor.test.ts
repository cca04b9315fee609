// Training steps on TensorFlow.js' cpu backend. That the equations are PyTorch's is claimed by
// test/interop/golden-eager.test.ts, the same bits on GPUs by eager-executor.gpu.test.ts.
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startDevice } from '../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../src/engine/eager/eager-executor.ts';
import {
  type Executor,
  type ExecutorState,
  STATE_GROUPS,
  type GivenBatch,
} from '../../../src/engine/executor.ts';
import { mapInputs } from '../../../src/engine/inputs.ts';
import { CPU } from '../cpu-device.ts';
import { batch, firstState, inputShapes, PARAMETERS, settings, smallNetwork } from '../small-network.ts';

let executor: Executor;
let tensorsBefore: number;

beforeAll(async () => {
  await startDevice('cpu');
});

beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
  executor = createEagerExecutor(CPU, PARAMETERS, smallNetwork);
  executor.setState(firstState());
});

afterEach(() => {
  executor.dispose();
  expect(tf.memory().numTensors, 'tensors left').toBe(tensorsBefore);
});

/** Trains the steps `from` + 1 to `to`, each on a batch of its own. */
async function train(from: number, to: number): Promise<void> {
  for (let step = from + 1; step <= to; step++) {
    const { applied } = await executor.step([batch(3, step)], settings(step));
    expect(applied).toBe(true);
  }
}

/** Bit for bit, -0 and NaN included. */
function expectSameBits(got: ExecutorState, wanted: ExecutorState): void {
  const bits = (arrays: Float32Array[]) => arrays.map((array) => new Uint32Array(array.buffer));
  for (const group of STATE_GROUPS) expect(bits(got[group]), group).toEqual(bits(wanted[group]));
}

test('what setState is given, snapshot gives back', async () => {
  const state = firstState();
  expectSameBits(await executor.snapshot(), state);
});

test('setState refuses arrays of other lengths and keeps what it had', async () => {
  const state = firstState();
  state.ema[0] = new Float32Array(5);
  expect(() => executor.setState(state)).toThrow('ema of in.weight: expected 108 numbers, got 5');
  expectSameBits(await executor.snapshot(), firstState());
});

test.each([
  ['NaN in the target', (b: GivenBatch) => (b.target[7] = NaN)],
  ['Infinity in the input', (b: GivenBatch) => (b.inputs.sample.data[0] = Infinity)],
])('%s: the step is not applied, nothing changes, and training goes on', async (_, spoil) => {
  await train(0, 2);
  const before = await executor.snapshot();
  const spoilt = batch(3, 3);
  spoil(spoilt);
  const stats = await executor.step([batch(3, 4), spoilt], settings(3));
  expect(stats.applied).toBe(false);
  expect(Number.isFinite(stats.loss)).toBe(false);
  expectSameBits(await executor.snapshot(), before);
  await train(2, 3);
  const after = await executor.snapshot();
  expect(after.weights).not.toEqual(before.weights);
  for (const group of STATE_GROUPS)
    expect(after[group].every((array) => array.every(Number.isFinite))).toBe(true);
});

test('five steps leave no tensor behind', async () => {
  const counts: number[] = [];
  for (let step = 1; step <= 5; step++) {
    await executor.step([batch(2, step), batch(2, step + 50)], settings(step));
    counts.push(tf.memory().numTensors);
  }
  // Four groups with one shard each.
  expect(counts.map((count) => count - tensorsBefore)).toEqual([4, 4, 4, 4, 4]);
});

test('stopped after two steps and resumed from the snapshot equals never stopped, bit for bit', async () => {
  await train(0, 4);
  const whole = await executor.snapshot();
  executor.setState(firstState());
  await train(0, 2);
  const half = await executor.snapshot();
  executor.setState(firstState());
  executor.setState(half);
  await train(2, 4);
  expectSameBits(await executor.snapshot(), whole);
});

test('a snapshot is of the step it was asked at, though training goes on while it is read', async () => {
  await train(0, 1);
  const wanted = await executor.snapshot();
  const reading = executor.snapshot();
  const training = train(1, 3);
  expectSameBits(await reading, wanted);
  await training;
});

test('held weights are of the step they were held at, and go when released', async () => {
  const { inputs } = batch(2, 9);
  await train(0, 1);
  const held = executor.hold('raw');
  const heldEma = executor.hold('ema');
  const raw = await executor.predict(held, inputs);
  const ema = await executor.predict(heldEma, inputs);
  expect(raw).not.toEqual(ema);
  await train(1, 3);
  expect(await executor.predict(held, inputs)).toEqual(raw);
  expect(await executor.predict(heldEma, inputs)).toEqual(ema);
  const newer = executor.hold('raw');
  expect(await executor.predict(newer, inputs)).not.toEqual(raw);
  for (const weights of [held, heldEma, newer]) weights.release();
  await expect(executor.predict(held, inputs)).rejects.toThrow('released');
});

test('micro-batches train as one larger batch does', async () => {
  const [first, second] = [batch(3, 1), batch(3, 2)];
  const joined = (part: (one: GivenBatch) => Float32Array) =>
    Float32Array.of(...part(first), ...part(second));
  const shapes = inputShapes(6);
  const both: GivenBatch = {
    inputs: mapInputs(shapes, (shape, name) => ({
      data: joined(({ inputs }) => inputs[name]?.data as Float32Array),
      shape,
    })),
    target: joined(({ target }) => target),
    sampleWeights: joined(({ sampleWeights }) => sampleWeights),
  };
  const whole = await executor.step([both], settings(1));
  const wanted = await executor.snapshot();
  executor.setState(firstState());
  const parts = await executor.step([first, second], settings(1));
  const got = await executor.snapshot();
  expect(Math.abs(parts.loss - whole.loss)).toBeLessThan(1e-5);
  expect(Math.abs(parts.gradientNorm - whole.gradientNorm)).toBeLessThan(1e-5);
  expect(parts.perSample).toHaveLength(6);
  for (const [i, value] of parts.perSample.entries()) expect(value).toBeCloseTo(whole.perSample[i]!, 5);
  for (const group of STATE_GROUPS) {
    for (const [i, array] of got[group].entries()) {
      const worst = array.reduce((most, x, j) => Math.max(most, Math.abs(x - wanted[group][i]![j]!)), 0);
      expect(worst, `${group} of ${PARAMETERS[i]!.name}`).toBeLessThan(1e-5);
    }
  }
});

test('a small device keeps the state in more shards and trains to the same weights', async () => {
  await train(0, 2);
  const wanted = await executor.snapshot();
  executor.dispose();
  executor = createEagerExecutor({ ...CPU, maxTensorBytes: 4500 }, PARAMETERS, smallNetwork);
  executor.setState(firstState());
  expect(tf.memory().numTensors - tensorsBefore).toBeGreaterThan(4);
  await train(0, 2);
  const got = await executor.snapshot();
  // The norm is summed in another order, so the clipping may differ in the last bit.
  for (const [i, array] of got.weights.entries()) {
    const worst = array.reduce((most, x, j) => Math.max(most, Math.abs(x - wanted.weights[i]![j]!)), 0);
    expect(worst).toBeLessThan(1e-6);
  }
});

test('a parameter larger than the device takes is refused by name', () => {
  expect(() => createEagerExecutor({ ...CPU, maxTensorBytes: 100 }, PARAMETERS, smallNetwork)).toThrow(
    'too small',
  );
});
