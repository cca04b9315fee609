// Claims against diffusers' own configurations: every published network is unchanged after its way to
// config.json and back, one of diffusers' oldest files is read, and an unsupported value is refused by its
// field.
import { describe, expect, it } from 'vitest';
import { networkOf } from '../../src/settings/presets.ts';
import { fromDiffusersUNet, toDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import type { UNetConfig } from '../../src/model/unet-config.ts';
import { conditionNetworks } from '../interop/condition-networks.ts';
import { readJson } from '../interop/golden-files.ts';

/** google/ddpm-cifar10-32, as published (diffusers 0.0.4). */
const CIFAR = {
  _class_name: 'UNet2DModel',
  _diffusers_version: '0.0.4',
  act_fn: 'silu',
  attention_head_dim: null,
  block_out_channels: [128, 256, 256, 256],
  center_input_sample: false,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
  downsample_padding: 0,
  flip_sin_to_cos: false,
  freq_shift: 1,
  in_channels: 3,
  layers_per_block: 2,
  mid_block_scale_factor: 1,
  norm_eps: 1e-6,
  norm_num_groups: 32,
  out_channels: 3,
  sample_size: 32,
  time_embedding_type: 'positional',
  up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
};

it('reads google/ddpm-cifar10-32 as the preset cifar', () => {
  expect(fromDiffusersUNet(CIFAR)).toEqual(networkOf({ preset: 'cifar', imageSize: 32 }));
});

const { networks } = readJson('networks') as { networks: { name: string; config: UNetConfig }[] };

it.each(networks)('$name goes there and back', ({ config }) => {
  expect(fromDiffusersUNet(JSON.parse(JSON.stringify(toDiffusersUNet(config))))).toEqual(config);
});

it('a network without classes has the config.json of the first version, byte for byte', () => {
  // As checkpoints of September 2026 hold it.
  expect(JSON.stringify(toDiffusersUNet(networkOf({ preset: 'tiny', imageSize: 16 })))).toBe(
    '{"_class_name":"UNet2DModel","sample_size":16,"in_channels":3,"out_channels":3,"freq_shift":0,' +
      '"flip_sin_to_cos":true,"down_block_types":["DownBlock2D","DownBlock2D"],' +
      '"up_block_types":["UpBlock2D","UpBlock2D"],"block_out_channels":[16,24],"layers_per_block":1,' +
      '"downsample_padding":1,"attention_head_dim":null,"norm_num_groups":8,"norm_eps":0.00001,' +
      '"add_attention":true,"mid_block_scale_factor":1,"dropout":0,"center_input_sample":false,' +
      '"time_embedding_type":"positional","mid_block_type":"UNetMidBlock2D","downsample_type":"conv",' +
      '"upsample_type":"conv","act_fn":"silu","resnet_time_scale_shift":"default",' +
      '"class_embed_type":null,"num_class_embeds":null,"attn_norm_num_groups":null,' +
      '"time_embedding_dim":null,"num_train_timesteps":null}',
  );
});

describe('refuses', () => {
  const SMALL = {
    ...CIFAR,
    block_out_channels: [4, 8],
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  };
  const BASE = {
    ...SMALL,
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
    norm_num_groups: 2,
    sample_size: 8,
  };
  it.each([
    ['dropout', 0.1],
    ['dropout', true],
    ['act_fn', 'gelu'],
    ['_class_name', 'UNet1DModel'],
    ['time_embedding_type', 'fourier'],
    ['down_block_types', ['DownBlock2D', 'SkipDownBlock2D']],
    ['down_block_types', ['DownBlock2D']],
    ['block_out_channels', []],
    ['block_out_channels', [4, 1e9]],
    ['block_out_channels', [3, 6]],
    ['norm_num_groups', 3],
    ['attention_head_dim', 3],
    ['sample_size', 7],
    ['sample_size', null],
    ['downsample_padding', 2],
    ['norm_eps', 0],
    ['class_embed_type', 'projection'],
    ['num_class_embeds', 0],
  ])('%s %j', (field, value) => {
    expect(() => fromDiffusersUNet({ ...BASE, [field]: value })).toThrow(
      new RegExp(`^${field} is .*${field}: `),
    );
  });
  it('what is no object', () => {
    expect(() => fromDiffusersUNet([])).toThrow(/config.json/);
  });
  it('nothing of what it supports', () => {
    expect(fromDiffusersUNet(BASE).blockOutChannels).toEqual([4, 8]);
  });
});

describe('classes of a UNet2DModel', () => {
  const { _class_name, ...fields } = CIFAR;
  it.each([
    [{ num_class_embeds: 10 }, { type: 'table', count: 10 }],
    [{ class_embed_type: 'timestep' }, { type: 'timestep' }],
    [{ class_embed_type: 'identity', num_class_embeds: 3 }, { type: 'identity' }],
  ])('%j', (classes, expected) => {
    const config = fromDiffusersUNet({ ...fields, ...classes });
    expect(config.classEmbedding).toEqual(expected);
    expect(fromDiffusersUNet(JSON.parse(JSON.stringify(toDiffusersUNet(config))))).toEqual(config);
  });
});

describe('UNet2DConditionModel', () => {
  it.each(conditionNetworks())('$name goes there and back', ({ json, config }) => {
    const written = JSON.parse(JSON.stringify(toDiffusersUNet(config))) as Record<string, unknown>;
    expect(written).toMatchObject({ ...json, ...(json['encoder_hid_dim'] ? TEXT_PROJ : {}) });
    expect(fromDiffusersUNet(written)).toEqual(config);
  });

  /** runwayml/stable-diffusion-v1-5, unet/config.json, as published (diffusers 0.6.0). */
  const SD15 = {
    _class_name: 'UNet2DConditionModel',
    _diffusers_version: '0.6.0',
    act_fn: 'silu',
    attention_head_dim: 8,
    block_out_channels: [320, 640, 1280, 1280],
    center_input_sample: false,
    cross_attention_dim: 768,
    down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
    downsample_padding: 1,
    flip_sin_to_cos: true,
    freq_shift: 0,
    in_channels: 4,
    layers_per_block: 2,
    mid_block_scale_factor: 1,
    norm_eps: 1e-5,
    norm_num_groups: 32,
    out_channels: 4,
    sample_size: 64,
    up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  };
  it('reads Stable Diffusion 1.5, and the same from the fields that differ from the defaults', () => {
    const config = conditionNetworks().find(({ name }) => name === 'SD1.5')?.config;
    expect(fromDiffusersUNet(SD15)).toEqual(config);
    const { _class_name, sample_size, cross_attention_dim } = SD15;
    expect(fromDiffusersUNet({ _class_name, sample_size, cross_attention_dim })).toEqual(config);
  });

  const BASE = {
    ...SD15,
    block_out_channels: [8, 16],
    down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D'],
    up_block_types: ['CrossAttnUpBlock2D', 'UpBlock2D'],
    norm_num_groups: 4,
  };
  it('has numbers for each level; those of a level without attention need not fit', () => {
    const read = fromDiffusersUNet({
      ...BASE,
      attention_head_dim: [3, 4],
      cross_attention_dim: [5, 6],
      transformer_layers_per_block: [1, 2],
    });
    expect(read).toMatchObject({
      attentionHeads: [3, 4],
      crossAttentionDim: 6,
      transformerLayersPerBlock: [1, 2],
    });
    expect(fromDiffusersUNet(JSON.parse(JSON.stringify(toDiffusersUNet(read))))).toEqual(read);
  });

  it.each([
    [{ num_class_embeds: 11 }, { type: 'table', count: 11 }],
    [{ class_embed_type: 'timestep' }, { type: 'timestep' }],
    [{ class_embed_type: 'identity' }, { type: 'identity' }],
    [
      { class_embed_type: 'projection', projection_class_embeddings_input_dim: 7 },
      { type: 'projection', inputChannels: 7 },
    ],
    [
      { class_embed_type: 'simple_projection', projection_class_embeddings_input_dim: 7 },
      { type: 'simple_projection', inputChannels: 7 },
    ],
  ])('has classes: %j', (classes, expected) => {
    const config = fromDiffusersUNet({ ...BASE, ...classes });
    expect(config.classEmbedding).toEqual(expected);
    expect(fromDiffusersUNet(JSON.parse(JSON.stringify(toDiffusersUNet(config))))).toEqual(config);
  });

  it('takes what changes no number: upcast_attention, encoder_hid_dim without its type', () => {
    const [plain, upcast] = [false, true].map((upcast_attention) =>
      fromDiffusersUNet({ ...BASE, upcast_attention }),
    );
    expect(upcast).toEqual(plain);
    expect(fromDiffusersUNet({ ...BASE, encoder_hid_dim: 40 })).toMatchObject({ encoderHidDim: 40 });
  });

  it.each([
    ['down_block_types', ['DownBlock2D', 'AttnDownBlock2D']],
    ['up_block_types', ['AttnUpBlock2D', 'UpBlock2D']],
    ['mid_block_type', 'UNetMidBlock2DSimpleCrossAttn'],
    ['num_attention_heads', 8],
    ['attention_head_dim', 3],
    ['attention_head_dim', [8, 3]],
    ['attention_head_dim', null],
    ['cross_attention_dim', 0],
    ['transformer_layers_per_block', [1, 1, 1]],
    ['transformer_layers_per_block', [1, [1, 2]]],
    ['encoder_hid_dim_type', 'image_proj'],
    ['class_embed_type', 'projection_of_another_kind'],
    ['dual_cross_attention', true],
    ['only_cross_attention', true],
    ['addition_embed_type', 'text_time'],
    ['addition_time_embed_dim', 256],
    ['time_embedding_act_fn', 'silu'],
    ['timestep_post_act', 'silu'],
    ['time_cond_proj_dim', 256],
    ['conv_in_kernel', 1],
    ['conv_out_kernel', 5],
    ['resnet_skip_time_act', true],
    ['resnet_out_scale_factor', 0.5],
    ['class_embeddings_concat', true],
    ['mid_block_only_cross_attention', true],
    ['cross_attention_norm', 'layer_norm'],
    ['attention_type', 'gated'],
    ['reverse_transformer_layers_per_block', [[1], [1]]],
    ['resnet_time_scale_shift', 'scale_shift'],
    ['time_embedding_type', 'fourier'],
    ['dropout', 0.1],
  ])('refuses %s %j', (field, value) => {
    expect(() => fromDiffusersUNet({ ...BASE, [field]: value })).toThrow(
      new RegExp(`^${field} is .*${field}: `),
    );
  });

  it('refuses levels that read different contexts, and a projection of no context', () => {
    const both = {
      ...BASE,
      down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
      cross_attention_dim: [5, 6],
    };
    expect(() => fromDiffusersUNet(both)).toThrow(/one number for all levels with cross-attention/);
    const none = {
      ...BASE,
      down_block_types: ['DownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'UpBlock2D'],
      mid_block_type: null,
    };
    expect(() => fromDiffusersUNet({ ...none, encoder_hid_dim: 4 })).toThrow(/^encoder_hid_dim is 4/);
    expect(fromDiffusersUNet(none)).toMatchObject({ midBlockType: null });
  });
});

/** What diffusers writes where only encoder_hid_dim is given. */
const TEXT_PROJ = { encoder_hid_dim_type: 'text_proj' };
