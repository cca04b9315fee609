// Claims against diffusers' own configurations: every published network is unchanged after its way to
// config.json and back, one of diffusers' oldest files is read, and an unsupported value is refused by its
// field.
import { describe, expect, it } from 'vitest';
import { networkOf } from '../../src/settings/presets.ts';
import { fromDiffusersUNet, toDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import type { UNetConfig } from '../../src/model/unet-config.ts';
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
    ['_class_name', 'UNet2DConditionModel'],
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
    ['class_embed_type', 'timestep'],
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
