// Claims about .pt checkpoints: an export of ours comes back whole, a missing part is reported, a wrong part
// is named by its key. Not here: whether PyTorch's own files are read right (test/formats/).
import { describe, expect, it } from 'vitest';
import { modelOfRun, presetConfig } from '../../../src/settings/presets.ts';
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
const config = { ...presetConfig('tiny'), dataset: 'shapes', maxImages: 10, imageSize: 8, seed: 3 };
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
    created: '2026-01-02T03:04:05.000Z',
  };
  return { facts, state, history };
}

type Dict = Map<string | number, PickledValue>;
const exported = async (): Promise<Dict> => (await readTorchFile(await torchCheckpoint(content()))) as Dict;
const written = async (value: PickledValue) => modelOfTorchFile('a.pt', await writeTorchFile(value, 'a'));
const NOTEBOOK = ['unet', 'optimizer', 'global_step', 'epoch', 'batch_losses', 'epoch_losses'];
const only = (whole: Dict, keys: readonly string[]): Dict =>
  new Map(keys.map((key) => [key, whole.get(key) as PickledValue]));
const ANSWERS = {
  sample_size: 8,
  norm_num_groups: 8,
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

it('an optimizer without a step, and one of other settings, are reported', async () => {
  const whole = only(await exported(), ['unet', 'optimizer']);
  const stepless = await written(whole);
  expect(stepless.optimizer).toBeNull();
  expect(stepless.optimizerLeftOut).toContain('without global_step');
  const other = only(await exported(), NOTEBOOK);
  const [group] = (other.get('optimizer') as Dict).get('param_groups') as Dict[];
  group?.set('betas', Object.freeze([0.95, 0.999]) as number[]);
  expect((await written(other)).leftOut).toEqual([
    "The optimizer's betas was [0.95,0.999]: training goes on with [0.9,0.999].",
  ]);
});

describe('is refused by its key', () => {
  const tensor = (...shape: number[]) => ({
    dtype: 'float32' as const,
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  const change = (key: string, value: PickledValue) => (whole: Dict) => void whole.set(key, value);
  it.each<[string, RegExp, (whole: Dict) => void]>([
    ['a step without end', /global_step: a whole number from 0 to/, change('global_step', 1e12)],
    ['half a step', /global_step/, change('global_step', 1.5)],
    [
      'EMA weights of another shape',
      /ema\["conv_in.bias"\]: a tensor \[16\]/,
      (whole) => (whole.get('ema') as Dict).set('conv_in.bias', tensor(1)),
    ],
    ['losses that are text', /batch_losses/, change('batch_losses', 'low')],
    ['weights that are a list', /unet: a state_dict/, change('unet', [1, 2])],
    [
      'a weight that is a number',
      /unet\["conv_in.weight"\]/,
      change('unet', new Map([['conv_in.weight', 1]])),
    ],
    ['an optimizer that is a tensor', /optimizer/, change('optimizer', tensor(3))],
    [
      'a moment of another shape',
      /optimizer\.state\[0\]\.exp_avg: a tensor \[16, 3, 3, 3\].*\[2\]/,
      (whole) => {
        const state = (whole.get('optimizer') as Dict).get('state') as Dict;
        (state.get(0) as Dict).set('exp_avg', tensor(2));
      },
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
    await expect(written(whole)).rejects.toThrow(message);
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
