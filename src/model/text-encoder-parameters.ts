// Name, shape and first values of the text encoder's parameters, as in transformers' CLIPTextModel and in its
// order (keys before values before queries, layer_norm1 after self_attn), and the way between our names and
// those of transformers' files. Not here: how it computes (text-encoder.ts).
import type { ParameterSpec } from '../engine/executor.ts';
import { linear, norm, weightOnly } from './parameters.ts';
import type { TextEncoderConfig } from './text-encoder-config.ts';

/** What stands before the name of each of the encoder's parameters, so that they can follow the UNet's. */
export const TEXT_ENCODER = 'text_encoder.';

/** All parameters in the state_dict's order. Shapes: linear [out, in], embeddings [rows, d], others [d]. */
export function textEncoderParameters(config: TextEncoderConfig): ParameterSpec[] {
  const { vocabSize, hiddenSize: width, intermediateSize, maxPositionEmbeddings } = config;
  const layer = (name: string): ParameterSpec[] => [
    ...['k_proj', 'v_proj', 'q_proj', 'out_proj'].flatMap((part) =>
      linear(`${name}.self_attn.${part}`, width, width),
    ),
    ...norm(`${name}.layer_norm1`, width),
    ...linear(`${name}.mlp.fc1`, width, intermediateSize),
    ...linear(`${name}.mlp.fc2`, intermediateSize, width),
    ...norm(`${name}.layer_norm2`, width),
  ];
  return [
    ...weightOnly(`${TEXT_ENCODER}token_embedding`, [vocabSize, width]),
    ...weightOnly(`${TEXT_ENCODER}position_embedding`, [maxPositionEmbeddings, width]),
    ...Array.from({ length: config.numHiddenLayers }, (_, i) =>
      layer(`${TEXT_ENCODER}encoder.layers.${i}`),
    ).flat(),
    ...norm(`${TEXT_ENCODER}final_layer_norm`, width),
  ];
}

/**
 * Standard deviation of the normal that a parameter of the encoder starts from; 0 where it starts as zeros,
 * null for a norm. transformers' CLIPPreTrainedModel._init_weights with initializer_factor 1, but for the
 * tokens: there they have 0.02, and what a word adds is lost among its neighbours' until thousands of steps
 * have made it larger (docs/log.md).
 */
export function textEncoderStd(
  name: string,
  { hiddenSize: width, numHiddenLayers }: TextEncoderConfig,
): number | null {
  if (name.includes('layer_norm')) return null;
  if (name.endsWith('.bias')) return 0;
  if (name.endsWith('token_embedding.weight')) return 0.5;
  if (name.endsWith('position_embedding.weight')) return 0.02;
  if (name.endsWith('.out_proj.weight')) return width ** -0.5;
  if (name.endsWith('.fc1.weight')) return (2 * width) ** -0.5;
  return width ** -0.5 * (2 * numHiddenLayers) ** -0.5; // k_proj, v_proj, q_proj, fc2
}

/** The name of a parameter of ours in CLIPTextModel.state_dict() of transformers 5. */
export function toClipStateName(name: string): string {
  const own = name.slice(TEXT_ENCODER.length);
  return `${/^\w+_embedding\./.test(own) ? 'embeddings.' : ''}${own}`;
}

/**
 * The name in files of transformers of a parameter of ours: with `text_model.`, which from_pretrained of
 * every version reads, and which version 4 has in its state_dict too.
 */
export const toClipName = (name: string): string => `text_model.${toClipStateName(name)}`;

/**
 * Our name of a tensor in a file of transformers, with `text_model.` before it or without, as version 5
 * saves; null: no parameter of the encoder (position_ids, text_projection, the vision model's).
 */
export function fromClipName(name: string): string | null {
  const own = name.replace(/^text_model\./, '');
  const embedding = /^embeddings\.((?:token|position)_embedding\.weight)$/.exec(own);
  if (embedding) return `${TEXT_ENCODER}${embedding[1]}`;
  return /^(?:encoder\.layers\.\d+|final_layer_norm)\./.test(own) ? TEXT_ENCODER + own : null;
}
