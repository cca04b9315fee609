// Claims about a model as a whole: what it reads, by the names of diffusers and transformers, and that a text
// encoder must fit its UNet.
import { describe, expect, it } from 'vitest';
import { fromClipConfig } from '../../src/model/clip-config.ts';
import { fromDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import { modelOf } from '../../src/model/model.ts';
import { networkOf } from '../../src/settings/presets.ts';

const TINY = networkOf({ preset: 'tiny', imageSize: 16 });
const TEXT = {
  _class_name: 'UNet2DConditionModel',
  sample_size: 8,
  in_channels: 3,
  out_channels: 3,
  block_out_channels: [4, 8],
  norm_num_groups: 2,
  attention_head_dim: 2,
  down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D'],
  up_block_types: ['CrossAttnUpBlock2D', 'UpBlock2D'],
  cross_attention_dim: 6,
};
const WITHOUT = {
  ...TEXT,
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  mid_block_type: 'UNetMidBlock2D',
};
const encoder = (width: number) =>
  fromClipConfig({ hidden_size: width, num_attention_heads: 2, max_position_embeddings: 5 });

describe('the inputs', () => {
  const pictures = { sample: [3, 8, 8, 3], timestep: [3] };
  const conditionsOf = (fields: object) => modelOf(fromDiffusersUNet({ ...TEXT, ...fields })).inputs(3);

  it('of a UNet2DModel are pictures and timesteps, and classes where it knows some', () => {
    expect(modelOf(TINY).inputs(3)).toEqual({ sample: [3, 16, 16, 3], timestep: [3] });
    const classed = modelOf({ ...TINY, classEmbedding: { type: 'table', count: 5 } });
    expect(classed.inputs(3)).toEqual({ sample: [3, 16, 16, 3], timestep: [3], class_labels: [3] });
  });

  it('of a network with cross-attention are the encoder`s rows, or the ids of the encoder that it has', () => {
    expect(conditionsOf({})).toEqual({ ...pictures, encoder_hidden_states: [3, 77, 6] });
    expect(conditionsOf({ encoder_hid_dim: 10 })).toEqual({
      ...pictures,
      encoder_hidden_states: [3, 77, 10],
    });
    expect(modelOf(fromDiffusersUNet(TEXT), encoder(6)).inputs(3)).toEqual({
      ...pictures,
      input_ids: [3, 5],
    });
    expect(conditionsOf(WITHOUT)).toEqual(pictures);
  });

  it.each([
    [{ num_class_embeds: 5 }, [3]],
    [{ class_embed_type: 'timestep' }, [3]],
    [{ class_embed_type: 'identity' }, [3, 16]],
    [{ class_embed_type: 'projection', projection_class_embeddings_input_dim: 7 }, [3, 7]],
    [{ class_embed_type: 'simple_projection', projection_class_embeddings_input_dim: 7 }, [3, 7]],
  ])('of classes, %j, are class_labels %j', (fields, shape) => {
    expect(conditionsOf(fields)['class_labels']).toEqual(shape);
  });
});

it('the parameters are the UNet`s, then the encoder`s', () => {
  const unet = fromDiffusersUNet(TEXT);
  const names = modelOf(unet, encoder(6)).parameters.map(({ name }) => name);
  const own = modelOf(unet).parameters.map(({ name }) => name);
  expect(names.slice(0, own.length)).toEqual(own);
  expect(names.slice(own.length).every((name) => name.startsWith('text_encoder.'))).toBe(true);
});

it('an encoder of another width is refused, and one for a network that reads no text', () => {
  expect(() => modelOf(fromDiffusersUNet(TEXT), encoder(8))).toThrow(
    /expected hidden_size 6, got hidden_size 8/,
  );
  const projected = fromDiffusersUNet({ ...TEXT, encoder_hid_dim: 8 });
  expect(modelOf(projected, encoder(8)).textEncoder?.hiddenSize).toBe(8);
  expect(() => modelOf(fromDiffusersUNet(WITHOUT), encoder(6))).toThrow(/cross-attention/);
  expect(() => modelOf(TINY, encoder(6))).toThrow(/cross-attention/);
});
