// Claim: pictures of prompts with guidance, drawn between training steps from the run's own weights and from
// a checkpoint's, leave the steps' losses, weights, EMA and moments as they are, bit for bit. On tfjs' cpu
// backend, where one device holds all of it.
import { expect, test } from 'vitest';
import { openPictures } from '../../../src/data/sets.ts';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import { startDevice } from '../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../src/engine/eager/eager-executor.ts';
import { createEagerPredictor } from '../../../src/engine/eager/eager-predictor.ts';
import { type Predictor, STATE_GROUPS } from '../../../src/engine/executor.ts';
import type { UNet2DConditionConfig } from '../../../src/model/unet-config.ts';
import { modelOfRun, presetConfig, PRESETS } from '../../../src/settings/presets.ts';
import type { RunConfig } from '../../../src/settings/settings.ts';
import { initialState } from '../../../src/trainer/run.ts';
import { newWords } from '../../../src/trainer/run-words.ts';
import { Drawing } from '../../../src/trainer/samples/drawing.ts';
import { trainingStep } from '../../../src/trainer/training-step.ts';

const STEPS = 2;
const { network, textEncoder } = PRESETS['text-tiny'];
/** The preset's networks, with few channels. */
const config: RunConfig = {
  ...presetConfig('text-tiny'),
  ...{ dataset: 'shapes', imageSize: 8, maxImages: 8, batchSize: 2, seed: 3, warmupSteps: 1 },
  network: {
    ...(network as Omit<UNet2DConditionConfig, 'sampleSize'>),
    ...{ blockOutChannels: [8, 8], normNumGroups: 4, crossAttentionDim: 8, attentionHeads: [2, 2] },
  },
  textEncoder: textEncoder && { ...textEncoder, hiddenSize: 8, intermediateSize: 8, numAttentionHeads: 2 },
};
const wish = {
  ...{ prompts: ['a red circle', ''], negative: 'blue' },
  guidance: { scale: 4, start: 0, stop: 1 },
};

test('the same bits with and without', async () => {
  const device = await startDevice('cpu');
  const { parameters, network: model } = modelOfRun(config);
  const executor = createEagerExecutor(device, parameters, model);
  const opened = createEagerPredictor(device, parameters, model, initialState(config).ema);
  const set = await openPictures(config.dataset, config);
  const learning = { config, levels: noiseLevels(config), words: newWords(config, set, null), classes: null };
  const drawingFrom = (predictor: Predictor): Drawing =>
    new Drawing(
      { runId: 'run-1', ...learning, executor: predictor },
      { purpose: 'generate', step: 0, weights: 'ema', seed: 5, count: 2, calls: 10, wish, noise: [0, 0] },
    );
  const trained = async (between: () => Promise<unknown>): Promise<unknown[]> => {
    executor.setState(initialState(config));
    const losses: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const { microBatches, settings } = await trainingStep(learning, set, STEPS, step);
      losses.push((await executor.step(microBatches, settings)).loss);
      await between();
    }
    const state = await executor.snapshot();
    return [losses, STATE_GROUPS.map((group) => state[group])];
  };
  const alone = await trained(() => Promise.resolve());
  let drawings: Drawing[] = [];
  const beside = await trained(async () => {
    if (drawings.length === 0) drawings = [executor, opened].map(drawingFrom);
    for (const drawing of drawings) await drawing.advance();
  });
  for (const drawing of drawings) drawing.cancel();
  executor.dispose();
  expect(drawings.map(({ callsMade, passes }) => [callsMade, passes])).toEqual([
    [STEPS, 2],
    [STEPS, 2],
  ]);
  expect(beside).toEqual(alone);
});
