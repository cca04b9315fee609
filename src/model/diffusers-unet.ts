// The network's fields as diffusers writes them: config.json of a UNet2DModel, to and from UNetConfig. What this network
// cannot be is refused by field. Not here: weights (parameters.ts), the file around them (trainer/).
import { type Fault, FaultError, shownJson } from '../fault.ts';
import type { DownBlockType, UNetConfig, UpBlockType } from './unet-config.ts';

const CLASS = 'UNet2DModel';
const MAX_LEVELS = 8;
/** More than any network has; shapes and numbers cost a hostile file nothing. */
export const MAX_CHANNELS = 4096;

/** Fields that change the network and of which one value is supported; it is diffusers' default, too. */
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

/** UNet2DModel's own where a config.json leaves a field out. */
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

/** config.json of the same network: `UNet2DModel.from_config` makes it. */
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
 * The network that a config.json describes. Fields it leaves out are UNet2DModel's defaults; fields we do not know are not the
 * network's. Throws FaultError kind `network` naming the field, its value and what is supported.
 */
export function fromDiffusersUNet(json: unknown): UNetConfig {
  const fields = objectOf(json);
  const value = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : DEFAULTS[name]);
  const named = fields['_class_name'] ?? CLASS;
  if (named !== CLASS) throw unsupported('_class_name', named, CLASS);
  for (const [name, only] of Object.entries(FIXED)) {
    const got = Object.hasOwn(fields, name) ? fields[name] : only;
    if (got !== only) throw unsupported(name, got, JSON.stringify(only));
  }
  const whole = (name: string, least: number, most: number): number =>
    check(
      name,
      value(name),
      `a whole number from ${least} to ${most}`,
      (got): got is number => Number.isInteger(got) && (got as number) >= least && (got as number) <= most,
    );
  const flag = (name: string): boolean =>
    check(name, value(name), 'true or false', (got): got is boolean => typeof got === 'boolean');

  const channels = check(
    'block_out_channels',
    value('block_out_channels'),
    `1 to ${MAX_LEVELS} whole numbers up to ${MAX_CHANNELS}`,
    (got): got is number[] =>
      isList(got, (one) => Number.isInteger(one) && (one as number) >= 1 && (one as number) <= MAX_CHANNELS),
  );
  if ((channels[0] as number) % 2 !== 0)
    throw unsupported('block_out_channels', channels, 'an even first number: half are sines, half cosines');
  const blocks = <T extends string>(name: string, known: readonly T[]): T[] =>
    check(
      name,
      value(name),
      `${channels.length} of ${known.join(', ')}`,
      (got): got is T[] => isList(got, (one) => known.includes(one as T)) && got.length === channels.length,
    );
  const downBlockTypes = blocks<DownBlockType>('down_block_types', ['DownBlock2D', 'AttnDownBlock2D']);
  const upBlockTypes = blocks<UpBlockType>('up_block_types', ['UpBlock2D', 'AttnUpBlock2D']);
  const groups = whole('norm_num_groups', 1, MAX_CHANNELS);
  const odd = channels.find((one) => one % groups !== 0);
  if (odd !== undefined)
    throw unsupported(
      'norm_num_groups',
      groups,
      `a divisor of all block_out_channels (${channels.join(', ')})`,
    );
  const headDim = value('attention_head_dim');
  return {
    sampleSize: sizeOf(fields['sample_size'], 2 ** (channels.length - 1)),
    inChannels: whole('in_channels', 1, MAX_CHANNELS),
    outChannels: whole('out_channels', 1, MAX_CHANNELS),
    blockOutChannels: [...channels],
    layersPerBlock: whole('layers_per_block', 1, 16),
    downBlockTypes,
    upBlockTypes,
    addAttention: flag('add_attention'),
    attentionHeadDim:
      headDim === null
        ? null
        : headDimOf(whole('attention_head_dim', 1, MAX_CHANNELS), {
            channels,
            attends: (i) =>
              downBlockTypes[i] === 'AttnDownBlock2D' ||
              upBlockTypes[channels.length - 1 - i] === 'AttnUpBlock2D',
            middle: flag('add_attention'),
          }),
    normNumGroups: groups,
    normEps: check(
      'norm_eps',
      value('norm_eps'),
      'a number from 1e-12 to 1',
      (got): got is number => typeof got === 'number' && got >= 1e-12 && got <= 1,
    ),
    downsamplePadding: whole('downsample_padding', 0, 1) as 0 | 1,
    flipSinToCos: flag('flip_sin_to_cos'),
    freqShift: whole('freq_shift', 0, 1),
  };
}

/** Heads are channels / head_dim, as diffusers makes them: it rounds down, we want them whole. */
function headDimOf(
  headDim: number,
  { channels, attends, middle }: { channels: number[]; attends: (level: number) => boolean; middle: boolean },
): number {
  const attended = channels.filter((_, i) => attends(i) || (middle && i === channels.length - 1));
  if (attended.some((one) => one % headDim !== 0))
    throw unsupported(
      'attention_head_dim',
      headDim,
      `a divisor of the channels that attend (${attended.join(', ')})`,
    );
  return headDim;
}

/** [height, width]; a config.json may leave the size out. */
function sizeOf(got: unknown, divisor: number): [number, number] {
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
