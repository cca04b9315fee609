// config.json of transformers' CLIPTextModel, to and from TextEncoderConfig. A field with an unsupported
// value is refused by name. Not here: weights (text-encoder-parameters.ts), the vocabulary.
import { type ConfigReader, configReader, isEpsilon, objectOf } from './config-json.ts';
import { MAX_CHANNELS } from './diffusers-unet-fields.ts';
import type { TextEncoderConfig } from './text-encoder-config.ts';

const TODO = 'Choose a CLIPTextModel: its config.json says clip_text_model.';
/** Token ids are float32, which has every whole number below 2^24. */
const MAX_VOCABULARY = 2 ** 24;
const MAX_LAYERS = 64;
/** A text's begin and end. */
const LEAST_TOKENS = 2;
const MAX_TOKENS = 4096;

/** CLIPTextConfig's default of each field, for a config.json that leaves the field out. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  model_type: 'clip_text_model',
  vocab_size: 49408,
  hidden_size: 512,
  intermediate_size: 2048,
  num_hidden_layers: 12,
  num_attention_heads: 8,
  max_position_embeddings: 77,
  hidden_act: 'quick_gelu',
  layer_norm_eps: 1e-5,
  attention_dropout: 0,
  bos_token_id: 49406,
  eos_token_id: 49407,
  pad_token_id: 1,
};

/**
 * config.json of the encoder: CLIPTextModel.from_pretrained opens it. Fields that are whole floats there
 * (initializer_factor 1.0, attention_dropout 0.0) are left to their defaults: JSON.stringify would write
 * integers, which transformers 5 refuses.
 */
export const toClipConfig = (config: TextEncoderConfig): Record<string, unknown> => ({
  architectures: ['CLIPTextModel'],
  model_type: 'clip_text_model',
  vocab_size: config.vocabSize,
  hidden_size: config.hiddenSize,
  intermediate_size: config.intermediateSize,
  projection_dim: config.hiddenSize,
  num_hidden_layers: config.numHiddenLayers,
  num_attention_heads: config.numAttentionHeads,
  max_position_embeddings: config.maxPositionEmbeddings,
  hidden_act: config.hiddenAct,
  layer_norm_eps: config.layerNormEps,
  bos_token_id: config.bosTokenId,
  eos_token_id: config.eosTokenId,
  pad_token_id: config.padTokenId,
});

/**
 * The encoder that a config.json describes; of the config of a whole CLIPModel, its text_config. A missing
 * field takes CLIPTextConfig's default; a field that changes no last_hidden_state is ignored. Throws
 * FaultError kind `network` naming the field, its value and the supported values.
 */
export function fromClipConfig(json: unknown): TextEncoderConfig {
  const given = objectOf(json, TODO);
  const own = given['model_type'] === 'clip' ? objectOf(given['text_config'] ?? {}, TODO) : given;
  const reader = configReader({ ...DEFAULTS, ...own }, TODO);
  reader.only('model_type', ['clip_text_model']);
  reader.only('attention_dropout', [0]);
  reader.only('hidden_act', ['quick_gelu', 'gelu']);
  const vocabSize = reader.whole('vocab_size', 1, MAX_VOCABULARY);
  const id = (name: string) => reader.whole(name, 0, vocabSize - 1);
  return {
    vocabSize,
    ...widthIn(reader),
    intermediateSize: reader.whole('intermediate_size', 1, 4 * MAX_CHANNELS),
    numHiddenLayers: reader.whole('num_hidden_layers', 1, MAX_LAYERS),
    maxPositionEmbeddings: reader.whole('max_position_embeddings', LEAST_TOKENS, MAX_TOKENS),
    hiddenAct: reader.get('hidden_act') as TextEncoderConfig['hiddenAct'],
    layerNormEps: reader.check('layer_norm_eps', 'a number from 1e-12 to 1', isEpsilon),
    bosTokenId: id('bos_token_id'),
    eosTokenId: id('eos_token_id'),
    padTokenId: id('pad_token_id'),
  };
}

function widthIn(reader: ConfigReader): Pick<TextEncoderConfig, 'hiddenSize' | 'numAttentionHeads'> {
  const hiddenSize = reader.whole('hidden_size', 1, MAX_CHANNELS);
  const numAttentionHeads = reader.whole('num_attention_heads', 1, MAX_CHANNELS);
  if (hiddenSize % numAttentionHeads !== 0)
    throw reader.refusal('num_attention_heads', `a divisor of hidden_size (${hiddenSize})`);
  return { hiddenSize, numAttentionHeads };
}
