// transformers' CLIPTextModel as a pure function of weights and token ids, written once over the operations
// of engine/ops.ts. Not here: tokens and vocabulary, the network that reads the result (unet.ts).
import { type Layers, layerNorm, linear, weight } from './layers.ts';
import type { TextEncoderConfig } from './text-encoder-config.ts';
import { TEXT_ENCODER } from './text-encoder-parameters.ts';

/**
 * last_hidden_state, [B, L, d], of token ids [B, L] with L <= config.maxPositionEmbeddings. A token sees
 * those before it and itself, padding or not, as where transformers is given no attention_mask. weights:
 * every name of `textEncoderParameters(config)`.
 */
export function textEncoder<T>(layers: Layers<T>, config: TextEncoderConfig, ids: T): T {
  const table = (name: string) => weight(layers, `${TEXT_ENCODER}${name}.weight`);
  let x = layers.ops.embedding(ids, table('token_embedding'), table('position_embedding'));
  for (let i = 0; i < config.numHiddenLayers; i++)
    x = checkpointedLayer(layers, config, `${TEXT_ENCODER}encoder.layers.${i}`, x);
  return layerNorm(layers, `${TEXT_ENCODER}final_layer_norm`, x, config.layerNormEps);
}

const checkpointedLayer: typeof encoderLayer = (layers, config, name, x) =>
  layers.ops.checkpoint(() => encoderLayer(layers, config, name, x));

/** transformers' CLIPEncoderLayer: x [B, L, d]. */
function encoderLayer<T>(layers: Layers<T>, config: TextEncoderConfig, name: string, x: T): T {
  const { ops } = layers;
  const { layerNormEps, numAttentionHeads, hiddenAct } = config;
  const part = (layer: string, of: T) => linear(layers, `${name}.${layer}`, of);
  const normal = layerNorm(layers, `${name}.layer_norm1`, x, layerNormEps);
  const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((layer) => part(`self_attn.${layer}`, normal));
  const mixed = ops.attention(q as T, k as T, v as T, numAttentionHeads, 'causal');
  x = ops.add(x, part('self_attn.out_proj', mixed));
  const hidden = part('mlp.fc1', layerNorm(layers, `${name}.layer_norm2`, x, layerNormEps));
  return ops.add(x, part('mlp.fc2', hiddenAct === 'gelu' ? ops.gelu(hidden) : ops.quickGelu(hidden)));
}
