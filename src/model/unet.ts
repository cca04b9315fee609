// The network: diffusers' UNet2DModel and UNet2DConditionModel as a pure function of weights, noisy pictures,
// timesteps and conditions, written once over the operations of engine/ops.ts. Weights are data, by their
// names in the state_dict. Not here: how an operation computes.
import type { Inputs } from '../engine/inputs.ts';
import type { Ops, Weights } from '../engine/ops.ts';
import { conv, groupNorm, type Layers, linear, pointwise } from './layers.ts';
import { type Block, type PixelAttention, type Resnet, structureOf } from './structure.ts';
import { transformer } from './transformer.ts';
import type { UNetConfig } from './unet-config.ts';
import { contextOf, embedTime } from './unet-conditions.ts';

/** What every block reads. */
interface Context<T> extends Layers<T> {
  config: UNetConfig;
  /** silu of the embedded timestep and class, [B, 4 C0]; each resnet projects it to its own channels. */
  time: T;
  /** What cross-attentions read, [B, M, X]; null: there are none. */
  text: T | null;
}

const norm = <T>(context: Context<T>, name: string, x: T, act: 'none' | 'silu'): T =>
  groupNorm(context, name, x, { groups: context.config.normNumGroups, eps: context.config.normEps, act });

/** diffusers.models.resnet.ResnetBlock2D: x [B,H,W,in] -> [B,H,W,out]. */
function resnet<T>(context: Context<T>, { name, inChannels, outChannels }: Resnet, x: T): T {
  const { ops, time } = context;
  let hidden = conv(context, `${name}.conv1`, norm(context, `${name}.norm1`, x, 'silu'));
  hidden = ops.addPerChannel(hidden, linear(context, `${name}.time_emb_proj`, time));
  hidden = conv(context, `${name}.conv2`, norm(context, `${name}.norm2`, hidden, 'silu'));
  const shortcut = inChannels === outChannels ? x : pointwise(context, `${name}.conv_shortcut`, x);
  return ops.add(shortcut, hidden);
}

/** The attention of a block at `level`, over the pixels alone or with a context; x stays [B,H,W,C]. */
function attention<T>(context: Context<T>, layer: Block['attentions'][number], x: T, level: number): T {
  const [height, width] = context.config.sampleSize.map((edge) => edge / 2 ** level) as [number, number];
  if (layer.kind === 'pixels') return pixelAttention(context, layer, x, height, width);
  const groups = context.config.normNumGroups;
  return transformer(context, layer, x, { context: context.text as T, groups, height, width });
}

/** diffusers.models.attention_processor.Attention over the pixels, with its residual; x stays [B,H,W,C]. */
function pixelAttention<T>(
  context: Context<T>,
  { name, heads }: PixelAttention,
  x: T,
  height: number,
  width: number,
): T {
  const { ops } = context;
  const tokens = ops.toTokens(norm(context, `${name}.group_norm`, x, 'none'));
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) => linear(context, `${name}.${part}`, tokens));
  const mixed = ops.attention(q as T, k as T, v as T, heads, 'none');
  return ops.add(x, ops.toPixels(linear(context, `${name}.to_out.0`, mixed), height, width));
}

/**
 * The resnet `i` of a block and the attention behind it, where there is one; each is a segment, as with
 * diffusers' enable_gradient_checkpointing. `skip`: what an up block's resnet reads beside x.
 */
function layer<T>(context: Context<T>, block: Block, i: number, level: number, x: T, skip?: T): T {
  const { ops } = context;
  const attended = block.attentions[i];
  const hidden = ops.checkpoint(() =>
    resnet(context, block.resnets[i] as Resnet, skip === undefined ? x : ops.concat(x, skip)),
  );
  return attended ? ops.checkpoint(() => attention(context, attended, hidden, level)) : hidden;
}

/** A down block: the output of each layer, in order; the last is the block's output. */
function downBlock<T>(context: Context<T>, block: Block, x: T, level: number): T[] {
  const left: T[] = [];
  block.resnets.forEach((_, i) => {
    x = layer(context, block, i, level, x);
    left.push(x);
  });
  if (block.resampler !== null) {
    const padding = context.config.downsamplePadding === 0 ? 'valid-right' : 'same';
    left.push(conv(context, block.resampler, x, { kernel: 3, stride: 2, padding }));
  }
  return left;
}

/** The middle: the first resnet, attention, and the second resnet where there is one. */
function midBlock<T>(context: Context<T>, block: Block, x: T, level: number): T {
  return block.resnets.reduce((hidden, _, i) => layer(context, block, i, level, hidden), x);
}

/** An up block: takes one skip connection per resnet from the end of `skips`. */
function upBlock<T>(context: Context<T>, block: Block, x: T, skips: T[], level: number): T {
  block.resnets.forEach((_, i) => {
    x = layer(context, block, i, level, x, skips.pop() as T);
  });
  return block.resampler === null ? x : conv(context, block.resampler, context.ops.upsampleNearest2x(x));
}

/**
 * The prediction for noisy pictures: sample [B, H, W, inChannels] with [H, W] = config.sampleSize, timestep
 * [B] -> [B, H, W, outChannels]. Where the config asks for them, `class_labels` and `encoder_hidden_states`
 * (model.ts has their shapes). weights: every name of `unetParameters(config)`, in the executor's layout.
 * Throws where one is missing.
 */
export function unet<T>(ops: Ops<T>, config: UNetConfig, weights: Weights<T>, inputs: Inputs<T>): T {
  const layers = { ops, weights };
  const time = embedTime(layers, config, inputs);
  const context = { ...layers, config, time, text: contextOf(layers, config, inputs) };
  const { down, mid, up } = structureOf(config);
  let x = conv(context, 'conv_in', inputs.sample);
  const skips = [x];
  down.forEach((block, level) => {
    const left = downBlock(context, block, x, level);
    skips.push(...left);
    x = left.at(-1) as T;
  });
  const lowest = down.length - 1;
  if (mid) x = midBlock(context, mid, x, lowest);
  up.forEach((block, b) => {
    x = upBlock(context, block, x, skips, lowest - b);
  });
  return conv(context, 'conv_out', norm(context, 'conv_norm_out', x, 'silu'));
}
