// Claims: among files as trainers, hubs, drives and systems leave them, the model that people mean is offered
// first and the others can be chosen; pictures are told from models; what is neither is named in plain words.
import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../../src/settings/settings.ts';
import { modelOfRun, presetConfig } from '../../../src/settings/presets.ts';
import { FaultError } from '../../../src/fault.ts';
import type { PickledValue } from '../../../src/formats/pickle-writer.ts';
import { safetensorsBlob } from '../../../src/formats/safetensors-file.ts';
import { OrderedDict } from '../../../src/formats/torch-values.ts';
import { writeTorchFile } from '../../../src/formats/torch-file.ts';
import { zipBlob } from '../../../src/formats/zip-writer.ts';
import { toDiffusersUNet } from '../../../src/model/diffusers-unet.ts';
import { UNET_DEFAULTS } from '../../../src/model/unet-config.ts';
import { contentOfModel } from '../../../src/trainer/import/adopt-model.ts';
import { modelOfFound } from '../../../src/trainer/import/folder-model.ts';
import { sortFiles } from '../../../src/trainer/import/models-among.ts';
import { offerOf, offerOrPictures } from '../../../src/trainer/import/offer.ts';
import { initialState } from '../../../src/trainer/run.ts';

const config: RunConfig = {
  ...presetConfig('tiny'),
  dataset: 'shapes',
  imageSize: 8,
  network: {
    ...UNET_DEFAULTS,
    blockOutChannels: [4],
    layersPerBlock: 1,
    downBlockTypes: ['DownBlock2D'],
    upBlockTypes: ['UpBlock2D'],
    addAttention: false,
    attentionHeadDim: null,
    normNumGroups: 2,
  },
};
const MODEL = modelOfRun(config);
const STATE = initialState(config).weights;

/** The weights times `factor`, by name, sorted by name as safetensors has them. */
const tensors = (factor: number, prefix = '') =>
  MODEL.parameters
    .map(({ name, shape }, i) => ({
      name: prefix + name,
      shape: [...shape],
      data: (STATE[i] ?? new Float32Array(0)).map((value) => value * factor),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
const safetensors = (factor: number, prefix = '') => safetensorsBlob(tensors(factor, prefix), {});
const stateDict = (factor: number): PickledValue =>
  new OrderedDict(
    MODEL.parameters.map(({ name, shape }, i): [string, PickledValue] => [
      name,
      {
        dtype: 'float32',
        shape: [...shape],
        data: (STATE[i] as Float32Array<ArrayBuffer>).map((x) => x * factor),
      },
    ]),
  );
/** AdamW's state_dict with i as the mean of weight i. */
const optimizer = (): PickledValue => {
  const moment = (value: number, shape: readonly number[]): PickledValue => {
    const count = shape.reduce((a, b) => a * b, 1);
    return { dtype: 'float32', shape: [...shape], data: new Float32Array(count).fill(value) };
  };
  const state = MODEL.parameters.map(({ shape }, i): [number, PickledValue] => [
    i,
    new Map([
      ['step', moment(2, [])],
      ['exp_avg', moment(i, shape)],
      ['exp_avg_sq', moment(1, shape)],
    ]),
  ]);
  const group = new Map<string, PickledValue>([
    ['lr', 1e-3],
    ['params', MODEL.parameters.map((_, i) => i)],
  ]);
  return new Map<string, PickledValue>([
    ['state', new Map(state)],
    ['param_groups', [group]],
  ]);
};

const file = (path: string, ...content: BlobPart[]): File => new File(content, path);
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const HEIC = '\0\0\0\x18ftypheic';
const APPLE = '\0\x05\x16\x07\0\x02\0\0Mac OS X';
const configJson = JSON.stringify(toDiffusersUNet({ ...MODEL.config }));
const scheduler = (fields = {}) => JSON.stringify({ _class_name: 'DDPMScheduler', ...fields });

/** The factor of the weights of the model at `which`; the choice as the dialog shows it. */
async function chosen(files: File[], which = 0) {
  const offer = await offerOf({ files, which });
  const asked = { sample_size: 8, norm_num_groups: 2 };
  const answers = {
    ...Object.fromEntries(offer.preview.asked.map(({ name, value }) => [name, value])),
    ...asked,
  };
  const { state, facts, history } = await offer.load(answers, { dataset: 'shapes' });
  const factorOf = (values: Float32Array | undefined) => (values?.[0] ?? 0) / (STATE[0]?.[0] ?? 1);
  const { models, first, pictures, kept, missing } = offer.preview;
  return {
    factor: Math.round(factorOf(state.weights[0])),
    ema: Math.round(factorOf(state.ema[0])),
    means: state.expAvg.map((values) => values[0]),
    models,
    first,
    pictures,
    kept,
    missing,
    facts,
    history,
  };
}

async function refusal(files: File[]): Promise<string> {
  const error: unknown = await offerOf({ files, which: 0 }).catch((thrown: unknown) => thrown);
  if (!(error instanceof FaultError)) throw new Error('nothing was refused', { cause: error });
  const { title, expected, got, todo } = error.fault;
  return [title, expected, got, ...todo].join('; ');
}

describe('the output folder of a training', () => {
  const weights = 'unet/diffusion_pytorch_model.safetensors';
  const output = (): File[] => [
    file('out/checkpoint-1000/unet/config.json', configJson),
    file(`out/checkpoint-1000/${weights}`, safetensors(3)),
    file('out/checkpoint-500/unet/config.json', configJson),
    file(`out/checkpoint-500/${weights}`, safetensors(2)),
    file('out/model_index.json', '{}'),
    file('out/scheduler/scheduler_config.json', scheduler()),
    file('out/unet/config.json', configJson),
    file(`out/${weights}`, safetensors(1)),
    ...Array.from({ length: 8 }, (_, i) => file(`out/samples/${i}.png`, PNG)),
  ];

  it('gives the final model first, and the others to choose; its samples are no training pictures', async () => {
    expect(await chosen(output())).toMatchObject({
      factor: 1,
      models: ['unet', 'checkpoint-1000/unet', 'checkpoint-500/unet'],
      first: 'final',
      pictures: 8,
    });
    expect(await chosen(output(), 1)).toMatchObject({ factor: 3 });
    expect(await chosen(output(), 2)).toMatchObject({ factor: 2 });
  });

  it('without a final model gives the one of most steps', async () => {
    const files = output().filter(({ name }) => name.includes('checkpoint-'));
    expect(await chosen(files)).toMatchObject({ factor: 3, first: 'newest' });
  });

  it('is a model however many samples are in it', async () => {
    const samples = Array.from({ length: 600 }, (_, i) => file(`out/samples/more/${i}.png`, PNG));
    expect(await chosen([...samples, ...output()])).toMatchObject({ factor: 1, pictures: 608 });
  });

  it('in a zip, from a drive or a Mac, is the same', async () => {
    const entries = await Promise.all(
      output().map(async (one) => ({ name: one.name, content: new Uint8Array(await one.arrayBuffer()) })),
    );
    const mac = { name: `__MACOSX/out/._config.json`, content: APPLE };
    expect(await chosen([file('out.zip', await zipBlob([...entries, mac]))])).toMatchObject({
      factor: 1,
      pictures: 8,
    });
  });
});

describe('a checkpoint of accelerate', () => {
  it('brings EMA, moments and the step of its name, by the order of the parameters', async () => {
    const files = [
      file('checkpoint-500/optimizer.bin', await writeTorchFile(optimizer(), 'optimizer')),
      file('checkpoint-500/scheduler.bin', await writeTorchFile(new Map([['last_epoch', 500]]), 'scheduler')),
      file('checkpoint-500/random_states_0.pkl', '\x80\x02.'),
      file('checkpoint-500/unet/config.json', configJson),
      file('checkpoint-500/unet/diffusion_pytorch_model.safetensors', safetensors(1)),
      file('checkpoint-500/unet_ema/config.json', configJson),
      file('checkpoint-500/unet_ema/diffusion_pytorch_model.safetensors', safetensors(2)),
    ];
    const { factor, ema, means, facts, kept, models } = await chosen(files);
    expect({ factor, ema, models: models.length, globalStep: facts.globalStep }).toEqual({
      factor: 1,
      ema: 2,
      models: 1,
      globalStep: 500,
    });
    expect(means).toEqual(MODEL.parameters.map((_, i) => i));
    expect(kept).toEqual(['Weights.', 'EMA weights.', 'Optimizer state (AdamW).', 'Step and epoch.']);
  });

  it('without hooks is its pytorch_model.bin; an average in a list beside it is found', async () => {
    const names = [...(stateDict(2) as OrderedDict<never>).values()];
    const files = [
      file('pytorch_model.bin', await writeTorchFile(stateDict(1), 'pytorch_model')),
      file('optimizer.bin', await writeTorchFile(optimizer(), 'optimizer')),
      file('custom_checkpoint_0.pkl', await writeTorchFile(new Map([['shadow_params', names]]), 'custom')),
    ];
    expect(await chosen(files)).toMatchObject({ factor: 1, ema: 2, facts: { globalStep: 2 } });
  });
});

describe('weights under other names', () => {
  const half = Math.floor(tensors(1).length / 2);
  const shard = (i: number) =>
    file(
      `m/diffusion_pytorch_model-0000${i}-of-00002.safetensors`,
      safetensorsBlob(i === 1 ? tensors(1).slice(0, half) : tensors(1).slice(half), {}),
    );

  it('in shards are joined; a missing shard is named', async () => {
    const index = file('m/diffusion_pytorch_model.safetensors.index.json', '{"weight_map":{}}');
    expect(await chosen([shard(2), index, shard(1), file('m/config.json', configJson)])).toMatchObject({
      factor: 1,
    });
    expect(await refusal([shard(1), index])).toMatch(
      /is one of 2 parts of a model.*part 1; missing: 2; Choose all parts/,
    );
  });

  it('in shards of torch.save are joined too', async () => {
    const all = [...(stateDict(1) as OrderedDict<never>)];
    const parts = [all.slice(0, 5), all.slice(5)].map((pairs) =>
      writeTorchFile(new OrderedDict(pairs) as PickledValue, 'x'),
    );
    const [one, two] = await Promise.all(parts);
    const name = (i: number) => `diffusion_pytorch_model-0000${i}-of-00002.bin`;
    expect(await chosen([file(name(1), one as Blob), file(name(2), two as Blob)])).toMatchObject({
      factor: 1,
    });
  });

  it("are found among macOS's files, in any wrapper, and beside a variant", async () => {
    const files = [
      file('m/._model.safetensors', APPLE),
      file('m/.DS_Store', '\0\0\0\x01Bud1'),
      file('m/model.safetensors', safetensors(1, '_orig_mod.module.')),
    ];
    expect(await chosen(files)).toMatchObject({ factor: 1, models: ['model.safetensors'] });
    const variants = ['model.fp16.safetensors', 'diffusion_pytorch_model.safetensors'].map((name, i) =>
      file(`m/${name}`, safetensors(i + 1)),
    );
    expect(await chosen(variants)).toMatchObject({
      factor: 2,
      models: ['diffusion_pytorch_model.safetensors', 'model.fp16.safetensors'],
    });
  });

  it('with an average of their own file have that average', async () => {
    const files = [
      file('model_ema.pt', await writeTorchFile(stateDict(2), 'e')),
      file('model.pt', await writeTorchFile(stateDict(1), 'm')),
    ];
    // Without an optimizer the average is shown and then begun anew, as before.
    expect(await chosen(files)).toMatchObject({ factor: 1, ema: 2, models: ['model.pt'] });
  });

  it('of 2022, a .bin with pictures that it drew, are the model', async () => {
    const files = [
      file('hub/config.json', configJson),
      file('hub/diffusion_pytorch_model.bin', await writeTorchFile(stateDict(1), 'd')),
      file('hub/images/0.png', PNG),
    ];
    expect(await chosen(files)).toMatchObject({ factor: 1, pictures: 1 });
  });
});

describe('pictures', () => {
  const arePictures = async (...files: File[]) => (await offerOrPictures({ files, which: 0 })) === null;
  it('are told by their first bytes, one alone, of any format, and beside other things', async () => {
    expect(await arePictures(file('a.safetensors', PNG))).toBe(true);
    expect(await arePictures(file('IMG_0001.HEIC', HEIC))).toBe(true);
    expect(await arePictures(file('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe(true);
    expect(await arePictures(file('1.png', PNG), file('1.txt', 'a'), file('letter.docx', 'PK\x03\x04'))).toBe(
      true,
    );
  });

  it('with cached latents of another trainer are pictures', async () => {
    const latent = safetensorsBlob([{ name: 'latent', shape: [4, 8, 8], data: new Float32Array(256) }], {});
    const pair = (i: number) => [file(`d/${i}.png`, PNG), file(`d/_latent_cache/${i}.safetensors`, latent)];
    expect(await arePictures(...[0, 1, 2].flatMap(pair))).toBe(true);
    expect(await refusal([file('0.safetensors', latent)])).toMatch(
      /0.safetensors holds no UNet of diffusers.*called latent/,
    );
  });

  it('are refused where a model is asked for; so are those in a zip', async () => {
    expect(await refusal([file('1.png', PNG)])).toMatch(/This is a picture, no model.*Your pictures/);
    const zip = await zipBlob([
      { name: 'p/1.png', content: PNG },
      { name: 'p/2.png', content: PNG },
    ]);
    expect(await refusal([file('p.zip', zip)])).toMatch(/This is a picture, no model/);
    expect(await arePictures(file('p.zip', zip))).toBe(true);
  });
});

describe('what is no model is named in plain words', () => {
  it.each<[string, string, RegExp]>([
    [
      'm.safetensors',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0f\nsize 143015044\n',
      /is not the model, but a Git LFS pointer to a file of 143 MB.*git lfs pull/,
    ],
    ['m.pt', '<!DOCTYPE html><html>', /m.pt is a web page.*log in/],
    ['m.safetensors', 'GGUF\x03\0\0\0', /is a GGUF file.*as diffusers saves it/],
    ['m.h5', '\x89HDF\r\n\x1a\n', /is an HDF5 file, as Keras writes it/],
    [
      'letter.txt',
      'Dear reader',
      /letter.txt is text, neither a model nor a picture.*To train, drop pictures: JPEG.*choose a checkpoint/,
    ],
    ['m.ckpt', '', /is empty, neither/],
    ['m.pkl', '\x80\x04\x95', /is a Python pickle/],
  ])('%s', async (name, content, message) => {
    const words = await refusal([
      file(
        name,
        Uint8Array.from(content, (char) => char.charCodeAt(0)),
      ),
    ]);
    expect(words).toMatch(message);
    expect(words).not.toMatch(/\d{6,}/); // no byte arithmetic
  });

  it('a pointer in the place of the weights, though pictures came', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0f\nsize 5000\n';
    expect(
      await refusal([file('hub/diffusion_pytorch_model.bin', pointer), file('hub/1.png', PNG)]),
    ).toContain('pointer to a file of 5 kB');
  });

  it('a zip of other things, and what an interrupted download left', async () => {
    const letter = await zipBlob([{ name: 'word/document.xml', content: '<xml/>' }]);
    expect(await refusal([file('letter.docx', letter)])).toMatch(
      /letter.docx is a zip archive without a model/,
    );
    const whole = await safetensors(1).arrayBuffer();
    expect(await refusal([file('m.safetensors', whole.slice(0, -99))])).toMatch(
      /This safetensors file is cut off.*again, to its end/,
    );
    const pt = await (await writeTorchFile(stateDict(1), 'm')).arrayBuffer();
    expect(await refusal([file('m.pt', pt.slice(0, -99))])).toMatch(/This zip archive is cut off/);
  });

  it('an optimizer alone', async () => {
    expect(await refusal([file('optimizer.bin', await writeTorchFile(optimizer(), 'o'))])).toMatch(
      /optimizer.bin holds no UNet of diffusers.*a dict of state, param_groups/,
    );
  });
});

describe('what cannot be used is refused before it is shown', () => {
  const withScheduler = (fields: object) => [
    file('m/unet/config.json', configJson),
    file('m/unet/diffusion_pytorch_model.safetensors', safetensors(1)),
    file('m/scheduler/scheduler_config.json', scheduler(fields)),
  ];
  it('noise that is not trained here', async () => {
    expect(await refusal(withScheduler({ prediction_type: 'sample' }))).toContain(
      'prediction_type is "sample"',
    );
    expect(await refusal(withScheduler({ num_train_timesteps: 500 }))).toContain(
      'num_train_timesteps is 500',
    );
  });

  it('weights of 8 bits', async () => {
    const header = Object.fromEntries(
      tensors(1).reduce<[string, object][]>((all, { name, shape, data }) => {
        const begin = all.reduce((sum, [, one]) => sum + ((one as { size: number }).size ?? 0), 0);
        return [
          ...all,
          [name, { dtype: 'F8_E4M3', shape, data_offsets: [begin, begin + data.length], size: data.length }],
        ];
      }, []),
    );
    const json = JSON.stringify(header, (key, value: unknown) => (key === 'size' ? undefined : value));
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
    const bytes = tensors(1).reduce((sum, { data }) => sum + data.length, 0);
    expect(await refusal([file('fp8.safetensors', length, json, new Uint8Array(bytes))])).toMatch(
      /numbers of type F8_E4M3.*F32, F16, BF16 or F64/,
    );
  });
});

it('several models of which one is a checkpoint of ours are all offered, ours first', async () => {
  const own = safetensorsBlob(tensors(1, 'unet.'), { format: 'perennial-checkpoint', global_step: '7' });
  const { models } = await sortFiles([
    file('other.safetensors', safetensors(2)),
    file('unet_step_7.safetensors', own),
  ]);
  expect(models.map(({ path, content }) => [path, content.is])).toEqual([
    ['unet_step_7.safetensors', 'checkpoint'],
    ['other.safetensors', 'safetensors'],
  ]);
  const zip = await zipBlob([
    { name: 'drive/unet_step_7.safetensors', content: new Uint8Array(await own.arrayBuffer()) },
  ]);
  expect((await sortFiles([file('drive.zip', zip)])).models.map(({ content }) => content.is)).toEqual([
    'checkpoint',
  ]);
});

it('a damaged file among good ones does not hide them', async () => {
  const cut = safetensors(1).slice(0, 5000);
  const sorted = await sortFiles([file('cut.safetensors', cut), file('good.safetensors', safetensors(1))]);
  expect(sorted.models.map(({ path }) => path)).toEqual(['good.safetensors']);
  const [found] = sorted.models;
  if (!found) throw new Error('no model');
  const model = await modelOfFound(found, sorted, 'good');
  expect(model.shapes.size).toBe(MODEL.parameters.length);
  await expect(contentOfModel({ ...model, shapes: new Map() }, {}, {})).rejects.toThrow(FaultError);
  expect(await refusal([file('cut.safetensors', cut)])).toMatch(/This safetensors file is cut off/);
});
