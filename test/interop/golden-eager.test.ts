// Claims about eager (TensorFlow.js, cpu backend): it computes what PyTorch and diffusers compute, in every
// golden case.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Device, startDevice } from '../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../src/engine/eager/eager-executor.ts';
import type { UNet2DConfig, UNetConfig } from '../../src/model/unet-config.ts';
import { type Model, modelOf } from '../../src/model/model.ts';
import type { GoldenCase, TrainingFixture } from './golden-case.ts';
import { describeGolden, forwardError, TOLERANCE, trainingErrors } from './golden-claims.ts';
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

/** Every one of these fields has two values or more among the configs. */
function expectVaried<C extends UNetConfig>(among: readonly C[], fields: readonly (keyof C)[]): void {
  for (const field of fields)
    expect(
      new Set(among.map((config) => JSON.stringify(config[field]))).size,
      `${String(field)} of ${among.length}`,
    ).toBeGreaterThan(1);
}

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

for (const golden of cases) describeGolden(golden, async () => executorOf(golden, golden.model()));

/** Fields that change the result and neither names nor shapes: a file of weights cannot tell them. */
const UNTOLD: ((config: UNetConfig) => Partial<UNetConfig>)[] = [
  ({ normEps }) => ({ normEps: normEps === 1e-5 ? 1e-6 : 1e-5 }),
  ({ normNumGroups }) => ({ normNumGroups: normNumGroups === 1 ? 2 : 1 }),
  ({ flipSinToCos }) => ({ flipSinToCos: !flipSinToCos }),
  ({ freqShift }) => ({ freqShift: 1 - freqShift }),
  ({ downsamplePadding, blockOutChannels }) =>
    blockOutChannels.length > 1 ? { downsamplePadding: downsamplePadding === 0 ? 1 : 0 } : {},
  (config) =>
    config.className === undefined &&
    (config.addAttention || config.downBlockTypes.includes('AttnDownBlock2D'))
      ? { attentionHeadDim: 1 }
      : {},
];

describe('a field that is not the case`s shows in its prediction', () => {
  it.each(cases.map(({ name }, i) => ({ name, golden: cases[i]! })))('$name', async ({ golden }) => {
    const { config, textEncoder } = golden.model();
    for (const change of UNTOLD.map((make) => make(config))) {
      if (Object.keys(change).length === 0) continue;
      const other = executorOf(golden, modelOf({ ...config, ...change } as UNetConfig, textEncoder));
      const error = await forwardError(other, golden);
      other.dispose();
      expect(error, JSON.stringify(change)).not.toBeLessThan(TOLERANCE.forward);
    }
  });
});

describe('a setting that is not the case`s shows in its training', () => {
  const golden = cases.find(({ name }) => name === 'groups-of-three')!;
  it.each<Partial<TrainingFixture>>([
    { weight_decay: 0 },
    { gradient_clip: 0 },
    { min_snr_gamma: 0 },
    { prediction_type: golden.training.prediction_type === 'epsilon' ? 'v_prediction' : 'epsilon' },
    { beta_schedule: golden.training.beta_schedule === 'linear' ? 'squaredcos_cap_v2' : 'linear' },
  ])('%j', async (change) => {
    const executor = executorOf(golden, golden.model());
    const { losses, weights } = await trainingErrors(executor, {
      ...golden,
      training: { ...golden.training, ...change },
    });
    executor.dispose();
    expect(Math.max(losses / TOLERANCE.losses, weights / TOLERANCE.weights)).toBeGreaterThan(3);
  });
});
