// The same training gives the same bits on a GPU, stopped and resumed too. In a real browser, on webgpu and
// webgl.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, startDevice } from '../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../src/engine/eager/eager-executor.ts';
import { type Executor, type ExecutorState, STATE_GROUPS } from '../../../src/engine/executor.ts';
import { batch, firstState, PARAMETERS, settings, smallNetwork } from '../small-network.ts';

for (const backend of ['webgpu', 'webgl'] as const) {
  describe(`training on ${backend}`, () => {
    let device: Device;
    let executor: Executor;

    beforeAll(async () => {
      device = await startDevice(backend);
      executor = createEagerExecutor(device, PARAMETERS, smallNetwork);
    });
    afterAll(() => {
      executor.dispose();
      device.dispose();
    });

    /**
     * Trains the steps `from` + 1 to `to` from `state`, all in flight at once. Returns their losses and the
     * state after.
     */
    async function train(state: ExecutorState, from: number, to: number) {
      executor.setState(state);
      const steps = Array.from({ length: to - from }, (_, i) => from + 1 + i);
      const stats = await Promise.all(steps.map((step) => executor.step([batch(3, step)], settings(step))));
      expect(stats.every(({ applied }) => applied)).toBe(true);
      return { losses: stats.map(({ loss }) => loss), state: await executor.snapshot() };
    }

    function expectSameBits(got: ExecutorState, wanted: ExecutorState): void {
      const bits = (arrays: Float32Array[]) => arrays.map((array) => new Uint32Array(array.buffer));
      for (const group of STATE_GROUPS) expect(bits(got[group]), group).toEqual(bits(wanted[group]));
    }

    it('gives the same bits twice', async () => {
      const first = await train(firstState(), 0, 3);
      const second = await train(firstState(), 0, 3);
      expect(second.losses).toEqual(first.losses);
      expect(new Set(first.losses).size).toBe(3);
      expectSameBits(second.state, first.state);
      expect(first.state.weights).not.toEqual(firstState().weights);
    });

    it('gives the same bits resumed from a snapshot', async () => {
      const whole = await train(firstState(), 0, 3);
      const half = await train(firstState(), 0, 2);
      const rest = await train(half.state, 2, 3);
      expect([...half.losses, ...rest.losses]).toEqual(whole.losses);
      expectSameBits(rest.state, whole.state);
    });

    it('does not apply a step with a NaN', async () => {
      const { state } = await train(firstState(), 0, 1);
      const spoilt = batch(3, 2);
      spoilt.target[7] = NaN;
      const { applied } = await executor.step([spoilt], settings(2));
      expect(applied).toBe(false);
      expectSameBits(await executor.snapshot(), state);
    });

    it('keeps held weights while training goes on', async () => {
      const { inputs } = batch(2, 9);
      executor.setState(firstState());
      const held = executor.hold('ema');
      const got = await executor.predict(held, inputs);
      await train(firstState(), 0, 1);
      expect(await executor.predict(held, inputs)).toEqual(got);
      held.release();
    });
  });
}
