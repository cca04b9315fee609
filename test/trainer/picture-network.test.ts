// Claims: a network that the app's pictures cannot feed is refused by the field, before it trains.
import { expect, it } from 'vitest';
import { fromDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import { networkOf, textEncoderOf } from '../../src/settings/presets.ts';
import { checkPictures } from '../../src/trainer/picture-network.ts';

const UNCONDITIONAL = {
  _class_name: 'UNet2DConditionModel',
  sample_size: 16,
  in_channels: 3,
  out_channels: 3,
  block_out_channels: [8],
  norm_num_groups: 4,
  down_block_types: ['DownBlock2D'],
  mid_block_type: 'UNetMidBlock2D',
  up_block_types: ['UpBlock2D'],
};

it.each([
  ['without attention', {}],
  ['of latents', { in_channels: 4, out_channels: 4 }],
  ['with a table of classes', { num_class_embeds: 4 }],
])('a UNet2DConditionModel %s can be had', (_, fields) => {
  expect(() => checkPictures(fromDiffusersUNet({ ...UNCONDITIONAL, ...fields }), null)).not.toThrow();
});

it.each([
  [{ mid_block_type: 'UNetMidBlock2DCrossAttn' }, /^cross-attention is there/],
  [{ class_embed_type: 'timestep' }, /^class_embed_type is timestep/],
  [{ class_embed_type: 'identity' }, /^class_embed_type is identity/],
  [{ in_channels: 4, out_channels: 8 }, /^in_channels, out_channels is 4, 8/],
  [{ sample_size: [16, 8] }, /^sample_size is 16 x 8/],
])('is refused with %j', (fields, message) => {
  expect(() => checkPictures(fromDiffusersUNet({ ...UNCONDITIONAL, ...fields }), null)).toThrow(message);
});

it('cross-attention can learn from pictures with captions, by its text encoder', () => {
  const text = { preset: 'text-tiny', imageSize: 16 } as const;
  expect(() => checkPictures(networkOf(text), textEncoderOf(text))).not.toThrow();
});
