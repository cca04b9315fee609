// config.json of diffusers' UNet2DModel, to and from UNetConfig. A field with an unsupported value is refused
// by name. Not here: weights (parameters.ts), the file that holds the config (trainer/).
import { type Fault, FaultError, shownJson } from '../fault.ts';
import { attendedChannels, type Blocks } from './structure.ts';
import type { DownBlockType, UNetConfig, UpBlockType } from './unet-config.ts';

const CLASS = 'UNet2DModel';
const MAX_LEVELS = 8;
/** More channels than any published network has: a hostile file can name any number. */
export const MAX_CHANNELS = 4096;

const MAX_LAYERS = 16;
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
  class_embed_type: null,
  num_class_embeds: null,
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
};

/** config.json of the network, as diffusers writes it: UNet2DModel.from_config makes the same network. */
export function toDiffusersUNet(config: UNetConfig): Record<string, unknown> {
  const { dropout, mid_block_scale_factor, ...fixed } = FIXED;
  const [height, width] = config.sampleSize;
  return {
    _class_name: CLASS,
    sample_size: height === width ? height : [height, width],
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
    ...fixed,
  };
}

/**
 * The network that a config.json describes. A missing field takes UNet2DModel's default; a field that is no
 * part of UNet2DModel is ignored. Throws FaultError kind `network` naming the field, its value and the
 * supported values.
 */
export function fromDiffusersUNet(json: unknown): UNetConfig {
  const fields = { ...FIXED, ...DEFAULTS, ...objectOf(json) };
  const named = fields['_class_name'] ?? CLASS;
  if (named !== CLASS) throw unsupported('_class_name', named, CLASS);
  for (const [name, only] of Object.entries(FIXED))
    if (fields[name] !== only) throw unsupported(name, fields[name], JSON.stringify(only));
  const blockOutChannels = channelsIn(fields);
  const levels = blockOutChannels.length;
  const blocks = {
    blockOutChannels,
    downBlockTypes: blocksIn<DownBlockType>(fields, 'down_block_types', levels, DOWN_BLOCKS),
    upBlockTypes: blocksIn<UpBlockType>(fields, 'up_block_types', levels, UP_BLOCKS),
    addAttention: flag(fields, 'add_attention'),
  };
  const normNumGroups = groupsIn(fields, blockOutChannels);
  return {
    sampleSize: sizeIn(fields, 2 ** (levels - 1)),
    inChannels: whole(fields, 'in_channels', 1, MAX_CHANNELS),
    outChannels: whole(fields, 'out_channels', 1, MAX_CHANNELS),
    layersPerBlock: whole(fields, 'layers_per_block', 1, MAX_LAYERS),
    ...blocks,
    attentionHeadDim: fields['attention_head_dim'] === null ? null : headDimIn(fields, blocks),
    normNumGroups,
    normEps: check(
      'norm_eps',
      fields['norm_eps'],
      'a number from 1e-12 to 1',
      (got): got is number => typeof got === 'number' && got >= 1e-12 && got <= 1,
    ),
    downsamplePadding: whole(fields, 'downsample_padding', 0, 1) as 0 | 1,
    flipSinToCos: flag(fields, 'flip_sin_to_cos'),
    freqShift: whole(fields, 'freq_shift', 0, 1),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const isWhole = (got: unknown, least: number, most: number): got is number =>
  Number.isInteger(got) && (got as number) >= least && (got as number) <= most;

const whole = (fields: Fields, name: string, least: number, most: number): number =>
  check(name, fields[name], `a whole number from ${least} to ${most}`, (got): got is number =>
    isWhole(got, least, most),
  );

const flag = (fields: Fields, name: string): boolean =>
  check(name, fields[name], 'true or false', (got): got is boolean => typeof got === 'boolean');

/** Channels of each level. The first number is even: half of the time embedding are sines, half cosines. */
function channelsIn(fields: Fields): number[] {
  const channels = check(
    'block_out_channels',
    fields['block_out_channels'],
    `1 to ${MAX_LEVELS} whole numbers up to ${MAX_CHANNELS}`,
    (got): got is number[] => isList(got, (one) => isWhole(one, 1, MAX_CHANNELS)),
  );
  if ((channels[0] as number) % 2 !== 0)
    throw unsupported('block_out_channels', channels, 'an even first number: half are sines, half cosines');
  return [...channels];
}

const blocksIn = <T extends string>(fields: Fields, name: string, levels: number, known: readonly T[]): T[] =>
  check(
    name,
    fields[name],
    `${levels} of ${known.join(', ')}`,
    (got): got is T[] => isList(got, (one) => known.includes(one as T)) && got.length === levels,
  );

function groupsIn(fields: Fields, channels: readonly number[]): number {
  const groups = whole(fields, 'norm_num_groups', 1, MAX_CHANNELS);
  if (channels.some((one) => one % groups !== 0))
    throw unsupported(
      'norm_num_groups',
      groups,
      `a divisor of all block_out_channels (${channels.join(', ')})`,
    );
  return groups;
}

/** Channels of one head. diffusers rounds channels / head_dim down; here the division must be exact. */
function headDimIn(fields: Fields, blocks: Blocks): number {
  const headDim = whole(fields, 'attention_head_dim', 1, MAX_CHANNELS);
  const attended = attendedChannels(blocks);
  if (attended.some((one) => one % headDim !== 0))
    throw unsupported(
      'attention_head_dim',
      headDim,
      `a divisor of the channels that attend (${attended.join(', ')})`,
    );
  return headDim;
}

/** [height, width]; config.json may have one number for both. Required here, optional in diffusers. */
function sizeIn(fields: Fields, divisor: number): [number, number] {
  const got = fields['sample_size'];
  const pair = Array.isArray(got) ? got : [got, got];
  const [height, width] = check(
    'sample_size',
    pair,
    `a multiple of ${divisor}, or two of them`,
    (both): both is [number, number] =>
      both.length === 2 &&
      both.every((one) => Number.isInteger(one) && one >= divisor && one <= 4096 && one % divisor === 0),
  );
  return [height, width];
}

const isList = (got: unknown, accepts: (one: unknown) => boolean): got is unknown[] =>
  Array.isArray(got) && got.length >= 1 && got.length <= MAX_LEVELS && got.every(accepts);

function objectOf(json: unknown): Record<string, unknown> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as Record<string, unknown>;
  throw unsupported('config.json', json, 'an object');
}

function check<I, T extends I>(name: string, got: I, supported: string, accepts: (got: I) => got is T): T {
  if (accepts(got)) return got;
  throw unsupported(name, got, supported);
}

function unsupported(field: string, got: unknown, supported: string): FaultError {
  const shown = shownJson(got);
  const fault: Fault = {
    kind: 'network',
    title: `${field} is ${shown}`,
    what: 'This network cannot be trained here. Nothing was imported or changed.',
    expected: `${field}: ${supported}`,
    got: shown,
    todo: [
      'Choose a UNet2DModel of down and up blocks with or without attention (DownBlock2D, AttnDownBlock2D).',
    ],
  };
  return new FaultError(fault);
}
