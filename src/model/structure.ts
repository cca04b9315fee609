// The network's layers and their channels, as the constructor of diffusers' UNet2DModel makes them: plain
// data, which parameters.ts lists and unet.ts runs. Not here: weights, arithmetic.
import type { UNetConfig } from './unet-config.ts';

/** A ResnetBlock2D; `name` is its prefix in the state_dict. */
export interface Resnet {
  name: string;
  inChannels: number;
  outChannels: number;
}

/** A down, middle or up block; `channels` are those of its output. */
export interface Block {
  name: string;
  channels: number;
  resnets: Resnet[];
  /** Prefixes of the Attention layers: one follows each resnet; in the middle block one follows the first. */
  attentions: string[];
  /** Prefix of the convolution that halves or doubles the resolution; null in the last block. */
  resampler: string | null;
}

export interface Structure {
  /** Channels of the embedded timestep. */
  embedding: number;
  down: Block[];
  mid: Block;
  up: Block[];
}

const attentionsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}.attentions.${i}`);

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
      attentions: attentionsOf(name, downBlockTypes[b] === 'AttnDownBlock2D' ? layersPerBlock : 0),
      resampler: b < blockOutChannels.length - 1 ? `${name}.downsamplers.0.conv` : null,
    };
  });
}

function midBlock(config: UNetConfig): Block {
  const channels = config.blockOutChannels.at(-1) as number;
  return {
    name: 'mid_block',
    channels,
    resnets: [0, 1].map((i) => ({
      name: `mid_block.resnets.${i}`,
      inChannels: channels,
      outChannels: channels,
    })),
    attentions: attentionsOf('mid_block', config.addAttention ? 1 : 0),
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
    return {
      name,
      channels,
      resnets: Array.from({ length: layers }, (_, i) => ({
        name: `${name}.resnets.${i}`,
        inChannels: (i === 0 ? before : channels) + (i === layers - 1 ? lastSkip : channels),
        outChannels: channels,
      })),
      attentions: attentionsOf(name, config.upBlockTypes[b] === 'AttnUpBlock2D' ? layers : 0),
      resampler: b < reversed.length - 1 ? `${name}.upsamplers.0.conv` : null,
    };
  });
}

/** The layers of a network with this config, in the order in which UNet2DModel runs them. */
export function structureOf(config: UNetConfig): Structure {
  return {
    embedding: 4 * (config.blockOutChannels[0] as number),
    down: downBlocks(config),
    mid: midBlock(config),
    up: upBlocks(config),
  };
}

/** Number of heads of an attention over `channels`. */
export const headsOf = (config: UNetConfig, channels: number): number =>
  config.attentionHeadDim === null ? 1 : channels / config.attentionHeadDim;

/** The fields of a config that decide which of its blocks have attention. */
export type Blocks = Pick<
  UNetConfig,
  'blockOutChannels' | 'downBlockTypes' | 'upBlockTypes' | 'addAttention'
>;

/** Channels of every level whose down, middle or up block has attention. */
export function attendedChannels(blocks: Blocks): number[] {
  const { blockOutChannels, downBlockTypes, upBlockTypes, addAttention } = blocks;
  const lowest = blockOutChannels.length - 1;
  return blockOutChannels.filter(
    (_, level) =>
      downBlockTypes[level] === 'AttnDownBlock2D' ||
      upBlockTypes[lowest - level] === 'AttnUpBlock2D' ||
      (addAttention && level === lowest),
  );
}
