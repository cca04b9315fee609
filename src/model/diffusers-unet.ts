// config.json of diffusers' UNet2DModel and UNet2DConditionModel, to and from UNetConfig. A field with an
// unsupported value is refused by name. Here are the fields of UNet2DModel alone. Not here: the other class
// (diffusers-condition-unet.ts), weights (parameters.ts), the file that holds the config (trainer/).
import { type ConfigReader, configReader, objectOf } from './config-json.ts';
import { CONDITION_CLASS, conditionConfigIn, conditionFields } from './diffusers-condition-unet.ts';
import {
  blocksIn,
  classEmbeddingIn,
  classFields,
  MAX_CHANNELS,
  sampleSizeField,
  sharedFieldsIn,
} from './diffusers-unet-fields.ts';
import { attendedChannels } from './structure.ts';
import type { DownBlockType, UNet2DConfig, UNetConfig, UpBlockType } from './unet-config.ts';

const CLASS = 'UNet2DModel';
const TODO =
  'Choose a UNet2DModel of DownBlock2D or AttnDownBlock2D, or a UNet2DConditionModel of DownBlock2D or ' +
  'CrossAttnDownBlock2D, with the up blocks that belong to them.';
const DOWN_BLOCKS: readonly DownBlockType[] = ['DownBlock2D', 'AttnDownBlock2D'];
const UP_BLOCKS: readonly UpBlockType[] = ['UpBlock2D', 'AttnUpBlock2D'];

/** Fields that change the network and have one supported value, which is also diffusers' default. */
const FIXED: Readonly<Record<string, unknown>> = {
  center_input_sample: false,
  time_embedding_type: 'positional',
  mid_block_scale_factor: 1,
  mid_block_type: 'UNetMidBlock2D',
  downsample_type: 'conv',
  upsample_type: 'conv',
  dropout: 0,
  act_fn: 'silu',
  resnet_time_scale_shift: 'default',
  attn_norm_num_groups: null,
  time_embedding_dim: null,
  num_train_timesteps: null,
};

/** UNet2DModel's default of each field, for a config.json that leaves the field out. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  in_channels: 3,
  out_channels: 3,
  freq_shift: 0,
  flip_sin_to_cos: true,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  block_out_channels: [224, 448, 672, 896],
  layers_per_block: 2,
  downsample_padding: 1,
  attention_head_dim: 8,
  norm_num_groups: 32,
  norm_eps: 1e-5,
  add_attention: true,
  class_embed_type: null,
  num_class_embeds: null,
};

/** config.json of the network, as diffusers writes it: the class's from_config makes the same network. */
export function toDiffusersUNet(config: UNetConfig): Record<string, unknown> {
  return config.className === CONDITION_CLASS ? conditionFields(config) : plainFields(config);
}

/** In the order of the first version: checkpoints have these bytes. */
function plainFields(config: UNet2DConfig): Record<string, unknown> {
  const { dropout, mid_block_scale_factor, ...fixed } = FIXED;
  const { attn_norm_num_groups, time_embedding_dim, num_train_timesteps, ...first } = fixed;
  return {
    _class_name: CLASS,
    sample_size: sampleSizeField(config),
    in_channels: config.inChannels,
    out_channels: config.outChannels,
    freq_shift: config.freqShift,
    flip_sin_to_cos: config.flipSinToCos,
    down_block_types: config.downBlockTypes,
    up_block_types: config.upBlockTypes,
    block_out_channels: config.blockOutChannels,
    layers_per_block: config.layersPerBlock,
    downsample_padding: config.downsamplePadding,
    attention_head_dim: config.attentionHeadDim,
    norm_num_groups: config.normNumGroups,
    norm_eps: config.normEps,
    add_attention: config.addAttention,
    mid_block_scale_factor,
    dropout,
    ...first,
    ...classFields(config.classEmbedding),
    attn_norm_num_groups,
    time_embedding_dim,
    num_train_timesteps,
  };
}

/**
 * The network that a config.json describes; without `_class_name` it is a UNet2DModel. A missing field takes
 * the class's default; a field that is no part of the class is ignored. Throws FaultError kind `network`
 * naming the field, its value and the supported values.
 */
export function fromDiffusersUNet(json: unknown): UNetConfig {
  const given = objectOf(json, TODO);
  const named = configReader({ _class_name: CLASS, ...given }, TODO);
  named.only('_class_name', [CLASS, CONDITION_CLASS]);
  if (named.get('_class_name') === CONDITION_CLASS) return conditionConfigIn(given, TODO);
  return plainConfigIn(configReader({ ...FIXED, ...DEFAULTS, ...given }, TODO));
}

function plainConfigIn(reader: ConfigReader): UNet2DConfig {
  for (const [name, only] of Object.entries(FIXED)) reader.only(name, [only]);
  const shared = sharedFieldsIn(reader);
  const { blockOutChannels } = shared;
  const levels = blockOutChannels.length;
  const blocks = {
    blockOutChannels,
    downBlockTypes: blocksIn(reader, 'down_block_types', levels, DOWN_BLOCKS),
    upBlockTypes: blocksIn(reader, 'up_block_types', levels, UP_BLOCKS),
    addAttention: reader.flag('add_attention'),
  };
  return {
    ...shared,
    ...blocks,
    attentionHeadDim:
      reader.get('attention_head_dim') === null ? null : headDimIn(reader, attendedChannels(blocks)),
    ...classEmbeddingIn(reader, ['timestep', 'identity']),
  };
}

/** Channels of one head. diffusers rounds channels / head_dim down; here the division must be exact. */
function headDimIn(reader: ConfigReader, attended: readonly number[]): number {
  const headDim = reader.whole('attention_head_dim', 1, MAX_CHANNELS);
  if (attended.some((one) => one % headDim !== 0))
    throw reader.refusal(
      'attention_head_dim',
      `a divisor of the channels that attend (${attended.join(', ')})`,
    );
  return headDim;
}
