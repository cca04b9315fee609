// Claims about the text encoder: transformers' names, order and counts, and the way between the names of a
// checkpoint and those of transformers' files.
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/engine/layout.ts';
import { fromClipConfig, toClipConfig } from '../../src/model/clip-config.ts';
import { fromClipName, textEncoderParameters, toClipName } from '../../src/model/text-encoder-parameters.ts';

const config = (V: number, d: number, N: number, heads: number, P: number) =>
  fromClipConfig({
    vocab_size: V,
    hidden_size: d,
    intermediate_size: 4 * d,
    num_hidden_layers: N,
    num_attention_heads: heads,
    max_position_embeddings: P,
    bos_token_id: V - 2,
    eos_token_id: V - 1,
    pad_token_id: V - 1,
  });

// Counted by instantiating transformers 5.24's CLIPTextModel; the last two are openai's ViT-B/32 and
// ViT-L/14.
it.each([
  [1024, 64, 2, 4, 32, 167_680],
  [2048, 128, 3, 4, 32, 861_312],
  [4096, 256, 4, 8, 32, 4_216_320],
  [8192, 256, 4, 8, 77, 5_276_416],
  [8192, 256, 6, 8, 77, 6_855_936],
  [49_408, 512, 12, 8, 77, 63_165_952],
  [49_408, 768, 12, 12, 77, 123_060_480],
])('%i words, width %i, %i layers of %i heads, %i places: %i parameters', (V, d, N, heads, P, count) => {
  const parameters = textEncoderParameters(config(V, d, N, heads, P));
  expect(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(count);
});

// transformers 5.24: CLIPTextModel(CLIPTextConfig(...)).state_dict(), layer 0 of 2.
const IN_ORDER = [
  'embeddings.token_embedding.weight',
  'embeddings.position_embedding.weight',
  ...['k_proj', 'v_proj', 'q_proj', 'out_proj'].flatMap((part) => [
    `encoder.layers.0.self_attn.${part}.weight`,
    `encoder.layers.0.self_attn.${part}.bias`,
  ]),
  ...['layer_norm1', 'mlp.fc1', 'mlp.fc2', 'layer_norm2'].flatMap((part) => [
    `encoder.layers.0.${part}.weight`,
    `encoder.layers.0.${part}.bias`,
  ]),
];

describe('names', () => {
  const names = textEncoderParameters(config(1024, 64, 2, 4, 32)).map(({ name }) => name);

  it('are transformers`, in the order in which it registers them', () => {
    expect(names.map(toClipName).slice(0, IN_ORDER.length)).toEqual(
      IN_ORDER.map((name) => `text_model.${name}`),
    );
    expect(names.map(toClipName).slice(-2)).toEqual([
      'text_model.final_layer_norm.weight',
      'text_model.final_layer_norm.bias',
    ]);
    expect(names).toHaveLength(2 + 2 * 16 + 2);
  });

  it('in a checkpoint are those of docs/agreement.md', () => {
    expect(names.slice(0, 3)).toEqual([
      'text_encoder.token_embedding.weight',
      'text_encoder.position_embedding.weight',
      'text_encoder.encoder.layers.0.self_attn.k_proj.weight',
    ]);
    expect(names.at(-1)).toBe('text_encoder.final_layer_norm.bias');
  });

  it('come back from files of version 4 and of version 5', () => {
    expect(names.map((name) => fromClipName(toClipName(name)))).toEqual(names);
    expect(names.map((name) => fromClipName(toClipName(name).replace('text_model.', '')))).toEqual(names);
  });

  it.each([
    'text_model.embeddings.position_ids',
    'text_projection.weight',
    'logit_scale',
    'vision_model.encoder.layers.0.layer_norm1.weight',
  ])('%s is none of the encoder`s', (name) => {
    expect(fromClipName(name)).toBeNull();
  });
});

describe('config.json', () => {
  it('goes there and back', () => {
    const encoder = { ...config(1024, 64, 2, 4, 32), hiddenAct: 'gelu', layerNormEps: 1e-6 } as const;
    expect(fromClipConfig(JSON.parse(JSON.stringify(toClipConfig(encoder))))).toEqual(encoder);
  });

  it('leaves out what JSON of JavaScript cannot say: transformers 5.24 refuses 1 for a float of 1.0', () => {
    const written = Object.keys(toClipConfig(config(1024, 64, 2, 4, 32)));
    expect(written).not.toContain('initializer_factor');
    expect(written).not.toContain('attention_dropout');
  });

  it('without fields is CLIPTextConfig`s default, and that of a whole CLIPModel is its text_config', () => {
    const base = fromClipConfig({});
    expect(base).toMatchObject({ vocabSize: 49_408, hiddenSize: 512, numHiddenLayers: 12, padTokenId: 1 });
    const whole = {
      model_type: 'clip',
      projection_dim: 512,
      text_config: { hidden_size: 768 },
      vision_config: {},
    };
    expect(fromClipConfig(whole)).toEqual({ ...base, hiddenSize: 768 });
  });

  it.each([
    ['model_type', 't5'],
    ['hidden_act', 'relu'],
    ['attention_dropout', 0.1],
    ['num_attention_heads', 7],
    ['num_attention_heads', 0],
    ['hidden_size', 1e9],
    ['vocab_size', 2 ** 24 + 1],
    ['num_hidden_layers', 1000],
    ['layer_norm_eps', 0],
    ['max_position_embeddings', 1.5],
    // No room for a text's begin and end.
    ['max_position_embeddings', 1],
    ['eos_token_id', 49_408],
  ])('refuses %s %j', (field, value) => {
    expect(() => fromClipConfig({ [field]: value })).toThrow(new RegExp(`^${field} is .*${field}: `));
  });
});
