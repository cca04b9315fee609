// The plan trains as eager does on TensorFlow.js' cpu backend: losses, norms, weights, moments, EMA. It gives
// the same bits twice and after resuming, in each family's own order of additions (`tiles` with
// VITE_KERNEL_SWEEP=1), and a steady step creates no buffer. In a real browser, on webgpu.
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import type { Device } from '../../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../../src/engine/eager/eager-executor.ts';
import {
  type Executor,
  type ExecutorState,
  type NoisedBatch,
  STATE_GROUPS,
} from '../../../../src/engine/executor.ts';
import { createPlanExecutor, type PlanExecutor } from '../../../../src/engine/plan/run/plan-executor.ts';
import { STREAMS } from '../../../../src/random.ts';
import { CPU } from '../../cpu-device.ts';
import * as text from '../../text-network.ts';
import { batch, firstState, inputShapes, PARAMETERS, settings, smallNetwork } from '../../small-network.ts';
import { testDevice } from '../test-device.ts';

let device: Device;
let eager: Executor;

beforeAll(async () => {
  device = await testDevice();
  eager = createEagerExecutor(CPU, PARAMETERS, smallNetwork);
});
afterAll(() => eager.dispose());

async function train(executor: Executor, state: ExecutorState, from: number, to: number) {
  executor.setState(state);
  const steps = Array.from({ length: to - from }, (_, i) => from + 1 + i);
  const stats = await Promise.all(steps.map((step) => executor.step([batch(3, step)], settings(step))));
  expect(stats.every(({ applied }) => applied)).toBe(true);
  return { stats, losses: stats.map(({ loss }) => loss), state: await executor.snapshot() };
}

function expectSameBits(got: ExecutorState, wanted: ExecutorState): void {
  const bits = (arrays: Float32Array[]) => arrays.map((array) => new Uint32Array(array.buffer));
  for (const group of STATE_GROUPS) expect(bits(got[group]), group).toEqual(bits(wanted[group]));
}

function expectClose(got: ExecutorState, wanted: ExecutorState, within: number): void {
  for (const group of STATE_GROUPS) {
    for (const [i, array] of got[group].entries()) {
      const worst = array.reduce((most, x, j) => Math.max(most, Math.abs(x - wanted[group][i]![j]!)), 0);
      expect(worst, `${group} of ${PARAMETERS[i]!.name}`).toBeLessThan(within);
    }
  }
}

/** Counts the buffers created while `work` runs. */
async function buffersMade(work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(GPUDevice.prototype, 'createBuffer');
  try {
    await work();
    return spy.mock.calls.length;
  } finally {
    spy.mockRestore();
  }
}

/**
 * Kernels of `tiles` have their shapes in the source and compile 54 pipelines here, so they run in the sweep
 * only.
 */
const families = import.meta.env['VITE_KERNEL_SWEEP']
  ? (['registers', 'tiles'] as const)
  : ['registers' as const];

for (const family of families) {
  describe(`a plan of ${family}`, () => {
    let plan: PlanExecutor;
    beforeAll(async () => {
      plan = await createPlanExecutor(device, PARAMETERS, smallNetwork, { inputs: inputShapes(3), family });
      await plan.prepare();
    });
    afterAll(() => plan.dispose());

    it('trains as eager does', async () => {
      const wanted = await train(eager, firstState(), 0, 4);
      const got = await train(plan, firstState(), 0, 4);
      got.stats.forEach(({ loss, gradientNorm, perSample }, i) => {
        const by = wanted.stats[i]!;
        expect(Math.abs(loss / by.loss - 1), `loss ${i}`).toBeLessThan(1e-5);
        expect(Math.abs(gradientNorm / by.gradientNorm - 1), `norm ${i}`).toBeLessThan(1e-4);
        perSample.forEach((value, j) => expect(Math.abs(value / by.perSample[j]! - 1)).toBeLessThan(1e-5));
      });
      expectClose(got.state, wanted.state, 1e-4);
    });

    it('gives the same bits twice, and resumed from a snapshot', async () => {
      const first = await train(plan, firstState(), 0, 3);
      const half = await train(plan, firstState(), 0, 2);
      const rest = await train(plan, half.state, 2, 3);
      expect([...half.losses, ...rest.losses]).toEqual(first.losses);
      expect(new Set(first.losses).size).toBe(3);
      expectSameBits(rest.state, first.state);
    });

    it('draws its noise as eager does', async () => {
      const { inputs, sampleWeights } = batch(3, 1);
      const noised: NoisedBatch = {
        inputs: { timestep: inputs.timestep },
        pictures: inputs.sample,
        sampleWeights,
        mixture: Float32Array.of(0.9, 0.3, 0, 1, 0.5, 0.8, -0.8, 0.5, 0.1, 1, -1, 0.1),
        noise: { seed: 5, step: 77, stream: STREAMS.noise, first: 48 },
      };
      const losses: number[] = [];
      for (const executor of [eager, plan]) {
        executor.setState(firstState());
        losses.push((await executor.step([noised], settings(1))).loss);
      }
      expect(Math.abs(losses[1]! / losses[0]! - 1)).toBeLessThan(1e-5);
    });

    it('does not apply a step with a NaN, and tells it', async () => {
      const { state } = await train(plan, firstState(), 0, 1);
      const spoilt = batch(3, 2);
      spoilt.target[7] = NaN;
      const { applied, loss } = await plan.step([spoilt], settings(2));
      expect(applied).toBe(false);
      expect(Number.isFinite(loss)).toBe(false);
      expectSameBits(await plan.snapshot(), state);
    });

    it('predicts as eager does, from weights that are kept while training goes on', async () => {
      const { inputs } = batch(2, 9);
      const predictions: Float32Array[] = [];
      for (const executor of [eager, plan]) {
        executor.setState(firstState());
        const held = executor.hold('ema');
        predictions.push(await executor.predict(held, inputs));
        await train(executor, firstState(), 0, 1);
        expect(await executor.predict(held, inputs)).toEqual(predictions.at(-1));
        held.release();
        await expect(executor.predict(held, inputs)).rejects.toThrow('released');
      }
      const [wanted, got] = predictions as [Float32Array, Float32Array];
      got.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-5));
    });

    it('creates no buffer in a steady step', async () => {
      plan.setState(firstState());
      const made = await buffersMade(async () => {
        for (let step = 1; step <= 3; step++) await plan.step([batch(3, step)], settings(step));
      });
      expect(made).toBe(0);
    });
  });
}

test('micro-batches train as eager`s do', async () => {
  const plan = await createPlanExecutor(device, PARAMETERS, smallNetwork, {
    inputs: inputShapes(3),
    microBatches: 2,
  });
  await plan.prepare();
  for (const executor of [eager, plan]) executor.setState(firstState());
  const both = [batch(3, 1), batch(3, 2)];
  const [wanted, got] = [await eager.step(both, settings(1)), await plan.step(both, settings(1))];
  expect(Math.abs(got.loss / wanted.loss - 1)).toBeLessThan(1e-5);
  expect(Math.abs(got.gradientNorm / wanted.gradientNorm - 1)).toBeLessThan(1e-4);
  expect(got.perSample).toHaveLength(6);
  expectClose(await plan.snapshot(), await eager.snapshot(), 1e-4);
  plan.dispose();
});

/**
 * Each array within 1e-4 of the largest number in it; where all of it is rounding, as a key's bias has no
 * gradient, of a thousandth of the largest of all.
 */
function expectCloseMoments(got: readonly Float32Array[], wanted: readonly Float32Array[]): void {
  const largest = (array: Float32Array) => array.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const least = 1e-3 * Math.max(...wanted.map(largest));
  wanted.forEach((array, i) => {
    const worst = array.reduce((most, x, j) => Math.max(most, Math.abs(x - got[i]![j]!)), 0);
    const name = text.PARAMETERS[i]!.name;
    expect(worst / Math.max(least, largest(array)), `gradient of ${name}`).toBeLessThan(1e-4);
  });
}

test.each(families)('a network that reads text trains as eager`s does: %s', async (family) => {
  const { PARAMETERS: parameters, textNetwork } = text;
  const byEager = createEagerExecutor(CPU, parameters, textNetwork);
  const plan = await createPlanExecutor(device, parameters, textNetwork, {
    ...{ inputs: text.inputShapes(3), microBatches: 2, family },
  });
  await plan.prepare();
  for (const executor of [byEager, plan]) executor.setState(text.firstState());
  const both = [text.batch(3, 1), text.batch(3, 2)];
  const unclipped = { ...settings(1), gradientClip: 1e6 };
  const [wanted, got] = [await byEager.step(both, unclipped), await plan.step(both, unclipped)];
  expect(Math.abs(got.loss / wanted.loss - 1)).toBeLessThan(1e-5);
  expect(Math.abs(got.gradientNorm / wanted.gradientNorm - 1)).toBeLessThan(1e-5);
  // After one step from zero, the first moment is a tenth of the gradient.
  expectCloseMoments((await plan.snapshot()).expAvg, (await byEager.snapshot()).expAvg);
  byEager.dispose();
  plan.dispose();
});
