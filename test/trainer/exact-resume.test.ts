// Claim: saved after two steps and resumed equals never stopped, bit for bit, through the file's own names and layout, with
// gradient accumulation and past an epoch's end. On tfjs' cpu backend; e2e claims the same of the whole app in a browser.
import { beforeAll, expect, test } from 'vitest';
import type { RunConfig } from '../../src/settings/settings.ts';
import { lastStep } from '../../src/settings/calendar.ts';
import { networkOf, presetConfig } from '../../src/settings/presets.ts';
import { openPictures } from '../../src/data/sets.ts';
import { alphaBar } from '../../src/diffusion/noise-schedule.ts';
import { startDevice } from '../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../src/engine/eager/eager-executor.ts';
import { type Executor, type ExecutorState, STATE_GROUPS } from '../../src/engine/executor.ts';
import { unetParameters } from '../../src/model/parameters.ts';
import { unet } from '../../src/model/unet.ts';
import { initialState } from '../../src/trainer/run.ts';
import { trainingStep } from '../../src/trainer/training-step.ts';

// 5 pictures, 4 a step: an epoch has two steps, its second is completed with the first pictures of its permutation.
const config: RunConfig = {
  ...presetConfig('tiny'),
  dataset: 'shapes',
  imageSize: 8,
  maxImages: 5,
  batchSize: 2,
  gradientAccumulationSteps: 2,
  seed: 3,
  warmupSteps: 2,
};

let executor: Executor;

beforeAll(async () => {
  const network = networkOf(config);
  executor = createEagerExecutor(await startDevice('cpu'), unetParameters(network), (ops, weights, inputs) =>
    unet(ops, network, weights, inputs),
  );
});

/** Trains from `state` at step `from` to step `to`. */
async function train(state: ExecutorState, from: number, to: number) {
  executor.setState(state);
  const set = await openPictures(config.dataset, {
    imageSize: config.imageSize,
    maxImages: config.maxImages,
  });
  const losses: number[] = [];
  for (let globalStep = from; globalStep < to; globalStep++) {
    const step = await trainingStep(
      config,
      set,
      alphaBar(config.noiseSchedule),
      lastStep(config, set.count),
      globalStep,
    );
    const stats = await executor.step(step.microBatches, step.settings);
    expect(stats.applied).toBe(true);
    expect(stats.perSample).toHaveLength(4);
    losses.push(stats.loss);
  }
  return { losses, state: await executor.snapshot() };
}

test('resumed after 2 of 4 steps equals never stopped', { timeout: 120_000 }, async () => {
  const whole = await train(initialState(config), 0, 4);
  const half = await train(initialState(config), 0, 2);
  const rest = await train(half.state, 2, 4);
  expect([...half.losses, ...rest.losses]).toEqual(whole.losses);
  for (const group of STATE_GROUPS) expect(rest.state[group], group).toEqual(whole.state[group]);
  expect(new Set(whole.losses).size).toBe(4);
});
