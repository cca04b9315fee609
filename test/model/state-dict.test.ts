// Claims: names and shapes show the fields of the network, for every published configuration; a tensor of
// another network is refused by name; names of older versions become the present ones.
import { describe, expect, it } from 'vitest';
import { PRESET_NAMES } from '../../src/settings/settings.ts';
import { networkOf } from '../../src/settings/presets.ts';
import { fromDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import type { UNet2DConditionConfig, UNet2DConfig, UNetConfig } from '../../src/model/unet-config.ts';
import { modelOf } from '../../src/model/model.ts';
import { fieldsFromShapes } from '../../src/model/fields-from-shapes.ts';
import { checkStateDict, networksIn, stateDictOrder } from '../../src/model/state-dict.ts';
import { conditionNetworks } from '../interop/condition-networks.ts';
import { readJson } from '../interop/golden-files.ts';

const shapesOf = (config: UNetConfig) =>
  new Map(modelOf(config).parameters.map(({ name, shape }) => [name, shape] as const));
const { networks: PUBLISHED } = readJson('networks') as {
  networks: { name: string; config: UNetConfig }[];
};
const TINY = networkOf({ preset: 'tiny', imageSize: 16 }) as UNet2DConfig;

describe('names and shapes', () => {
  const configs: (readonly [string, UNetConfig])[] = [
    ...PUBLISHED.map(({ name, config }) => [name, config] as const),
    ...PRESET_NAMES.map((preset) => [preset, networkOf({ preset, imageSize: 32 })] as const),
    ['without attention in the middle', { ...TINY, addAttention: false }],
    ['with classes', { ...TINY, classEmbedding: { type: 'table', count: 3 } }],
    ['with classes as timesteps', { ...TINY, classEmbedding: { type: 'timestep' } }],
    ...conditionNetworks().map(({ name, config }) => [name, config] as const),
  ];
  it.each(configs)('show %s', (_, config) => {
    const shapes = shapesOf(config);
    expect(config).toMatchObject(fieldsFromShapes(shapes));
    expect(() => checkStateDict(shapes, modelOf(config))).not.toThrow();
  });

  it('show the depth of a level whose up block alone attends, and a projection of classes', () => {
    const config = fromDiffusersUNet({
      _class_name: 'UNet2DConditionModel',
      sample_size: 8,
      block_out_channels: [4, 8],
      norm_num_groups: 2,
      attention_head_dim: 2,
      down_block_types: ['DownBlock2D', 'DownBlock2D'],
      mid_block_type: 'UNetMidBlock2D',
      up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
      transformer_layers_per_block: [3, 1],
      class_embed_type: 'simple_projection',
      projection_class_embeddings_input_dim: 5,
    });
    const { attentionHeads: _, ...shown } = config as UNet2DConditionConfig;
    expect(shown).toMatchObject(fieldsFromShapes(shapesOf(config)));
  });

  it('of no UNet2DModel are refused by the first name that is missing', () => {
    expect(() => fieldsFromShapes(new Map([['fc.weight', [3, 3]]]))).toThrow(/down_blocks.0.resnets.0.conv1/);
  });

  it('with more channels than a network may have are refused before anything is counted', () => {
    const shapes = new Map([
      ['conv_in.weight', [4e9, 3, 3, 3]],
      ['conv_out.weight', [3, 4e9, 3, 3]],
      ['down_blocks.0.resnets.0.conv1.weight', [4e9, 0, 3, 3]],
    ]);
    expect(() => fieldsFromShapes(shapes)).toThrow(/1 to 4096 channels.*4000000000/);
  });

  it('of another network are refused by name', () => {
    const shapes = shapesOf(TINY);
    expect(() => checkStateDict(new Map([...shapes].slice(1)), modelOf(TINY))).toThrow(
      /conv_in.weight \[16, 3, 3, 3\]/,
    );
    expect(() => checkStateDict(new Map([...shapes, ['extra', [1]]]), modelOf(TINY))).toThrow(
      /a tensor called extra/,
    );
    const other = new Map([...shapes, ['conv_in.weight', [16, 1, 3, 3]] as [string, number[]]]);
    expect(() => checkStateDict(other, modelOf(TINY))).toThrow(/conv_in.weight \[16, 1, 3, 3\]/);
  });
});

describe('a UNet among the names of a file', () => {
  const NAMES = ['conv_in.weight', 'time_embedding.linear_1.weight', 'mid_block.attentions.0.to_q.weight'];
  const found = (names: string[]) =>
    networksIn(names).map(({ prefix, names }) => [prefix, [...names.keys()]]);
  it.each([
    ['', ''],
    ['module.', ''],
    ['_orig_mod.', ''],
    ['module._orig_mod.', ''],
    ['_orig_mod.module.module.', ''],
    ['model.', 'model.'],
    ['model._orig_mod.unet.', 'model.unet.'],
    ['_fsdp_wrapped_module.', ''],
  ])('is found under %s', (before, prefix) => {
    expect(found(NAMES.map((name) => before + name))).toEqual([[prefix, NAMES]]);
  });

  it('is found though single blocks are compiled, and under the names before diffusers 0.14', () => {
    const inFile = [...NAMES.slice(0, 2), 'mid_block._orig_mod.attentions.0.query.weight'];
    expect(found(inFile)).toEqual([['', NAMES]]);
    expect(networksIn(inFile)[0]?.names.get(NAMES[2] ?? '')).toBe(inFile[2]);
  });

  it('is told from its EMA, from an autoencoder, and from what is no network', () => {
    const autoencoder = ['encoder.conv_in.weight', 'decoder.conv_in.weight', 'decoder.up.weight'];
    const names = ['step', ...['online_model.', 'ema_model.module.'].flatMap((p) => NAMES.map((n) => p + n))];
    expect(found([...autoencoder, ...names]).map(([prefix]) => prefix)).toEqual([
      'online_model.',
      'ema_model.',
    ]);
    expect(networksIn([...autoencoder, 'latent'])).toEqual([]);
    // torch.optim.swa_utils.AveragedModel
    expect(found(['n_averaged', ...NAMES.map((name) => `module.${name}`)])).toEqual([['', NAMES]]);
  });

  it('has the names of attention layers before diffusers 0.14 as they are today', () => {
    const parts = ['query.weight', 'key.bias', 'value.weight', 'proj_attn.bias', 'group_norm.weight'];
    const inFile = [...NAMES.slice(0, 2), ...parts.map((part) => `mid_block.attentions.0.${part}`)];
    expect([...(networksIn(inFile)[0]?.names.keys() ?? [])].slice(2)).toEqual(
      ['to_q.weight', 'to_k.bias', 'to_v.weight', 'to_out.0.bias', 'group_norm.weight'].map(
        (part) => `mid_block.attentions.0.${part}`,
      ),
    );
  });

  it.each([
    ...PRESET_NAMES.map((preset) => [preset, networkOf({ preset, imageSize: 32 })] as const),
    ...conditionNetworks().map(({ name, config }) => [name, config] as const),
  ] satisfies (readonly [string, UNetConfig])[])(
    'of %s: the order of its state_dict is known from names and shapes in any order',
    (_, config) => {
      const shapes = shapesOf(config);
      expect(stateDictOrder(new Map([...shapes].reverse()))).toEqual([...shapes.keys()]);
    },
  );
});
