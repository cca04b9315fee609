// The network: diffusers' UNet2DModel as a pure function of weights, noisy pictures and timesteps, written
// once over the operations of engine/ops.ts. Weights are data, by their names in the state_dict. Not here:
// how an operation computes.
import type { Inputs } from '../engine/inputs.ts';
import type { Ops, Weights } from '../engine/ops.ts';
import type { UNetConfig } from './unet-config.ts';
import { type Block, type Resnet, headsOf, structureOf } from './structure.ts';

/** What every layer reads. */
interface Context<T> {
  ops: Ops<T>;
  config: UNetConfig;
  weights: Weights<T>;
  /** silu of the embedded timestep, [B, 4 C0]; each resnet projects it to its own channels. */
  time: T;
}

function weight<T>(weights: Weights<T>, name: string): T {
  const value = weights[name];
  if (value === undefined) throw new Error(`The network's weights lack ${name}.`);
  return value;
}

function conv<T>(
  { ops, weights }: Context<T>,
  name: string,
  x: T,
  opts: Parameters<Ops<T>['conv2d']>[3] = { kernel: 3, stride: 1, padding: 'same' },
): T {
  return ops.conv2d(x, weight(weights, `${name}.weight`), weight(weights, `${name}.bias`), opts);
}

function linear<T>({ ops, weights }: Pick<Context<T>, 'ops' | 'weights'>, name: string, x: T): T {
  return ops.linear(x, weight(weights, `${name}.weight`), weight(weights, `${name}.bias`));
}

function norm<T>({ ops, config, weights }: Context<T>, name: string, x: T, act: 'none' | 'silu'): T {
  const scale = weight(weights, `${name}.weight`);
  const shift = weight(weights, `${name}.bias`);
  return ops.groupNorm(x, scale, shift, config.normNumGroups, config.normEps, act);
}

/** diffusers.models.resnet.ResnetBlock2D: x [B,H,W,in] -> [B,H,W,out]. */
function resnet<T>(context: Context<T>, { name, inChannels, outChannels }: Resnet, x: T): T {
  const { ops, time } = context;
  let hidden = conv(context, `${name}.conv1`, norm(context, `${name}.norm1`, x, 'silu'));
  hidden = ops.addPerChannel(hidden, linear(context, `${name}.time_emb_proj`, time));
  hidden = conv(context, `${name}.conv2`, norm(context, `${name}.norm2`, hidden, 'silu'));
  const shortcut =
    inChannels === outChannels
      ? x
      : conv(context, `${name}.conv_shortcut`, x, { kernel: 1, stride: 1, padding: 'same' });
  return ops.add(shortcut, hidden);
}

/** diffusers.models.attention_processor.Attention over the pixels, with its residual; x stays [B,H,W,C]. */
function attention<T>(context: Context<T>, name: string, x: T, channels: number, level: number): T {
  const { ops, config } = context;
  const tokens = ops.toTokens(norm(context, `${name}.group_norm`, x, 'none'));
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) => linear(context, `${name}.${part}`, tokens));
  const mixed = ops.attention(q as T, k as T, v as T, headsOf(config, channels), 'none');
  const [height, width] = config.sampleSize.map((edge) => edge / 2 ** level);
  const out = ops.toPixels(linear(context, `${name}.to_out.0`, mixed), height as number, width as number);
  return ops.add(x, out);
}

/** DownBlock2D, AttnDownBlock2D: the output of each layer, in order; the last is the block's output. */
function downBlock<T>(context: Context<T>, block: Block, x: T, level: number): T[] {
  const left: T[] = [];
  block.resnets.forEach((layer, i) => {
    x = resnet(context, layer, x);
    const name = block.attentions[i];
    if (name !== undefined) x = attention(context, name, x, block.channels, level);
    left.push(x);
  });
  if (block.resampler !== null) {
    const padding = context.config.downsamplePadding === 0 ? 'valid-right' : 'same';
    left.push(conv(context, block.resampler, x, { kernel: 3, stride: 2, padding }));
  }
  return left;
}

/** UNetMidBlock2D: resnet, attention, resnet. */
function midBlock<T>(context: Context<T>, { resnets, attentions, channels }: Block, x: T, level: number): T {
  const [first, second] = resnets as [Resnet, Resnet];
  x = resnet(context, first, x);
  for (const name of attentions) x = attention(context, name, x, channels, level);
  return resnet(context, second, x);
}

/** UpBlock2D, AttnUpBlock2D: takes one skip connection per resnet from the end of `skips`. */
function upBlock<T>(context: Context<T>, block: Block, x: T, skips: T[], level: number): T {
  const { ops } = context;
  block.resnets.forEach((layer, i) => {
    x = resnet(context, layer, ops.concat(x, skips.pop() as T));
    const name = block.attentions[i];
    if (name !== undefined) x = attention(context, name, x, block.channels, level);
  });
  return block.resampler === null ? x : conv(context, block.resampler, ops.upsampleNearest2x(x));
}

/** diffusers.models.embeddings Timesteps and TimestepEmbedding, and once the silu before every projection. */
function embedTime<T>(ops: Ops<T>, config: UNetConfig, weights: Weights<T>, timestep: T): T {
  const channels = config.blockOutChannels[0] as number;
  const waves = ops.timestepEmbedding(timestep, channels, config.flipSinToCos, config.freqShift);
  const hidden = ops.silu(linear({ ops, weights }, 'time_embedding.linear_1', waves));
  return ops.silu(linear({ ops, weights }, 'time_embedding.linear_2', hidden));
}

/**
 * The prediction for noisy pictures: sample [B, H, W, inChannels] with [H, W] = config.sampleSize, timestep
 * [B] -> [B, H, W, outChannels]. weights: every name of `unetParameters(config)`, in the executor's layout.
 * Throws where one is missing.
 */
export function unet<T>(
  ops: Ops<T>,
  config: UNetConfig,
  weights: Weights<T>,
  { sample, timestep }: Inputs<T>,
): T {
  const context = { ops, config, weights, time: embedTime(ops, config, weights, timestep) };
  const { down, mid, up } = structureOf(config);
  let x = conv(context, 'conv_in', sample);
  const skips = [x];
  down.forEach((block, level) => {
    const left = downBlock(context, block, x, level);
    skips.push(...left);
    x = left.at(-1) as T;
  });
  const lowest = down.length - 1;
  x = midBlock(context, mid, x, lowest);
  up.forEach((block, b) => {
    x = upBlock(context, block, x, skips, lowest - b);
  });
  return conv(context, 'conv_out', norm(context, 'conv_norm_out', x, 'silu'));
}
