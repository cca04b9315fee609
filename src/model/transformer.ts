// diffusers' Transformer2DModel over the operations of engine/ops.ts: pixels that attend to each other and to
// a context, such as the tokens of a text. Not here: where a UNet has one (structure.ts).
import { groupNorm, layerNorm, type Layers, linear, matrix, pointwise } from './layers.ts';
import type { Transformer } from './structure.ts';

/** Whatever a UNet's norm_eps says: these two are fixed in diffusers. */
const NORM_EPS = 1e-6;
const LAYER_NORM_EPS = 1e-5;

/** What stands around the transformer. */
interface Place<T> {
  /** [B, M, contextChannels] */
  context: T;
  /** Groups of the norm at its entrance. */
  groups: number;
  /** Size of the pictures at its level. */
  height: number;
  width: number;
}

/** diffusers.models.transformers.transformer_2d.Transformer2DModel: x [B, H, W, C] -> [B, H, W, C]. */
export function transformer<T>(layers: Layers<T>, part: Transformer, x: T, place: Place<T>): T {
  const { ops } = layers;
  const { name, projection } = part;
  const normal = groupNorm(layers, `${name}.norm`, x, { groups: place.groups, eps: NORM_EPS, act: 'none' });
  let tokens =
    projection === 'linear'
      ? linear(layers, `${name}.proj_in`, ops.toTokens(normal))
      : ops.toTokens(pointwise(layers, `${name}.proj_in`, normal));
  for (const block of part.blocks)
    tokens = transformerBlock(layers, block, tokens, part.heads, place.context);
  const pixels = (of: T): T => ops.toPixels(of, place.height, place.width);
  const out =
    projection === 'linear'
      ? pixels(linear(layers, `${name}.proj_out`, tokens))
      : pointwise(layers, `${name}.proj_out`, pixels(tokens));
  return ops.add(x, out);
}

/** diffusers.models.attention.BasicTransformerBlock with layer_norm: x [B, N, C], context [B, M, X]. */
function transformerBlock<T>(layers: Layers<T>, name: string, x: T, heads: number, context: T): T {
  const { ops } = layers;
  const normal = (part: string, of: T) => layerNorm(layers, `${name}.${part}`, of, LAYER_NORM_EPS);
  const itself = normal('norm1', x);
  x = ops.add(x, attention(layers, `${name}.attn1`, itself, itself, heads));
  x = ops.add(x, attention(layers, `${name}.attn2`, normal('norm2', x), context, heads));
  const gated = ops.geglu(linear(layers, `${name}.ff.net.0.proj`, normal('norm3', x)));
  return ops.add(x, linear(layers, `${name}.ff.net.2`, gated));
}

/** diffusers.models.attention_processor.Attention: x [B, N, C] reads context [B, M, X]. */
function attention<T>(layers: Layers<T>, name: string, x: T, context: T, heads: number): T {
  const q = matrix(layers, `${name}.to_q`, x);
  const k = matrix(layers, `${name}.to_k`, context);
  const v = matrix(layers, `${name}.to_v`, context);
  return linear(layers, `${name}.to_out.0`, layers.ops.attention(q, k, v, heads, 'none'));
}
