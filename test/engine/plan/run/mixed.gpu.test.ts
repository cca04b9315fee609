// Training in mixed precision. By the kernels for GPUs in software nothing is stored as halves, so that loss
// scaling alone is left: as its scales are powers of two, training has the bits of full precision, and a
// skipped step is one that never was. By those for GPUs in hardware (with VITE_KERNEL_SWEEP=1), whose
// activations are halves, training is near that of eager: within 5e-3.
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Device } from '../../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../../src/engine/eager/eager-executor.ts';
import { type ExecutorState, type LossScale, STATE_GROUPS } from '../../../../src/engine/executor.ts';
import type { Family } from '../../../../src/engine/plan/kernels/target.ts';
import { createPlanExecutor, type PlanExecutor } from '../../../../src/engine/plan/run/plan-executor.ts';
import { CPU } from '../../cpu-device.ts';
import { batch, firstState, inputShapes, PARAMETERS, settings, smallNetwork } from '../../small-network.ts';
import { testDevice } from '../test-device.ts';

let device: Device;
beforeAll(async () => {
  device = await testDevice();
});

async function planOf(family: Family, precision: 'full' | 'mixed'): Promise<PlanExecutor> {
  const options = { inputs: inputShapes(3), family, precision };
  const plan = await createPlanExecutor(device, PARAMETERS, smallNetwork, options);
  await plan.prepare();
  return plan;
}

/** A batch whose gradients are not finite. */
const spoilt = (seed: number) => {
  const given = batch(3, seed);
  given.target[7] = 1e38;
  return given;
};

const stepsOf = (plan: PlanExecutor, steps: readonly number[]) =>
  Promise.all(steps.map((step) => plan.step([batch(3, step)], settings(step))));

const bitsOf = (state: ExecutorState) =>
  STATE_GROUPS.map((group) => state[group].map((array) => new Uint32Array(array.buffer)));

describe('by the kernels for GPUs in software', () => {
  let full: PlanExecutor;
  let mixed: PlanExecutor;
  beforeAll(async () => {
    full = await planOf('registers', 'full');
    mixed = await planOf('registers', 'mixed');
  });
  afterAll(() => [full, mixed].forEach((plan) => plan.dispose()));

  it('has the bits of full precision', async () => {
    for (const plan of [full, mixed]) plan.setState(firstState());
    const [wanted, got] = [await stepsOf(full, [1, 2, 3]), await stepsOf(mixed, [1, 2, 3])];
    expect(got.map(({ lossScale: _, ...rest }) => rest)).toEqual(wanted);
    expect(bitsOf(await mixed.snapshot())).toEqual(bitsOf(await full.snapshot()));
    expect(got.at(-1)?.lossScale).toEqual({ scale: 65_536, growthTracker: 3, skipped: 0 });
  });

  it('skips a step with gradients that are not finite, and goes on as if it never was', async () => {
    for (const plan of [full, mixed]) plan.setState(firstState());
    await stepsOf(full, [1, 2, 3]);
    // All in flight at once: the third and fourth are encoded before it is known that the second is skipped.
    const [, second, , last] = await Promise.all([
      mixed.step([batch(3, 1)], settings(1)),
      mixed.step([spoilt(2)], settings(2)),
      mixed.step([batch(3, 2)], settings(3)),
      mixed.step([batch(3, 3)], settings(4)),
    ]);
    expect(second.applied).toBe(false);
    expect(second.lossScale).toEqual({ scale: 32_768, growthTracker: 0, skipped: 1 });
    expect(last.lossScale).toEqual({ scale: 32_768, growthTracker: 2, skipped: 1 });
    expect(bitsOf(await mixed.snapshot())).toEqual(bitsOf(await full.snapshot()));
  });

  it('goes on from a snapshot with its scale: the same bits, and the scale grows at the same step', async () => {
    const lossScale: LossScale = { scale: 512, growthTracker: 1997, skipped: 3 };
    mixed.setState({ ...firstState(), lossScale });
    const whole = await stepsOf(mixed, [11, 12, 13, 14]);
    const end = await mixed.snapshot();
    mixed.setState({ ...firstState(), lossScale });
    await stepsOf(mixed, [11, 12]);
    const half = await mixed.snapshot();
    expect(half.lossScale).toEqual({ scale: 512, growthTracker: 1999, skipped: 3 });
    mixed.setState(half);
    const rest = await stepsOf(mixed, [13, 14]);
    expect(rest).toEqual(whole.slice(2));
    expect(end.lossScale).toEqual({ scale: 1024, growthTracker: 1, skipped: 3 });
    expect(await mixed.snapshot()).toEqual(end);
  });
});

test.runIf(import.meta.env['VITE_KERNEL_SWEEP'])(
  'with halves: trains near eager, and resumes exactly',
  async () => {
    const eager = createEagerExecutor(CPU, PARAMETERS, smallNetwork);
    const mixed = await planOf('tiles', 'mixed');
    const full = await planOf('tiles', 'full');
    expect(mixed.report.allocatedBytes).toBeLessThan(full.report.allocatedBytes);
    for (const executor of [eager, mixed]) executor.setState(firstState());
    for (const step of [1, 2, 3, 4]) {
      const wanted = await eager.step([batch(3, step)], settings(step));
      const got = await mixed.step([batch(3, step)], settings(step));
      expect(got.applied).toBe(true);
      expect(Math.abs(got.loss / wanted.loss - 1), `loss ${step}`).toBeLessThan(5e-3);
      expect(Math.abs(got.gradientNorm / wanted.gradientNorm - 1), `norm ${step}`).toBeLessThan(5e-3);
      expect(got.loss).not.toBe(wanted.loss);
    }
    const half = await mixed.snapshot();
    const next = await stepsOf(mixed, [5, 6]);
    mixed.setState(half);
    expect(await stepsOf(mixed, [5, 6])).toEqual(next);
    for (const executor of [eager, mixed, full]) executor.dispose();
  },
);
