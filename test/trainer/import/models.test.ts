// Claims against files that diffusers and transformers saved (interop/make_model_folders.py): a pipeline's
// folder, halves, bfloats and a pickled .bin are recognised by content, their missing fields are asked for,
// and their weights are those torch wrote; a text encoder and its tokenizer come with their UNet.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTensors } from '../../../src/formats/safetensors-file.ts';
import { toClipName } from '../../../src/model/text-encoder-parameters.ts';
import { modelOfRun } from '../../../src/settings/presets.ts';
import { encodePrompts } from '../../../src/text/tokenizer.ts';
import type { ForeignModel } from '../../../src/trainer/import/foreign-model.ts';
import { contentOfModel, fieldsToAsk } from '../../../src/trainer/import/adopt-model.ts';
import { modelOfFound } from '../../../src/trainer/import/folder-model.ts';
import { sortFiles } from '../../../src/trainer/import/models-among.ts';
import { offerOrPictures } from '../../../src/trainer/import/offer.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/models');

function filesOf(name: string, leaveOut = /^$/): File[] {
  const folder = join(FOLDER, name);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile() && !leaveOut.test(path))
    .map((path) => new File([readFileSync(join(folder, path))], `${name}/${path}`));
}

async function modelOfFiles(name: string, files: File[]): Promise<ForeignModel> {
  const sorted = await sortFiles(files);
  const [found] = sorted.models;
  if (!found) throw new Error('no model among the files');
  return modelOfFound(found, sorted, name);
}

const SHAPES = 'shapes';
const NOISE = { beta_schedule: 'linear', prediction_type: 'epsilon' };
const content = (model: ForeignModel, answers = {}, chosen = {}) =>
  contentOfModel(model, answers, { dataset: SHAPES, ...chosen });

describe('a pipeline that diffusers saved', () => {
  it('brings network, noise and weights, and begins at step 0', async () => {
    const model = await modelOfFiles('pipeline', filesOf('pipeline'));
    expect(fieldsToAsk(model)).toEqual([]);
    const { facts, state, history } = await content(model);
    expect(facts.config).toMatchObject({
      noiseSchedule: 'cosine',
      predictionType: 'v_prediction',
      imageSize: 8,
      dataset: 'shapes',
      network: { blockOutChannels: [4, 8], attentionHeadDim: 4, inChannels: 1 },
    });
    // Nothing tells of Min-SNR weights: none, unless the user chooses them.
    expect(facts.config.minSnrGamma).toBe(0);
    expect((await content(model, {}, { minSnrGamma: 3 })).facts.config.minSnrGamma).toBe(3);
    expect(facts).toMatchObject({ name: 'unet_step_0', globalStep: 0, epoch: 0 });
    expect(history.steps).toBe(0);
    expect(state.ema).toEqual(state.weights);
    expect(state.expAvg.every((values) => values.every((value) => value === 0))).toBe(true);
  });
});

describe.each(['halves', 'bfloats', 'pickled'])('the same as %s', (name) => {
  it('has the same weights, as its numbers can hold them, and asks for the noise alone', async () => {
    const [whole, other] = [
      await content(await modelOfFiles('pipeline', filesOf('pipeline'))),
      await modelOfFiles(name, filesOf(name)),
    ];
    expect(fieldsToAsk(other).map((field) => field.name)).toEqual(['beta_schedule', 'prediction_type']);
    const { state, facts } = await content(other, NOISE);
    expect(facts.config).toMatchObject({ noiseSchedule: 'linear', predictionType: 'epsilon' });
    // Precision of the format: float16 has 11 bits, bfloat16 8; the .bin holds float32.
    const relative = { halves: 2 ** -11, bfloats: 2 ** -8, pickled: 0 }[name] as number;
    state.weights.forEach((values, i) =>
      values.forEach((value, j) => {
        const expected = whole.state.weights[i]?.[j] as number;
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(Math.abs(expected) * relative + 2 ** -25);
      }),
    );
  });
});

it('asks for the fields that shapes do not show where the config is missing, and takes the answers', async () => {
  const model = await modelOfFiles('bare', filesOf('pipeline', /\.json$/));
  expect(fieldsToAsk(model).map(({ name, value }) => [name, value])).toEqual([
    ['sample_size', 32],
    ['norm_num_groups', 4],
    ['norm_eps', 1e-5],
    ['attention_head_dim', 8],
    ['downsample_padding', 1],
    ['flip_sin_to_cos', true],
    ['freq_shift', 0],
    ['beta_schedule', 'linear'],
    ['prediction_type', 'epsilon'],
  ]);
  const answers = { sample_size: 16, norm_num_groups: 2, attention_head_dim: null, ...NOISE };
  const { facts } = await content(model, answers);
  expect(facts.config.imageSize).toBe(16);
  expect(facts.config.network).toMatchObject({ normNumGroups: 2, attentionHeadDim: null });
  await expect(content(model, { ...answers, norm_num_groups: 3 })).rejects.toThrow(/norm_num_groups is 3/);
});

it('goes on with the settings of the page, except where the model names its own', async () => {
  const chosen = { batchSize: 3, sampleSteps: 2, learningRate: 0.5, imageSize: 64, noiseSchedule: 'linear' };
  const { facts } = await content(await modelOfFiles('pipeline', filesOf('pipeline')), {}, chosen);
  expect(facts.config).toMatchObject({ batchSize: 3, sampleSteps: 2, learningRate: 0.5, dataset: SHAPES });
  expect(facts.config).toMatchObject({ imageSize: 8, noiseSchedule: 'cosine' });
});

it("draws with a trailing spacing that the model's scheduler names, and with the page's where the user chose", async () => {
  const model = await modelOfFiles('pipeline', filesOf('pipeline'));
  const spacingOf = async (spacing: string, chosen = {}) => {
    const scheduler = { ...(model.scheduler as object), timestep_spacing: spacing };
    return (await content({ ...model, scheduler }, {}, chosen)).facts.config.timestepSpacing;
  };
  expect(await spacingOf('trailing')).toBe('trailing');
  expect(await spacingOf('leading')).toBe('auto');
  expect(await spacingOf('linspace')).toBe('auto');
  expect(await spacingOf('trailing', { timestepSpacing: 'leading' })).toBe('leading');
});

it('goes on with a flow where the scheduler is one, and refuses a shifted one by name', async () => {
  const model = await modelOfFiles('pipeline', filesOf('pipeline'));
  const flow = { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 1000, shift: 1 };
  const { facts } = await content({ ...model, scheduler: flow }, {}, { sampler: 'ddpm' });
  expect(facts.config).toMatchObject({ predictionType: 'flow_prediction', sampler: 'ddpm' });
  await expect(content({ ...model, scheduler: { ...flow, shift: 3 } }, {}, {})).rejects.toThrow(
    /^shift is 3/,
  );
});

it('names the files of a folder that holds no weights', async () => {
  const files = filesOf('pipeline', /safetensors$/);
  await expect(offerOrPictures({ files, which: 0 })).rejects.toThrow(/found in pipeline.*config\.json/);
});

it('takes text encoder and tokenizer as transformers saves them, with the same ids of texts', async () => {
  const model = await modelOfFiles('words', filesOf('words', /expected/));
  expect(fieldsToAsk(model)).toEqual([]);
  expect(model.leftOut).toEqual([]);
  const { facts, state } = await content(model);
  const expected = JSON.parse(readFileSync(join(FOLDER, 'words/expected.json'), 'utf8')) as {
    texts: string[];
    ids: number[][];
  };
  const tokenizer = facts.words?.tokenizer;
  expect(tokenizer && [...encodePrompts(tokenizer, expected.texts, 8)]).toEqual(expected.ids.flat());
  expect(facts.config).toMatchObject({
    preset: 'text',
    imageSize: 8,
    network: { attentionHeads: [2], crossAttentionDim: 16 },
    textEncoder: { vocabSize: 518, numHiddenLayers: 1, maxPositionEmbeddings: 8 },
  });
  // The encoder's tensors by transformers' names, without `text_model.`: version 5 saves them so.
  const file = filesOf('words').find(({ name }) => name.endsWith('text_encoder/model.safetensors')) as File;
  const { tensors } = await readTensors(file);
  const inFile = new Map(tensors.map(({ name, data }) => [name, data]));
  const { parameters } = modelOfRun(facts.config);
  const ours = parameters.flatMap(({ name }, i) =>
    name.startsWith('text_encoder.')
      ? [[toClipName(name).replace('text_model.', ''), state.weights[i]] as const]
      : [],
  );
  expect(new Map(ours)).toEqual(inFile);
});
