// Name and shape of every parameter, as in diffusers' UNet2DModel.state_dict() and in its order (up blocks
// before the middle, attentions before resnets), which is also the order of torch's optimizer state. Not
// here: values (init.ts).
import type { ParameterSpec } from '../engine/executor.ts';
import type { UNetConfig } from './unet-config.ts';
import { type Block, type Resnet, structureOf } from './structure.ts';

const affine = (name: string, shape: number[]): ParameterSpec[] => [
  { name: `${name}.weight`, shape },
  { name: `${name}.bias`, shape: shape.slice(0, 1) },
];
const norm = (name: string, channels: number) => affine(name, [channels]);
const linear = (name: string, from: number, to: number) => affine(name, [to, from]);
const conv = (name: string, from: number, to: number, kernel = 3) => affine(name, [to, from, kernel, kernel]);

const attention = (name: string, channels: number): ParameterSpec[] => [
  ...norm(`${name}.group_norm`, channels),
  ...['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((part) => linear(`${name}.${part}`, channels, channels)),
];

const resnet = ({ name, inChannels, outChannels }: Resnet, embedding: number): ParameterSpec[] => [
  ...norm(`${name}.norm1`, inChannels),
  ...conv(`${name}.conv1`, inChannels, outChannels),
  ...linear(`${name}.time_emb_proj`, embedding, outChannels),
  ...norm(`${name}.norm2`, outChannels),
  ...conv(`${name}.conv2`, outChannels, outChannels),
  ...(inChannels === outChannels ? [] : conv(`${name}.conv_shortcut`, inChannels, outChannels, 1)),
];

const block = ({ attentions, resnets, resampler, channels }: Block, embedding: number): ParameterSpec[] => [
  ...attentions.flatMap((name) => attention(name, channels)),
  ...resnets.flatMap((layer) => resnet(layer, embedding)),
  ...(resampler === null ? [] : conv(resampler, channels, channels)),
];

/** All parameters in the state_dict's order. Shapes: conv [out, in, k, k], linear [out, in], others [C]. */
export function unetParameters(config: UNetConfig): ParameterSpec[] {
  const first = config.blockOutChannels[0] as number;
  const { embedding, down, mid, up } = structureOf(config);
  return [
    ...conv('conv_in', config.inChannels, first),
    ...linear('time_embedding.linear_1', first, embedding),
    ...linear('time_embedding.linear_2', embedding, embedding),
    ...[...down, ...up, mid].flatMap((part) => block(part, embedding)),
    ...norm('conv_norm_out', first),
    ...conv('conv_out', first, config.outChannels),
  ];
}
