// Timing chooses among existing tile shapes, keeps known choices, and changes no bit of what is trained; the
// self-test finds that shapes agree.
import { expect, test } from 'vitest';
import { TILE_SHAPES } from '../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import { createPlanExecutor } from '../../../../src/engine/plan/run/plan-executor.ts';
import { gpuOf, type PlanOptions, targetOf } from '../../../../src/engine/plan/run/plan-device.ts';
import { pipelineCacheOf } from '../../../../src/engine/plan/run/program.ts';
import { tilesAgree } from '../../../../src/engine/plan/run/tile-bits-test.ts';
import { batch, firstState, inputShapes, PARAMETERS, settings, smallNetwork } from '../../small-network.ts';
import { testDevice } from '../test-device.ts';

async function trained(options: Partial<PlanOptions>) {
  const plan = await createPlanExecutor(await testDevice(), PARAMETERS, smallNetwork, {
    inputs: inputShapes(3),
    family: 'tiles',
    ...options,
  });
  await plan.prepare();
  plan.setState(firstState());
  const losses = [1, 2].map(async (step) => (await plan.step([batch(3, step)], settings(step))).loss);
  const result = { losses: await Promise.all(losses), tiles: plan.tiles, shapesChosen: plan.shapesChosen };
  plan.dispose();
  return result;
}

test.runIf(import.meta.env['VITE_KERNEL_SWEEP'])(
  'a tuned plan gives the bits of one that is not',
  async () => {
    const plain = await trained({});
    expect(plain.tiles).toEqual({});
    const tuned = await trained({ tuneMs: 120_000 });
    const names = TILE_SHAPES.map(({ name }) => name);
    expect(tuned.shapesChosen).not.toEqual({});
    expect(Object.keys(tuned.tiles).length).toBeGreaterThan(0);
    for (const name of Object.keys(tuned.shapesChosen)) expect(names).toContain(name);
    expect(tuned.losses).toEqual(plain.losses);
    const again = await trained({ tuneMs: 1, tiles: tuned.tiles });
    expect(again.tiles).toMatchObject(tuned.tiles);
    expect(again.losses).toEqual(plain.losses);
  },
);

test.runIf(import.meta.env['VITE_KERNEL_SWEEP'])(
  'two tile shapes have the same bits by the self-test',
  async () => {
    const device = await testDevice();
    expect(await tilesAgree(pipelineCacheOf(gpuOf(device)), targetOf(device, 'tiles'))).toBe(true);
  },
);
