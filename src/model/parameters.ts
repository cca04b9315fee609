// Name and shape of every parameter, as in the state_dict() of diffusers' UNet2DModel or UNet2DConditionModel
// and in its order (up blocks before the middle, attentions before resnets), which is also the order of
// torch's optimizer state. Not here: values (init.ts), the text encoder's (text-encoder-parameters.ts).
import type { ParameterSpec } from '../engine/executor.ts';
import type { UNetConfig } from './unet-config.ts';
import { type Block, type PixelAttention, type Resnet, structureOf, type Transformer } from './structure.ts';

/** A weight of this shape. */
export const weightOnly = (name: string, shape: number[]): ParameterSpec[] => [
  { name: `${name}.weight`, shape },
];
const affine = (name: string, shape: number[]): ParameterSpec[] => [
  { name: `${name}.weight`, shape },
  { name: `${name}.bias`, shape: shape.slice(0, 1) },
];
/** Scale and shift of a norm. */
export const norm = (name: string, channels: number) => affine(name, [channels]);
/** torch.nn.Linear with a bias. */
export const linear = (name: string, from: number, to: number) => affine(name, [to, from]);
const conv = (name: string, from: number, to: number, kernel = 3) => affine(name, [to, from, kernel, kernel]);

const pixelAttention = ({ name, channels }: PixelAttention): ParameterSpec[] => [
  ...norm(`${name}.group_norm`, channels),
  ...['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((part) => linear(`${name}.${part}`, channels, channels)),
];

const tokenAttention = (name: string, channels: number, context: number): ParameterSpec[] => [
  ...weightOnly(`${name}.to_q`, [channels, channels]),
  ...weightOnly(`${name}.to_k`, [channels, context]),
  ...weightOnly(`${name}.to_v`, [channels, context]),
  ...linear(`${name}.to_out.0`, channels, channels),
];

const transformerBlock = (name: string, channels: number, context: number): ParameterSpec[] => [
  ...norm(`${name}.norm1`, channels),
  ...tokenAttention(`${name}.attn1`, channels, channels),
  ...norm(`${name}.norm2`, channels),
  ...tokenAttention(`${name}.attn2`, channels, context),
  ...norm(`${name}.norm3`, channels),
  ...linear(`${name}.ff.net.0.proj`, channels, 8 * channels),
  ...linear(`${name}.ff.net.2`, 4 * channels, channels),
];

function transformer({ name, channels, blocks, contextChannels, projection }: Transformer): ParameterSpec[] {
  const projected = (part: string) =>
    projection === 'linear'
      ? linear(`${name}.${part}`, channels, channels)
      : conv(`${name}.${part}`, channels, channels, 1);
  return [
    ...norm(`${name}.norm`, channels),
    ...projected('proj_in'),
    ...blocks.flatMap((one) => transformerBlock(one, channels, contextChannels)),
    ...projected('proj_out'),
  ];
}

const resnet = ({ name, inChannels, outChannels }: Resnet, embedding: number): ParameterSpec[] => [
  ...norm(`${name}.norm1`, inChannels),
  ...conv(`${name}.conv1`, inChannels, outChannels),
  ...linear(`${name}.time_emb_proj`, embedding, outChannels),
  ...norm(`${name}.norm2`, outChannels),
  ...conv(`${name}.conv2`, outChannels, outChannels),
  ...(inChannels === outChannels ? [] : conv(`${name}.conv_shortcut`, inChannels, outChannels, 1)),
];

const block = ({ attentions, resnets, resampler, channels }: Block, embedding: number): ParameterSpec[] => [
  ...attentions.flatMap((one) => (one.kind === 'pixels' ? pixelAttention(one) : transformer(one))),
  ...resnets.flatMap((layer) => resnet(layer, embedding)),
  ...(resampler === null ? [] : conv(resampler, channels, channels)),
];

/** diffusers.models.embeddings.TimestepEmbedding. */
const embeddingOf = (name: string, from: number, to: number): ParameterSpec[] => [
  ...linear(`${name}.linear_1`, from, to),
  ...linear(`${name}.linear_2`, to, to),
];

function classEmbedding({ classEmbedding: classes, blockOutChannels }: UNetConfig, to: number) {
  switch (classes?.type) {
    case undefined:
    case 'identity':
      return [];
    case 'table':
      return weightOnly('class_embedding', [classes.count, to]);
    case 'timestep':
      return embeddingOf('class_embedding', blockOutChannels[0] as number, to);
    case 'projection':
      return embeddingOf('class_embedding', classes.inputChannels, to);
    case 'simple_projection':
      return linear('class_embedding', classes.inputChannels, to);
    default:
      return classes satisfies never;
  }
}

function contextProjection(config: UNetConfig): ParameterSpec[] {
  if (config.className === undefined || config.encoderHidDim === null) return [];
  return linear('encoder_hid_proj', config.encoderHidDim, config.crossAttentionDim);
}

/**
 * All parameters in the state_dict's order. Shapes: conv [out, in, k, k], linear [out, in], class table
 * [classes, C], others [C].
 */
export function unetParameters(config: UNetConfig): ParameterSpec[] {
  const first = config.blockOutChannels[0] as number;
  const { embedding, down, mid, up } = structureOf(config);
  return [
    ...conv('conv_in', config.inChannels, first),
    ...embeddingOf('time_embedding', first, embedding),
    ...contextProjection(config),
    ...classEmbedding(config, embedding),
    ...[...down, ...up, ...(mid ? [mid] : [])].flatMap((part) => block(part, embedding)),
    ...norm('conv_norm_out', first),
    ...conv('conv_out', first, config.outChannels),
  ];
}
