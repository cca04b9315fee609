// The fields of config.json that diffusers' UNet2DConditionModel has beside those of all UNets. Not here: the
// class of a config.json (diffusers-unet.ts).
import { type ConfigReader, configReader } from './config-json.ts';
import {
  blocksIn,
  classEmbeddingIn,
  classFields,
  MAX_CHANNELS,
  numbersByLevel,
  sampleSizeField,
  sharedFieldsIn,
} from './diffusers-unet-fields.ts';
import { attendedLevels, type ConditionBlocks } from './structure.ts';
import type {
  ConditionDownBlockType,
  ConditionMidBlockType,
  ConditionUpBlockType,
  UNet2DConditionConfig,
} from './unet-config.ts';

/** diffusers' name of the class. */
export const CONDITION_CLASS = 'UNet2DConditionModel';

// AttnDownBlock2D and AttnUpBlock2D are refused: the up path reads their attention_head_dim unreversed.
const DOWN_BLOCKS: readonly ConditionDownBlockType[] = ['DownBlock2D', 'CrossAttnDownBlock2D'];
const UP_BLOCKS: readonly ConditionUpBlockType[] = ['UpBlock2D', 'CrossAttnUpBlock2D'];
const MID_BLOCKS: readonly ConditionMidBlockType[] = ['UNetMidBlock2DCrossAttn', 'UNetMidBlock2D', null];
const MAX_TRANSFORMER_LAYERS = 16;

/** Fields that change the network, with the supported values; the first is diffusers' default. */
const FIXED: Readonly<Record<string, readonly unknown[]>> = {
  only_cross_attention: [false],
  dual_cross_attention: [false],
  upcast_attention: [false, true], // float32 has nothing to cast up to
  act_fn: ['silu'],
  mid_block_scale_factor: [1],
  dropout: [0],
  center_input_sample: [false],
  resnet_time_scale_shift: ['default'],
  time_embedding_type: ['positional'],
  time_embedding_dim: [null],
  time_embedding_act_fn: [null],
  timestep_post_act: [null],
  time_cond_proj_dim: [null],
  conv_in_kernel: [3],
  conv_out_kernel: [3],
  resnet_skip_time_act: [false],
  resnet_out_scale_factor: [1],
  class_embeddings_concat: [false],
  addition_embed_type: [null],
  addition_time_embed_dim: [null],
  num_attention_heads: [null],
  mid_block_only_cross_attention: [null, false],
  cross_attention_norm: [null],
  attention_type: ['default'],
  reverse_transformer_layers_per_block: [null],
};

/** UNet2DConditionModel's default of each field, for a config.json that leaves the field out. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.entries(FIXED).map(([name, [value]]) => [name, value])),
  in_channels: 4,
  out_channels: 4,
  flip_sin_to_cos: true,
  freq_shift: 0,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  block_out_channels: [320, 640, 1280, 1280],
  layers_per_block: 2,
  downsample_padding: 1,
  norm_num_groups: 32,
  norm_eps: 1e-5,
  cross_attention_dim: 1280,
  transformer_layers_per_block: 1,
  encoder_hid_dim: null,
  encoder_hid_dim_type: null,
  attention_head_dim: 8,
  use_linear_projection: false,
  class_embed_type: null,
  num_class_embeds: null,
  projection_class_embeddings_input_dim: null,
};

/** One number where all levels have the same. */
const shared = ([first, ...rest]: readonly number[]): number | number[] | undefined =>
  rest.every((one) => one === first) ? first : [first as number, ...rest];

/** config.json of the network, as diffusers writes it: from_config makes the same network. */
export function conditionFields(config: UNet2DConditionConfig): Record<string, unknown> {
  const { classEmbedding: classes } = config;
  return {
    _class_name: CONDITION_CLASS,
    sample_size: sampleSizeField(config),
    in_channels: config.inChannels,
    out_channels: config.outChannels,
    block_out_channels: config.blockOutChannels,
    layers_per_block: config.layersPerBlock,
    down_block_types: config.downBlockTypes,
    mid_block_type: config.midBlockType,
    up_block_types: config.upBlockTypes,
    cross_attention_dim: config.crossAttentionDim,
    attention_head_dim: shared(config.attentionHeads),
    transformer_layers_per_block: shared(config.transformerLayersPerBlock),
    use_linear_projection: config.useLinearProjection,
    norm_num_groups: config.normNumGroups,
    norm_eps: config.normEps,
    downsample_padding: config.downsamplePadding,
    flip_sin_to_cos: config.flipSinToCos,
    freq_shift: config.freqShift,
    ...classFields(classes),
    projection_class_embeddings_input_dim:
      classes && 'inputChannels' in classes ? classes.inputChannels : null,
    encoder_hid_dim: config.encoderHidDim,
    encoder_hid_dim_type: config.encoderHidDim === null ? null : 'text_proj',
    ...Object.fromEntries(Object.entries(FIXED).map(([name, [value]]) => [name, value])),
  };
}

/**
 * The network of a UNet2DConditionModel's config.json. `todo`: what to choose instead of what is refused.
 * Throws FaultError kind `network` naming the field, its value and the supported values.
 */
export function conditionConfigIn(
  given: Readonly<Record<string, unknown>>,
  todo: string,
): UNet2DConditionConfig {
  const reader = configReader({ ...DEFAULTS, ...given }, todo);
  for (const [name, values] of Object.entries(FIXED)) reader.only(name, values);
  const fields = sharedFieldsIn(reader);
  const levels = fields.blockOutChannels.length;
  reader.only('mid_block_type', MID_BLOCKS);
  const blocks: ConditionBlocks = {
    className: CONDITION_CLASS,
    blockOutChannels: fields.blockOutChannels,
    downBlockTypes: blocksIn(reader, 'down_block_types', levels, DOWN_BLOCKS),
    midBlockType: reader.get('mid_block_type') as ConditionMidBlockType,
    upBlockTypes: blocksIn(reader, 'up_block_types', levels, UP_BLOCKS),
  };
  const attended = attendedLevels(blocks);
  return {
    ...fields,
    ...blocks,
    crossAttentionDim: contextIn(reader, levels, attended),
    attentionHeads: headsIn(reader, blocks, attended),
    transformerLayersPerBlock: numbersByLevel(
      reader,
      'transformer_layers_per_block',
      levels,
      MAX_TRANSFORMER_LAYERS,
    ),
    useLinearProjection: reader.flag('use_linear_projection'),
    encoderHidDim: encoderHidDimIn(reader, attended),
    ...classEmbeddingIn(reader, ['timestep', 'identity', 'projection', 'simple_projection']),
  };
}

/** All levels read the same encoder_hidden_states, so all that attend must expect the same channels. */
function contextIn(reader: ConfigReader, levels: number, attended: readonly number[]): number {
  const dims = numbersByLevel(reader, 'cross_attention_dim', levels, MAX_CHANNELS);
  const [first, ...rest] = attended.map((level) => dims[level]);
  if (rest.some((dim) => dim !== first))
    throw reader.refusal('cross_attention_dim', 'one number for all levels with cross-attention');
  return first ?? (dims[0] as number);
}

/** Heads of each level. diffusers rounds channels / heads down; here the division must be exact. */
function headsIn(reader: ConfigReader, blocks: ConditionBlocks, attended: readonly number[]): number[] {
  const { blockOutChannels } = blocks;
  const heads = numbersByLevel(reader, 'attention_head_dim', blockOutChannels.length, MAX_CHANNELS);
  if (attended.some((level) => (blockOutChannels[level] as number) % (heads[level] as number) !== 0)) {
    const channels = attended.map((level) => blockOutChannels[level]);
    throw reader.refusal(
      'attention_head_dim',
      `a number of heads that divides the channels with cross-attention (${channels.join(', ')})`,
    );
  }
  return heads;
}

/** Channels of encoder_hidden_states before `encoder_hid_proj`, whose type is text_proj if none is named. */
function encoderHidDimIn(reader: ConfigReader, attended: readonly number[]): number | null {
  if (reader.get('encoder_hid_dim') === null) {
    reader.only('encoder_hid_dim_type', [null]);
    return null;
  }
  reader.only('encoder_hid_dim_type', ['text_proj', null]);
  if (attended.length === 0) throw reader.refusal('encoder_hid_dim', 'null, as no level has cross-attention');
  return reader.whole('encoder_hid_dim', 1, MAX_CHANNELS);
}
