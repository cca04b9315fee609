// Claims about .pt checkpoints: an export of ours comes back whole, a missing part is reported, a wrong part
// is named by its key. Not here: whether PyTorch's own files are read right (test/formats/).
import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../../src/settings/settings.ts';
import { modelOfRun, presetConfig } from '../../../src/settings/presets.ts';
import { UNET_DEFAULTS } from '../../../src/model/unet-config.ts';
import type { PickledValue } from '../../../src/formats/pickle-writer.ts';
import { writeTorchFile } from '../../../src/formats/torch-file.ts';
import type { CheckpointContent } from '../../../src/trainer/checkpoint-file.ts';
import { torchCheckpoint } from '../../../src/trainer/export/torch-checkpoint.ts';
import { History } from '../../../src/trainer/history.ts';
import { contentOfModel, fieldsToAsk } from '../../../src/trainer/import/adopt-model.ts';
import { modelOfTorchFile } from '../../../src/trainer/import/torch-model.ts';
import { initialState } from '../../../src/trainer/run.ts';
import { readTorchFile } from '../../formats/read-torch-file.ts';

/** 10 shapes in batches of 4: 3 steps an epoch. */
const config: RunConfig = {
  ...presetConfig('tiny'),
  dataset: 'shapes',
  maxImages: 10,
  imageSize: 8,
  seed: 3,
  network: {
    ...UNET_DEFAULTS,
    blockOutChannels: [4, 8],
    layersPerBlock: 1,
    downBlockTypes: ['DownBlock2D', 'AttnDownBlock2D'],
    upBlockTypes: ['AttnUpBlock2D', 'UpBlock2D'],
    attentionHeadDim: null,
    normNumGroups: 2,
  },
};
const SPECS = modelOfRun(config).parameters;
const dataset = { name: 'shapes', title: 'Shapes', count: 10, size: 8, fingerprint: 'f' };

function content(): CheckpointContent {
  const state = initialState(config);
  state.expAvg.forEach((values, i) => values.fill(i + 0.25));
  state.expAvgSq.forEach((values, i) => values.fill(i + 0.5));
  state.ema.forEach((values) => values.fill(7));
  const history = new History(
    Float32Array.of(1, 0.5, 0.25, 0.125),
    new Float32Array(16).fill(NaN),
    [0.5833333],
  );
  const facts = {
    name: 'unet_step_4',
    globalStep: 4,
    epoch: 1,
    epochPosition: 4,
    runId: 'run-1',
    parent: '',
    execution: { executor: 'plan', backend: 'webgpu', kernels: 'k', adapter: 'a', browser: 'b' },
    config,
    dataset,
    words: null,
    classes: null,
    created: '2026-01-02T03:04:05.000Z',
  };
  return { facts, state, history, samples: null };
}

type Dict = Map<string | number, PickledValue>;
const EXPORT = torchCheckpoint(content()).then(readTorchFile);
const exported = async (): Promise<Dict> => structuredClone((await EXPORT) as Dict);
const written = async (value: PickledValue) => modelOfTorchFile('a.pt', await writeTorchFile(value, 'a'));
const NOTEBOOK = ['unet', 'optimizer', 'global_step', 'epoch', 'batch_losses', 'epoch_losses'];
const only = (whole: Dict, keys: readonly string[]): Dict =>
  new Map(keys.map((key) => [key, whole.get(key) as PickledValue]));
const ANSWERS = {
  sample_size: 8,
  norm_num_groups: 2,
  attention_head_dim: null,
  beta_schedule: 'linear',
  prediction_type: 'epsilon',
};

it('an export of ours comes back whole', async () => {
  const original = content();
  const model = await modelOfTorchFile('a.pt', await torchCheckpoint(original));
  expect(fieldsToAsk(model)).toEqual([]);
  expect(model).toMatchObject({
    hasEma: true,
    optimizerLeftOut: null,
    leftOut: [],
    progress: { globalStep: 4, epoch: 1, batchLosses: 4 },
  });
  const { facts, state, history } = await contentOfModel(model, {}, { dataset: 'shapes' });
  expect(state).toEqual(original.state);
  expect(facts).toMatchObject({ name: 'unet_step_4', globalStep: 4, epoch: 1, epochPosition: 4, config });
  expect(history.batchLosses(0, 4)).toEqual(original.history.batchLosses(0, 4));
  expect(history.epochLosses).toEqual([Math.fround(0.5833333)]);
});

describe('a checkpoint without a config', () => {
  it('keeps moments, step, losses, and epochs that were counted over other batches', async () => {
    const whole = only(await exported(), NOTEBOOK);
    whole.set('epoch', 9);
    const { facts, state, history } = await contentOfModel(await written(whole), ANSWERS, {
      dataset: 'shapes',
    });
    const original = content();
    expect(facts).toMatchObject({ globalStep: 4, epoch: 9, epochPosition: 0 });
    expect(facts.config.origin).toEqual({ globalStep: 4, epoch: 9 });
    expect(state.expAvgSq).toEqual(original.state.expAvgSq);
    expect(state.ema).toEqual(original.state.weights);
    expect(history.steps).toBe(4);
    expect(history.epochLosses).toHaveLength(9);
  });

  it('begins anew where the optimizer is of other parameters, and says so', async () => {
    const whole = only(await exported(), NOTEBOOK);
    const optimizer = whole.get('optimizer') as Dict;
    const state = optimizer.get('state') as Dict;
    whole.set('optimizer', new Map([...optimizer, ['state', new Map([...state].slice(1))]]));
    const model = await written(whole);
    expect(model.optimizerLeftOut).toContain(`of ${SPECS.length - 1} parameters`);
    const { facts, state: begun } = await contentOfModel(model, ANSWERS, { dataset: 'shapes' });
    expect(facts.globalStep).toBe(0);
    expect(begun.expAvg.every((values) => values.every((value) => value === 0))).toBe(true);
  });

  it('may be a bare state_dict', async () => {
    const model = await written((await exported()).get('unet') as PickledValue);
    expect(model).toMatchObject({ hasEma: false, optimizer: null, progress: null });
    const { state } = await contentOfModel(model, ANSWERS, { dataset: 'shapes' });
    expect(state.weights).toEqual(content().state.weights);
  });
});

it('a run with an origin that comes without its optimizer begins anew, without origin', async () => {
  const whole = await exported();
  const metadata = whole.get('perennial_config') as Map<string, string>;
  const settings = {
    ...(JSON.parse(metadata.get('config') ?? '') as object),
    origin: { globalStep: 4, epoch: 3 },
  };
  metadata.set('config', JSON.stringify(settings));
  whole.delete('optimizer');
  const { facts } = await contentOfModel(await written(whole), {}, { dataset: 'shapes' });
  expect(facts).toMatchObject({ globalStep: 0, epoch: 0, epochPosition: 0, config: { origin: null } });
});

it('an optimizer without a step has the step that Adam counted; one of other settings is reported', async () => {
  const whole = only(await exported(), ['unet', 'optimizer']);
  expect(await written(whole)).toMatchObject({ progress: { globalStep: 4 }, optimizerLeftOut: null });
  for (const own of ((whole.get('optimizer') as Dict).get('state') as Dict).values())
    (own as Dict).delete('step');
  const stepless = await written(whole);
  expect(stepless.optimizer).toBeNull();
  expect(stepless.optimizerLeftOut).toContain('without a step');
  const other = only(await exported(), NOTEBOOK);
  const [group] = (other.get('optimizer') as Dict).get('param_groups') as Dict[];
  group?.set('betas', Object.freeze([0.95, 0.999]) as number[]);
  expect((await written(other)).leftOut).toEqual([
    "The optimizer's betas was [0.95,0.999]: training goes on with [0.9,0.999].",
  ]);
});

const tensor = (...shape: number[]) => ({
  dtype: 'float32' as const,
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});
const change = (key: string, value: PickledValue) => (whole: Dict) => void whole.set(key, value);

describe('an optional part that cannot be used is left out and said, and the rest is imported', () => {
  it.each<[string, RegExp, (whole: Dict) => void]>([
    [
      'a step without end',
      /^global_step is number 1000000000000, no whole number/,
      change('global_step', 1e12),
    ],
    ['half a step', /^global_step is number 1.5/, change('global_step', 1.5)],
    [
      'EMA weights of another shape',
      /^The averaged weights ema are left out: conv_in.bias is \[1\], not \[4\]/,
      (whole) => (whole.get('ema') as Dict).set('conv_in.bias', tensor(1)),
    ],
    ['losses that are text', /^batch_losses is string low/, change('batch_losses', 'low')],
    [
      'an optimizer that is a tensor',
      /^Also in the file, and not read: sampler\.$/,
      change('sampler', [1, 'a']),
    ],
  ])('%s', async (_, sentence, alter) => {
    const whole = await exported();
    alter(whole);
    const model = await written(whole);
    expect(model.leftOut).toContainEqual(expect.stringMatching(sentence));
    const { state } = await contentOfModel(model, {}, { dataset: 'shapes' });
    expect(state.weights).toEqual(content().state.weights);
  });

  const optimizerOf = (whole: Dict): Dict => whole.get('optimizer') as Dict;
  it.each<[string, string, (whole: Dict) => void]>([
    [
      'a moment of another shape',
      'The optimizer state of conv_in.weight is [2], the weight [4, 3, 3, 3]: Adam starts fresh.',
      (whole) => ((optimizerOf(whole).get('state') as Dict).get(0) as Dict).set('exp_avg', tensor(2)),
    ],
    [
      'the state of another optimizer',
      'The optimizer is another than Adam (it keeps state1, qmap1): Adam starts fresh.',
      (whole) =>
        optimizerOf(whole).set(
          'state',
          new Map(
            SPECS.map((_, i) => [
              i,
              new Map<string, PickledValue>([
                ['step', 4],
                ['state1', tensor(1)],
                ['qmap1', tensor(1)],
              ]),
            ]),
          ),
        ),
    ],
    [
      'groups without names that no usual way explains',
      'The optimizer has 2 groups of parameters without names, so nothing tells which moment is of which weight: Adam starts fresh.',
      (whole) => {
        const ids = SPECS.map((_, i) => i).reverse();
        optimizerOf(whole).set('param_groups', [
          new Map([['params', ids.slice(1)]]),
          new Map([['params', ids.slice(0, 1)]]),
        ]);
      },
    ],
  ])('%s', async (_, sentence, alter) => {
    const whole = await exported();
    alter(whole);
    const model = await written(whole);
    expect(model).toMatchObject({ optimizer: null, optimizerLeftOut: sentence });
    const { state } = await contentOfModel(model, {}, { dataset: 'shapes' });
    expect(state.weights).toEqual(content().state.weights);
  });
});

describe('moments go to their weights', () => {
  const SHUFFLED = SPECS.map((_, i) => i).sort((a, b) => ((a * 7919) % 31) - ((b * 7919) % 31));
  /** The export with its optimizer's parameters given in this order, in groups of these sizes. */
  async function regrouped(
    order: readonly number[],
    sizes: readonly number[],
    names: boolean,
  ): Promise<Dict> {
    const whole = await exported();
    const optimizer = whole.get('optimizer') as Dict;
    const state = optimizer.get('state') as Dict;
    const [group] = optimizer.get('param_groups') as Dict[];
    let from = 0;
    const groups = sizes.map((size, g) => {
      const own = order.slice(from, (from += size));
      const params = own.map((_, i) => from - size + i);
      const named: [string, PickledValue][] = names
        ? [['param_names', own.map((i) => `_orig_mod.${SPECS[i]?.name}`)]]
        : [];
      return new Map([
        ...(group ?? []),
        ['params', params],
        ['weight_decay', g === 0 ? 0.01 : 0],
        ...named,
      ] as [string, PickledValue][]);
    });
    optimizer.set('state', new Map(order.map((i, at) => [at, state.get(i) as PickledValue])));
    optimizer.set('param_groups', groups);
    return whole;
  }
  const isMatrix = (i: number): boolean => (SPECS[i]?.shape.length ?? 0) > 1;
  const all = SPECS.map((_, i) => i);
  const decayLast = [...all.filter((i) => !isMatrix(i)), ...all.filter(isMatrix)];
  const matrices = all.filter(isMatrix).length;
  it.each<[string, number[], number[], boolean]>([
    ['by name, in whatever order', SHUFFLED, [SPECS.length], true],
    ['by name, in two groups', SHUFFLED, [5, SPECS.length - 5], true],
    [
      'through a group that decays and one that does not',
      decayLast.toReversed().sort((a, b) => Number(isMatrix(b)) - Number(isMatrix(a)) || a - b),
      [matrices, SPECS.length - matrices],
      false,
    ],
    ['through such groups the other way round', decayLast, [SPECS.length - matrices, matrices], false],
    ['through groups one after another', all, [6, SPECS.length - 6], false],
  ])('%s', async (_, order, sizes, names) => {
    const model = await written(await regrouped(order, sizes, names));
    expect(model.optimizerLeftOut).toBeNull();
    const { state } = await contentOfModel(model, {}, { dataset: 'shapes' });
    expect(state.expAvg).toEqual(content().state.expAvg);
    expect(state.expAvgSq).toEqual(content().state.expAvgSq);
  });
});

describe('weights are found under any key', () => {
  const stateDict = async (prefix = ''): Promise<Dict> =>
    new Map([...((await exported()).get('unet') as Dict)].map(([name, value]) => [prefix + name, value]));
  const average = async (prefix = ''): Promise<Dict> =>
    new Map([...((await exported()).get('ema') as Dict)].map(([name, value]) => [prefix + name, value]));
  const optimizer = async (): Promise<PickledValue> => (await exported()).get('optimizer') as PickledValue;
  const dict = (...pairs: [string, PickledValue][]): Dict => new Map(pairs);
  it.each<[string, () => Promise<Dict>, Partial<Record<'ema' | 'step' | 'moments', boolean>>]>([
    [
      "PyTorch's tutorial",
      async () =>
        dict(
          ['epoch', 3],
          ['model_state_dict', await stateDict()],
          ['optimizer_state_dict', await optimizer()],
          ['loss', 1.5],
        ),
      { step: true, moments: true },
    ],
    [
      "DiT's",
      async () => dict(['model', await stateDict()], ['ema', await average()], ['opt', await optimizer()]),
      { ema: true, step: true, moments: true },
    ],
    [
      "Lightning's",
      async () =>
        dict(
          ['epoch', 1],
          ['global_step', 4],
          ['state_dict', await stateDict('model.')],
          ['optimizer_states', [await optimizer()]],
        ),
      { step: true, moments: true },
    ],
    [
      'a wrapper in a wrapper, in a dict in a dict',
      async () => dict(['checkpoint', dict(['net', await stateDict('module._orig_mod.unet.')])]),
      {},
    ],
    [
      "ema-pytorch's",
      async () =>
        new Map([
          ...(await stateDict('online_model.')),
          ...(await average('ema_model.')),
          ['initted', tensor()],
        ]),
      { ema: true },
    ],
    ['one average alone', async () => dict(['ema_state_dict', await stateDict()]), {}],
    [
      "AveragedModel's",
      async () =>
        dict(
          ['unet', await stateDict()],
          ['swa', new Map([...(await average('module.')), ['n_averaged', tensor()]])],
        ),
      { ema: true },
    ],
    [
      "diffusers' EMAModel",
      async () =>
        dict(
          ['unet', await stateDict()],
          ['ema', dict(['decay', 0.9999], ['shadow_params', [...(await average()).values()]])],
        ),
      { ema: true },
    ],
  ])('%s', async (_, make, { ema = false, step = false, moments = false }) => {
    const model = await written(await make());
    const { state, facts } = await contentOfModel({ ...model, hasEma: true }, ANSWERS, { dataset: 'shapes' });
    const original = content().state;
    expect(state.weights).toEqual(original.weights);
    expect(state.ema).toEqual(ema ? original.ema : original.weights);
    expect(model.hasEma).toBe(ema);
    expect(facts.globalStep).toBe(step ? 4 : 0);
    if (moments) expect(state.expAvg).toEqual(original.expAvg);
  });

  it('losses may be tensors, and of NumPy; step and epoch too', async () => {
    const whole = only(await exported(), ['unet', 'optimizer']);
    const one = (value: number): PickledValue => ({
      dtype: 'float32',
      shape: [],
      data: Float32Array.of(value),
    });
    whole
      .set('step', one(4))
      .set('epoch', one(2))
      .set('losses', [one(4), 3, one(2), one(1)]);
    whole.set('train_loss', [0.5, one(0.25)]);
    const { facts, history } = await contentOfModel(await written(whole), ANSWERS, { dataset: 'shapes' });
    expect(facts).toMatchObject({ globalStep: 4, epoch: 2 });
    expect([...history.batchLosses(0, 4)]).toEqual([4, 3, 2, 1]);
    expect(history.epochLosses).toEqual([0.5, 0.25]);
  });
});

describe('is refused by its key', () => {
  it.each<[string, RegExp, (whole: Dict) => void]>([
    [
      'weights that are a list',
      /holds no UNet of diffusers.*a dict of unet/,
      (whole) => {
        whole.delete('ema');
        whole.set('unet', [1, 2]);
      },
    ],
    [
      'a weight that is a number',
      /conv_in.bias \[4\].*nothing of that name/,
      (whole) => (whole.get('unet') as Dict).set('conv_in.bias', 1),
    ],
    [
      'settings that are no JSON',
      /perennial_config\["unet_config"\]/,
      (whole) => (whole.get('perennial_config') as Dict).set('unet_config', '{'),
    ],
    [
      'settings that are numbers',
      /perennial_config\["config"\]/,
      (whole) => (whole.get('perennial_config') as Dict).set('config', 3),
    ],
  ])('%s', async (_, message, alter) => {
    const whole = await exported();
    alter(whole);
    await expect(
      written(whole).then((model) => contentOfModel(model, {}, { dataset: 'shapes' })),
    ).rejects.toThrow(message);
  });

  it('a weight that is no number', async () => {
    const whole = await exported();
    const first = (whole.get('unet') as Dict).get('conv_in.weight') as { data: Float32Array };
    first.data[5] = NaN;
    const model = await written(whole);
    await expect(contentOfModel(model, {}, { dataset: 'shapes' })).rejects.toThrow(
      /unet.conv_in.weight.*NaN at element 5/,
    );
  });
});
