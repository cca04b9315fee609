// Claims about eager (TensorFlow.js, cpu backend): it computes what PyTorch and diffusers compute, in every
// golden case. Its steps of training are slow: most are in golden-eager.long.test.ts.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Device, startDevice } from '../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../src/engine/eager/eager-executor.ts';
import type { UNet2DConfig, UNetConfig } from '../../src/model/unet-config.ts';
import { type Model, modelOf } from '../../src/model/model.ts';
import { attendedLevels } from '../../src/model/structure.ts';
import type { TextEncoderConfig } from '../../src/model/text-encoder-config.ts';
import type { GoldenCase, TrainingFixture } from './golden-case.ts';
import { describeGolden, forwardError, oneSampling, TOLERANCE, trainsAtOnce } from './golden-claims.ts';
import { goldenCases } from './golden-files.ts';

let device: Device;
beforeAll(async () => {
  device = await startDevice('cpu');
});

const cases = goldenCases();

/** How many values of a field there are among the cases. */
const valuesOf = <T>(field: (golden: GoldenCase) => T): number => new Set(cases.map(field)).size;

const configs = cases.map((golden) => golden.model().config);
const plain = configs.filter((config) => config.className === undefined);
const conditional = configs.filter((config) => config.className !== undefined);

/** Every one of these fields has two values or more among the configs. */
function expectVaried<C extends UNetConfig>(among: readonly C[], fields: readonly (keyof C)[]): void {
  for (const field of fields)
    expect(
      new Set(among.map((config) => JSON.stringify(config[field]))).size,
      `${String(field)} of ${among.length}`,
    ).toBeGreaterThan(1);
}

it('between them the cases use every option of a text network and of its encoder', () => {
  expectVaried(conditional, [
    ...(['inChannels', 'layersPerBlock', 'normNumGroups', 'normEps', 'downsamplePadding'] as const),
    ...(['flipSinToCos', 'freqShift', 'attentionHeads', 'transformerLayersPerBlock'] as const),
    ...(['useLinearProjection', 'crossAttentionDim'] as const),
  ]);
  expect(new Set(conditional.map(({ midBlockType }) => midBlockType)).size).toBe(3);
  for (const types of ['downBlockTypes', 'upBlockTypes'] as const)
    expect(new Set(conditional.flatMap((config) => config[types])).size, types).toBe(2);
  const classesOf = (among: readonly UNetConfig[]) =>
    [...new Set(among.map(({ classEmbedding }) => classEmbedding?.type ?? 'none'))].toSorted();
  expect(classesOf(conditional)).toEqual(['none', 'projection', 'simple_projection', 'table', 'timestep']);
  expect(classesOf(plain)).toEqual(['identity', 'none', 'table', 'timestep']);
  const encoders = cases.flatMap((golden) => golden.model().textEncoder ?? []);
  expect(encoders.length).toBeGreaterThanOrEqual(3);
  for (const field of ['hiddenAct', 'layerNormEps', 'numHiddenLayers', 'numAttentionHeads'] as const)
    expect(new Set(encoders.map((encoder) => encoder[field])).size, field).toBeGreaterThan(1);
  // The UNet reads the encoder's channels, or a projection of them, or those that another encoder made.
  const projections = cases.map((golden) => {
    const { config, textEncoder } = golden.model();
    const isProjected = config.className !== undefined && config.encoderHidDim !== null;
    return `${textEncoder ? 'own' : 'given'} ${isProjected ? 'projected' : 'as they are'}`;
  });
  expect(new Set(projections).size).toBe(4);
});

it('between them the cases use every option of a network and of its training', () => {
  const shared = ['inChannels', 'layersPerBlock', 'normNumGroups', 'normEps', 'downsamplePadding'] as const;
  expectVaried<UNet2DConfig>(plain, [
    ...shared,
    'addAttention',
    'attentionHeadDim',
    'flipSinToCos',
    'freqShift',
  ]);
  for (const types of ['downBlockTypes', 'upBlockTypes'] as const)
    expect(new Set(plain.flatMap((config) => config[types])).size, types).toBe(2);
  const settings: (keyof TrainingFixture)[] = [
    ...(['prediction_type', 'beta_schedule', 'learning_rate_schedule'] as const),
    ...(['min_snr_gamma', 'weight_decay', 'gradient_clip'] as const),
  ];
  for (const setting of settings)
    expect(
      valuesOf(({ training }) => training[setting]),
      setting,
    ).toBeGreaterThan(1);
});

const executorOf = ({ parameters }: GoldenCase, { network }: Model) =>
  createEagerExecutor(device, parameters, network);

for (const [turn, golden] of cases.entries())
  describeGolden(golden, async () => executorOf(golden, golden.model()), {
    onePass: true,
    training: trainsAtOnce(turn),
    samplings: oneSampling(turn),
  });

/** Fields that change the result and neither names nor shapes: a file of weights cannot tell them. */
const UNTOLD: ((config: UNetConfig) => Partial<UNetConfig>)[] = [
  ({ normEps }) => ({ normEps: normEps === 1e-5 ? 1e-6 : 1e-5 }),
  ({ normNumGroups }) => ({ normNumGroups: normNumGroups === 1 ? 2 : 1 }),
  ({ flipSinToCos }) => ({ flipSinToCos: !flipSinToCos }),
  ({ freqShift }) => ({ freqShift: 1 - freqShift }),
  ({ downsamplePadding, blockOutChannels }) =>
    blockOutChannels.length > 1 ? { downsamplePadding: downsamplePadding === 0 ? 1 : 0 } : {},
  (config) =>
    config.className === undefined && attendedLevels(config).length > 0 ? { attentionHeadDim: 1 } : {},
  (config) =>
    config.className !== undefined && attendedLevels(config).length > 0
      ? { attentionHeads: config.attentionHeads.map(() => 1) }
      : {},
];
/** The same of a text encoder. */
const UNTOLD_OF_TEXT: ((encoder: TextEncoderConfig) => Partial<TextEncoderConfig>)[] = [
  ({ hiddenAct }) => ({ hiddenAct: hiddenAct === 'gelu' ? 'quick_gelu' : 'gelu' }),
  ({ layerNormEps }) => ({ layerNormEps: layerNormEps === 1e-5 ? 1e-6 : 1e-5 }),
  ({ numAttentionHeads, hiddenSize }) => ({ numAttentionHeads: numAttentionHeads === 1 ? hiddenSize : 1 }),
];

describe('a field that is not the case`s shows in its prediction', () => {
  it.each(cases.map(({ name }, i) => ({ name, golden: cases[i]! })))('$name', async ({ golden }) => {
    const { config, textEncoder } = golden.model();
    const changes = UNTOLD.map((make) => make(config)).filter((change) => Object.keys(change).length > 0);
    const others = changes.map((change) => ({
      change: change as object,
      model: modelOf({ ...config, ...change } as UNetConfig, textEncoder),
    }));
    if (textEncoder)
      for (const change of UNTOLD_OF_TEXT.map((make) => make(textEncoder)))
        others.push({ change, model: modelOf(config, { ...textEncoder, ...change }) });
    for (const { change, model } of others) {
      const other = executorOf(golden, model);
      const error = await forwardError(other, golden);
      other.dispose();
      expect(error, JSON.stringify(change)).not.toBeLessThan(TOLERANCE.forward);
    }
  });
});
