// Claims about models with words in files of other programs: our own exports come back whole, with the same
// tokens; encoders as transformers 4 and 5 save them are read; what does not fit is refused by name; a UNet
// that reads texts and comes alone gets a new encoder. Not here: what Python makes of the exports
// (test/interop-live).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openPictures } from '../../../src/data/sets.ts';
import { FaultError } from '../../../src/fault.ts';
import { readTensors, safetensorsBlob } from '../../../src/formats/safetensors-file.ts';
import type { PickledValue } from '../../../src/formats/pickle-writer.ts';
import { OrderedDict, type TorchTensor } from '../../../src/formats/torch-values.ts';
import { writeTorchFile } from '../../../src/formats/torch-file.ts';
import { openZip, type ZipEntry } from '../../../src/formats/zip-reader.ts';
import { type Model, modelOf } from '../../../src/model/model.ts';
import { TEXT_ENCODER } from '../../../src/model/text-encoder-parameters.ts';
import type { NetworkConfig } from '../../../src/model/unet-config.ts';
import { modelOfRun, networkOf, textEncoderOf } from '../../../src/settings/presets.ts';
import { encodePrompts } from '../../../src/text/tokenizer.ts';
import type { CheckpointContent } from '../../../src/trainer/checkpoint-file.ts';
import { exportedFile } from '../../../src/trainer/export/export-file.ts';
import { contentOfModel } from '../../../src/trainer/import/adopt-model.ts';
import { offerOf } from '../../../src/trainer/import/offer.ts';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import { modelOfTorchFile } from '../../../src/trainer/import/torch-model.ts';
import { readWords, wordsAsText } from '../../../src/trainer/run-words.ts';
import { openRunPictures } from '../../../src/trainer/run-pictures.ts';
import { trainingStep } from '../../../src/trainer/training-step.ts';
import { readTorchFile } from '../../formats/read-torch-file.ts';
import { TEXT_CONFIG, textContent } from '../text-run.ts';

const NAMES = modelOfRun(TEXT_CONFIG).parameters.map(({ name }) => name);
const ORIGINAL = textContent();
const ZIP = ORIGINAL.then((content) => exportedFile(content, { kind: 'diffusers', weights: 'raw' }));
const CHOSEN = { dataset: 'shapes', maxImages: 10, batchSize: 4 };

/** The files of the exported folder; `change` gives another content, null leaves a file out. */
async function folder(change: Record<string, BlobPart | null> = {}): Promise<File[]> {
  const entries = await openZip(await ZIP, { stored: false });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const content = change[entry.name];
      return content === null ? [] : [new File([content ?? (await entry.blob())], `model/${entry.name}`)];
    }),
  );
  return files.flat();
}

const fileOf = async (path: string): Promise<Blob> => {
  const found = (await folder()).find(({ name }) => name === `model/${path}`);
  if (!found) throw new Error(`no ${path}`);
  return found;
};
const jsonOf = async (path: string) =>
  JSON.parse(await (await fileOf(path)).text()) as Record<string, unknown>;

async function imported(files: File[], answers = {}) {
  const { preview, load } = await offerOf({ files, which: 0 });
  const asked = Object.fromEntries(preview.asked.map(({ name, value }) => [name, value]));
  const loaded = await load({ ...asked, ...answers }, CHOSEN);
  return { preview, ...loaded };
}

async function refusal(files: File[]): Promise<string> {
  const error: unknown = await offerOf({ files, which: 0 }).catch((thrown: unknown) => thrown);
  if (!(error instanceof FaultError)) throw new Error('nothing was refused', { cause: error });
  const { title, expected, got, todo } = error.fault;
  return [title, expected, got, ...todo].join('; ');
}

/** Ids of texts that a vocabulary cuts in many ways. */
const idsBy = ({ facts }: CheckpointContent) =>
  facts.words && encodePrompts(facts.words.tokenizer, ['A red  circle', 'É 12 🙂', ''], 8);

describe('the diffusers folder of a model with words', () => {
  it('has every file that transformers and diffusers open, by their names', async () => {
    const names = (await openZip(await ZIP, { stored: false })).map(({ name }) => name);
    expect(names.sort()).toEqual([
      'README.md',
      'model_index.json',
      'perennial.json',
      'pipeline.py',
      'scheduler/scheduler_config.json',
      'text_encoder/config.json',
      'text_encoder/model.safetensors',
      'tokenizer/merges.txt',
      'tokenizer/special_tokens_map.json',
      'tokenizer/tokenizer.json',
      'tokenizer/tokenizer_config.json',
      'tokenizer/vocab.json',
      'unet/config.json',
      'unet/diffusion_pytorch_model.safetensors',
    ]);
    expect(await jsonOf('model_index.json')).toMatchObject({
      _class_name: ['pipeline', 'PerennialTextToImagePipeline'],
      text_encoder: ['transformers', 'CLIPTextModel'],
    });
    // The tokenizer has 560 entries at most: its ids, not those of the settings, tell where a text ends.
    const { words } = (await ORIGINAL).facts;
    const { begin, end } = words?.tokenizer ?? {};
    expect(await jsonOf('text_encoder/config.json')).toMatchObject({
      bos_token_id: begin,
      eos_token_id: end,
      pad_token_id: end,
      vocab_size: 560,
    });
    const { tensors } = await readTensors(await fileOf('text_encoder/model.safetensors'));
    expect(tensors[0]?.name).toBe('text_model.embeddings.token_embedding.weight');
    expect(await (await fileOf('README.md')).text()).toContain('guidance_scale=2.5)');
  });

  it('fills texts up with the token that its tokenizer names, and so do its checkpoints and exports', async () => {
    const padded = new URL('../../fixtures/models/padded/', import.meta.url);
    const read = (name: string): string => readFileSync(new URL(name, padded), 'utf8');
    const { texts, ids } = JSON.parse(read('expected.json')) as { texts: string[]; ids: number[][] };
    const names = ['vocab.json', 'merges.txt', 'tokenizer_config.json', 'special_tokens_map.json'];
    const content = await imported(
      await folder({
        'perennial.json': null,
        'tokenizer/tokenizer.json': null,
        ...Object.fromEntries(names.map((name) => [`tokenizer/${name}`, read(`separate/${name}`)])),
      }),
    );
    const idsOf = ({ facts }: CheckpointContent) =>
      facts.words && [...encodePrompts(facts.words.tokenizer, texts, 10)];
    expect(idsOf(content)).toEqual(ids.flat());
    expect(content.preview.missing.join()).not.toContain('!');
    const { config, words } = content.facts;
    const saved = words && readWords(config, wordsAsText(words));
    expect(saved && [...encodePrompts(saved.tokenizer, texts, 10)]).toEqual(ids.flat());
    const again = await imported([await exportedFile(content, { kind: 'diffusers', weights: 'raw' })]);
    expect(idsOf(again)).toEqual(ids.flat());
  });

  it('comes back with equal weights and tokens, as a zip and as a folder, and trains on with them', async () => {
    const original = await ORIGINAL;
    for (const files of [[await ZIP], await folder()]) {
      const back = await imported(files);
      expect(back.state.weights).toEqual(original.state.weights);
      expect(back.state.ema).toEqual(original.state.weights);
      expect(idsBy(back)).toEqual(idsBy(original));
      expect(back.facts.words?.prompts).toHaveLength(16);
      const { network, textEncoder } = back.facts.config;
      expect(network).toEqual(TEXT_CONFIG.network);
      expect(textEncoder).toMatchObject({ vocabSize: 560, hiddenSize: 16, maxPositionEmbeddings: 8 });
      expect(back.preview.asked).toEqual([]);
      expect(back.preview.kept[0]).toBe('Weights of the network and of its text encoder, and its tokenizer.');
    }
    const { facts } = await imported([await ZIP]);
    const set = await openPictures('shapes', facts.config);
    const learning = {
      config: facts.config,
      words: facts.words,
      classes: facts.classes,
      levels: noiseLevels(facts.config),
    };
    const { microBatches } = await trainingStep(learning, set, 100, 0);
    expect(microBatches[0]?.inputs['input_ids']?.shape).toEqual([4, 8]);
    expect(microBatches[0]?.inputs['input_ids']?.data).toContain(facts.words?.tokenizer.end);
  });

  it('is read without tokenizer.json, and with an encoder as transformers 5 names it', async () => {
    const { tensors } = await readTensors(await fileOf('text_encoder/model.safetensors'));
    const unprefixed = tensors.map((tensor) => ({ ...tensor, name: tensor.name.replace('text_model.', '') }));
    const old = [
      ...tensors,
      { name: 'text_model.embeddings.position_ids', shape: [1, 8], data: new Float32Array(8) },
    ];
    const original = await ORIGINAL;
    for (const encoder of [unprefixed, old]) {
      const files = await folder({
        'tokenizer/tokenizer.json': null,
        'text_encoder/model.safetensors': safetensorsBlob(encoder, { format: 'pt' }),
      });
      const back = await imported(files);
      expect(back.state.weights).toEqual(original.state.weights);
      expect(idsBy(back)).toEqual(idsBy(original));
    }
  });
});

describe('the .pt of a model with words', () => {
  it('comes back whole, moments and averages of both networks in their places', async () => {
    const original = await ORIGINAL;
    const file = await exportedFile(original, { kind: 'torch', weights: 'raw' });
    const model = await modelOfTorchFile('a.pt', file);
    expect(model).toMatchObject({ hasEma: true, optimizerLeftOut: null, leftOut: [] });
    const back = await contentOfModel(model, {}, {});
    expect(back.state).toEqual(original.state);
    expect(idsBy(back)).toEqual(idsBy(original));
    expect(back.facts.words?.prompts).toEqual(original.facts.words?.prompts);
    expect(back.facts).toMatchObject({ globalStep: 4, epoch: 1, config: TEXT_CONFIG });
  });

  it('says what load_state_dict and AdamW need, by transformers` names and in their order', async () => {
    const file = await exportedFile(await ORIGINAL, { kind: 'torch', weights: 'raw' });
    const root = (await readTorchFile(file)) as Map<string, Map<string, unknown>>;
    const [unet, encoder] = ['unet_state_dict', 'text_encoder_state_dict'].map((key) => root.get(key));
    expect([...(unet?.keys() ?? [])]).toEqual(NAMES.filter((name) => !name.startsWith(TEXT_ENCODER)));
    expect([...(encoder?.keys() ?? [])].slice(0, 4)).toEqual([
      'embeddings.token_embedding.weight',
      'embeddings.position_embedding.weight',
      'encoder.layers.0.self_attn.k_proj.weight',
      'encoder.layers.0.self_attn.k_proj.bias',
    ]);
    const moments = root.get('optimizer_state_dict')?.get('state') as Map<number, Map<string, TorchTensor>>;
    const token = NAMES.indexOf('text_encoder.token_embedding.weight');
    expect(token).toBe(unet?.size);
    expect(moments.get(token)?.get('exp_avg')?.shape).toEqual([560, 16]);
  });
});

describe('a UNet that reads texts and comes alone', () => {
  it('gets an encoder of its width, which starts from the seed; the preview says so', async () => {
    const original = await ORIGINAL;
    const file = await exportedFile(original, { kind: 'weights', weights: 'raw' });
    const back = await imported([file]);
    const model = modelOfRun(back.facts.config);
    expect(back.preview.missing[0]).toMatch(/^No text encoder: .* learns with it from the captions/);
    expect(textEncoderOf(back.facts.config)).toMatchObject({ hiddenSize: 16, numAttentionHeads: 2 });
    const first = model.initialWeights(back.facts.config.seed);
    const isEncoder = model.parameters.map(({ name }) => name.startsWith(TEXT_ENCODER));
    back.state.weights.forEach((values, i) =>
      expect(values).toEqual(isEncoder[i] ? first[i] : original.state.weights[i]),
    );
    expect(back.facts.words?.tokenizer.vocabulary.names.length).toBeGreaterThan(514);
    expect(back.facts.words?.prompts.every((prompt) => prompt !== '')).toBe(true);
  });

  it('as the .pt of a notebook has its heads asked for, and keeps the moments that it has', async () => {
    const unet = modelOf(networkOf(TEXT_CONFIG));
    const back = await imported([await notebook(unet)], {
      sample_size: 8,
      norm_num_groups: 4,
      attention_head_dim: 4,
    });
    expect(back.preview.asked.find(({ name }) => name === 'attention_head_dim')).toMatchObject({
      help: 'Attention heads',
      value: 8,
    });
    expect(back.facts.globalStep).toBe(9);
    expect(back.facts.config.network).toMatchObject({ attentionHeads: [4] });
    back.state.expAvg.forEach((values, i) => expect(values[0]).toBe(i < unet.parameters.length ? i : 0));
  });
});

/**
 * What a notebook saves that trains a UNet against a frozen encoder: AdamW's mean of weight i is i, at step
 * 9.
 */
async function notebook(unet: Model): Promise<File> {
  const filled = ({ shape }: Model['parameters'][number], value: number): PickledValue => ({
    dtype: 'float32',
    shape: [...shape],
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
  });
  const dict = (entries: [string | number, PickledValue][]): PickledValue => new Map(entries);
  const { parameters } = unet;
  const moments = parameters.map((one, i): [number, PickledValue] => [
    i,
    dict([
      ['step', 9],
      ['exp_avg', filled(one, i)],
      ['exp_avg_sq', filled(one, 1)],
    ]),
  ]);
  const group = dict([
    ['lr', 1e-3],
    ['params', parameters.map((_, i) => i)],
  ]);
  const optimizer = dict([
    ['state', new Map(moments)],
    ['param_groups', [group]],
  ]);
  const weights = new OrderedDict(parameters.map((one) => [one.name, filled(one, 0.5)] as const));
  const whole = dict([
    ['unet_state_dict', weights],
    ['optimizer_state_dict', optimizer],
  ]);
  return new File([await writeTorchFile(whole, 'notebook')], 'notebook.pt');
}

/** The .pt as a notebook would have it: the UNet's state_dict alone. */
async function withoutConfig(file: Blob): Promise<File> {
  const root = (await readTorchFile(file)) as Map<string, PickledValue>;
  const unet = new Map([['unet_state_dict', root.get('unet_state_dict') as PickledValue]]);
  return new File([await writeTorchFile(unet, 'unet')], 'unet.pt');
}

describe('a UNet of latents', () => {
  it('is imported and exported, says what is missing, and waits for pictures as latents', async () => {
    const latents = {
      ...TEXT_CONFIG,
      network: { ...TEXT_CONFIG.network, inChannels: 4, outChannels: 4 } as NetworkConfig,
    };
    const content = await textContent(latents);
    const file = await exportedFile(content, { kind: 'diffusers', weights: 'raw' });
    const back = await imported([file]);
    expect(back.preview.missing.join(' ')).toMatch(/No autoencoder: it draws latents of 4 channels/);
    expect(back.state.weights).toEqual(content.state.weights);
    const scheduler = (await openZip(file, { stored: false })).find(({ name }) =>
      name.startsWith('scheduler/'),
    );
    expect(JSON.parse(await (scheduler as ZipEntry).blob().then((blob) => blob.text()))).toMatchObject({
      clip_sample: false,
    });
    const { set, fault } = await openRunPictures(back.facts.config, back.facts.dataset, null);
    expect(set).toBeNull();
    expect(fault?.title).toBe('This model learns from latents, and there are none');
    const bare = await exportedFile(content, { kind: 'torch', weights: 'raw' }).then(withoutConfig);
    const { preview } = await offerOf({ files: [bare], which: 0 });
    expect(preview.asked[0]).toMatchObject({
      name: 'sample_size',
      value: 32,
      help: 'Edge of the latents, an eighth of the pictures’',
    });
    const { config } = (await imported([bare])).facts;
    expect(config).toMatchObject({ randomFlip: false, randomCrop: 'off', colorJitter: 'off' });
    for (const kind of ['diffusers', 'torch', 'weights'] as const)
      expect((await exportedFile(back, { kind, weights: 'ema' })).size).toBeGreaterThan(1000);
  });
});

describe('refuses', () => {
  const changed = async (path: string, fields: object) =>
    folder({ [path]: JSON.stringify({ ...(await jsonOf(path)), ...fields }) });

  it('a tokenizer that is not CLIP`s', async () => {
    expect(await refusal(await changed('tokenizer/tokenizer.json', { normalizer: null }))).toMatch(
      /tokenizer is not of CLIP’s kind; normalizer: NFC/,
    );
    expect(await refusal(await folder({ 'tokenizer/tokenizer.json': 'not JSON' }))).toMatch(
      /not of CLIP’s kind/,
    );
  });

  it('ids beyond the encoder`s table', async () => {
    const { words } = (await ORIGINAL).facts;
    const entries = words?.tokenizer.vocabulary.names.length ?? 0;
    const files = await changed('text_encoder/config.json', {
      vocab_size: entries - 1,
      bos_token_id: 0,
      eos_token_id: 1,
      pad_token_id: 1,
    });
    expect(await refusal(files)).toContain(
      `The tokenizer has ${entries} entries, the text encoder ${entries - 1}`,
    );
  });

  it('widths that disagree', async () => {
    expect(await refusal(await changed('text_encoder/config.json', { hidden_size: 8 }))).toContain(
      'The text encoder has 8 channels; hidden_size 16',
    );
    expect(await refusal(await changed('text_encoder/config.json', { num_hidden_layers: 2 }))).toContain(
      'text_encoder.encoder.layers.1',
    );
  });

  it('an encoder without tokenizer or config, and an encoder alone', async () => {
    const without = { 'tokenizer/tokenizer.json': null, 'tokenizer/merges.txt': null };
    expect(await refusal(await folder(without))).toContain('a text encoder without its tokenizer');
    expect(await refusal(await folder({ 'text_encoder/config.json': null }))).toContain('config.json');
    const alone = new File([await fileOf('text_encoder/model.safetensors')], 'model.safetensors');
    expect(await refusal([alone])).toContain('is a text encoder alone');
  });

  it('a network that asks for more of a picture than its class', async () => {
    const projection = { class_embed_type: 'projection', projection_class_embeddings_input_dim: 4 };
    expect(await refusal(await changed('unet/config.json', projection))).toMatch(
      /class_embed_type is projection; .*null; with num_class_embeds/,
    );
  });
});
