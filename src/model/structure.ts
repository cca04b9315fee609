// The network's layers and their channels, as the constructors of diffusers' UNet2DModel and
// UNet2DConditionModel make them: plain data, which parameters.ts lists and unet.ts runs. Not here: weights,
// arithmetic.
import type { UNet2DConditionConfig, UNet2DConfig, UNetConfig } from './unet-config.ts';

/** A ResnetBlock2D; `name` is its prefix in the state_dict. */
export interface Resnet {
  name: string;
  inChannels: number;
  outChannels: number;
}

/** diffusers' Attention over the pixels, in UNet2DModel. */
export interface PixelAttention {
  kind: 'pixels';
  name: string;
  channels: number;
  heads: number;
}

/** A Transformer2DModel, in UNet2DConditionModel. */
export interface Transformer {
  kind: 'transformer';
  name: string;
  channels: number;
  heads: number;
  /** Prefixes of its BasicTransformerBlocks. */
  blocks: string[];
  /** Channels of the context that it reads. */
  contextChannels: number;
  /** What stands before and after the blocks: a convolution of 1x1 or a linear layer. */
  projection: 'conv' | 'linear';
}

/** A down, middle or up block; `channels` are those of its output. */
export interface Block {
  name: string;
  channels: number;
  resnets: Resnet[];
  /** One follows each resnet; in the middle block one follows the first. */
  attentions: (PixelAttention | Transformer)[];
  /** Prefix of the convolution that halves or doubles the resolution; null in the last block. */
  resampler: string | null;
}

export interface Structure {
  /** Channels of the embedded timestep. */
  embedding: number;
  down: Block[];
  /** Null: from the last down block straight to the first up block. */
  mid: Block | null;
  up: Block[];
}

/** `count` attentions of a block at `level`, which counts from the full size down. */
function attentionsOf(config: UNetConfig, name: string, level: number, count: number): Block['attentions'] {
  const channels = config.blockOutChannels[level] as number;
  return Array.from({ length: count }, (_, i) => {
    const layer = `${name}.attentions.${i}`;
    if (config.className === undefined) {
      const heads = config.attentionHeadDim === null ? 1 : channels / config.attentionHeadDim;
      return { kind: 'pixels', name: layer, channels, heads };
    }
    const length = config.transformerLayersPerBlock[level] as number;
    return {
      kind: 'transformer',
      name: layer,
      channels,
      heads: config.attentionHeads[level] as number,
      blocks: Array.from({ length }, (_, j) => `${layer}.transformer_blocks.${j}`),
      contextChannels: config.crossAttentionDim,
      projection: config.useLinearProjection ? 'linear' : 'conv',
    };
  });
}

/** Whether blocks of this type have attention, of either class's kind. */
const attends = (type: string | undefined): boolean => type?.includes('Attn') ?? false;

function downBlocks(config: UNetConfig): Block[] {
  const { blockOutChannels, downBlockTypes, layersPerBlock } = config;
  return blockOutChannels.map((channels, b) => {
    const name = `down_blocks.${b}`;
    const before = blockOutChannels[Math.max(0, b - 1)] as number;
    return {
      name,
      channels,
      resnets: Array.from({ length: layersPerBlock }, (_, i) => ({
        name: `${name}.resnets.${i}`,
        inChannels: i === 0 ? before : channels,
        outChannels: channels,
      })),
      attentions: attentionsOf(config, name, b, attends(downBlockTypes[b]) ? layersPerBlock : 0),
      resampler: b < blockOutChannels.length - 1 ? `${name}.downsamplers.0.conv` : null,
    };
  });
}

/** Two resnets with attention between them or without; UNet2DConditionModel's plain middle is one resnet. */
function midBlock(config: UNetConfig): Block | null {
  const isConditional = config.className !== undefined;
  if (isConditional && config.midBlockType === null) return null;
  const channels = config.blockOutChannels.at(-1) as number;
  const resnets = isConditional && config.midBlockType === 'UNetMidBlock2D' ? [0] : [0, 1];
  return {
    name: 'mid_block',
    channels,
    resnets: resnets.map((i) => ({
      name: `mid_block.resnets.${i}`,
      inChannels: channels,
      outChannels: channels,
    })),
    attentions: attentionsOf(
      config,
      'mid_block',
      config.blockOutChannels.length - 1,
      middleAttends(config) ? 1 : 0,
    ),
    resampler: null,
  };
}

/** Each resnet of an up block also reads one skip connection: the mirrored layer's output on the way down. */
function upBlocks(config: UNetConfig): Block[] {
  const reversed = config.blockOutChannels.toReversed();
  const layers = config.layersPerBlock + 1;
  return reversed.map((channels, b) => {
    const name = `up_blocks.${b}`;
    const before = reversed[Math.max(0, b - 1)] as number;
    const lastSkip = reversed[Math.min(b + 1, reversed.length - 1)] as number;
    const level = reversed.length - 1 - b;
    return {
      name,
      channels,
      resnets: Array.from({ length: layers }, (_, i) => ({
        name: `${name}.resnets.${i}`,
        inChannels: (i === 0 ? before : channels) + (i === layers - 1 ? lastSkip : channels),
        outChannels: channels,
      })),
      attentions: attentionsOf(config, name, level, attends(config.upBlockTypes[b]) ? layers : 0),
      resampler: b < reversed.length - 1 ? `${name}.upsamplers.0.conv` : null,
    };
  });
}

/** The layers of a network with this config, in the order in which its class runs them. */
export function structureOf(config: UNetConfig): Structure {
  return {
    embedding: 4 * (config.blockOutChannels[0] as number),
    down: downBlocks(config),
    mid: midBlock(config),
    up: upBlocks(config),
  };
}

type Levels<C extends UNetConfig> = Pick<
  C,
  'className' | 'blockOutChannels' | 'downBlockTypes' | 'upBlockTypes'
>;
/** The fields of a config that decide which of its blocks have attention. */
export type PlainBlocks = Levels<UNet2DConfig> & Pick<UNet2DConfig, 'addAttention'>;
/** The same of a UNet2DConditionModel. */
export type ConditionBlocks = Levels<UNet2DConditionConfig> & Pick<UNet2DConditionConfig, 'midBlockType'>;

const middleAttends = (blocks: PlainBlocks | ConditionBlocks): boolean =>
  blocks.className === undefined ? blocks.addAttention : attends(blocks.midBlockType ?? undefined);

/** Every level whose down, middle or up block has attention, from 0, the full size. */
export function attendedLevels(blocks: PlainBlocks | ConditionBlocks): number[] {
  const { blockOutChannels, downBlockTypes, upBlockTypes } = blocks;
  const lowest = blockOutChannels.length - 1;
  return [...blockOutChannels.keys()].filter(
    (level) =>
      attends(downBlockTypes[level]) ||
      attends(upBlockTypes[lowest - level]) ||
      (level === lowest && middleAttends(blocks)),
  );
}

/** Channels of every level whose down, middle or up block has attention. */
export const attendedChannels = (blocks: PlainBlocks | ConditionBlocks): number[] =>
  attendedLevels(blocks).map((level) => blocks.blockOutChannels[level] as number);

/** Channels of the encoder_hidden_states that the network reads; null: it reads none. */
export function contextChannelsOf(config: UNetConfig): number | null {
  if (config.className === undefined || attendedLevels(config).length === 0) return null;
  return config.encoderHidDim ?? config.crossAttentionDim;
}
