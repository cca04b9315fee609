// A small run with words at its fourth step, for the tests of files: 8 x 8 shapes, one level with
// cross-attention, an encoder of 16 channels. Not here: claims.
import { openPictures } from '../../src/data/sets.ts';
import type { CheckpointContent } from '../../src/trainer/checkpoint-file.ts';
import { History } from '../../src/trainer/history.ts';
import { newClasses } from '../../src/trainer/run-classes.ts';
import { newWords } from '../../src/trainer/run-words.ts';
import { initialState, stampOf } from '../../src/trainer/run.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import type { RunConfig } from '../../src/settings/settings.ts';

export const TEXT_CONFIG: RunConfig = {
  ...presetConfig('text-tiny'),
  dataset: 'shapes',
  maxImages: 10,
  imageSize: 8,
  batchSize: 4,
  seed: 3,
  network: {
    className: 'UNet2DConditionModel',
    inChannels: 3,
    outChannels: 3,
    blockOutChannels: [8],
    layersPerBlock: 1,
    downBlockTypes: ['CrossAttnDownBlock2D'],
    midBlockType: 'UNetMidBlock2DCrossAttn',
    upBlockTypes: ['CrossAttnUpBlock2D'],
    normNumGroups: 4,
    normEps: 1e-5,
    downsamplePadding: 1,
    flipSinToCos: true,
    freqShift: 0,
    crossAttentionDim: 16,
    attentionHeads: [2],
    transformerLayersPerBlock: [1],
    useLinearProjection: false,
    encoderHidDim: null,
  },
  textEncoder: {
    vocabSize: 560,
    hiddenSize: 16,
    intermediateSize: 32,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    maxPositionEmbeddings: 8,
    hiddenAct: 'quick_gelu',
    layerNormEps: 1e-5,
    bosTokenId: 558,
    eosTokenId: 559,
    padTokenId: 559,
  },
};

/** The run at step 4, in its second epoch; every value of its state is another one. */
export async function textContent(config: RunConfig = TEXT_CONFIG): Promise<CheckpointContent> {
  const set = await openPictures(config.dataset, config);
  const state = initialState(config);
  state.expAvg.forEach((values, i) => values.fill(i + 0.25));
  state.expAvgSq.forEach((values, i) => values.fill(i + 0.5));
  state.ema.forEach((values) => values.forEach((value, i) => (values[i] = value + 1)));
  return {
    facts: {
      name: 'unet_step_4',
      globalStep: 4,
      epoch: 1,
      epochPosition: 4,
      runId: 'run-1',
      parent: '',
      execution: { executor: 'plan', backend: 'webgpu', kernels: 'k', adapter: 'a', browser: 'b' },
      config,
      dataset: stampOf(set),
      words: newWords(config, set, null),
      classes: newClasses(config, set),
      created: '2026-01-02T03:04:05.000Z',
    },
    state,
    history: new History(Float32Array.of(1, 0.5, 0.25, 0.125), new Float32Array(16).fill(NaN), [0.75]),
    samples: null,
  };
}
