// Claims about the first weights: PyTorch's distributions, and the same seed gives the same weights.
import { describe, expect, it } from 'vitest';
import { modelOfRun, networkOf } from '../../src/settings/presets.ts';
import { sizeOf } from '../../src/engine/layout.ts';
import { fromDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import { modelOf } from '../../src/model/model.ts';

const TEXT_UNET = fromDiffusersUNet({
  _class_name: 'UNet2DConditionModel',
  sample_size: 8,
  block_out_channels: [16],
  norm_num_groups: 4,
  attention_head_dim: 2,
  layers_per_block: 1,
  down_block_types: ['CrossAttnDownBlock2D'],
  up_block_types: ['CrossAttnUpBlock2D'],
  cross_attention_dim: 64,
});
const TEXT_ENCODER = {
  vocabSize: 100,
  hiddenSize: 64,
  intermediateSize: 256,
  numHiddenLayers: 3,
  numAttentionHeads: 4,
  maxPositionEmbeddings: 16,
  hiddenAct: 'quick_gelu',
  layerNormEps: 1e-5,
  bosTokenId: 98,
  eosTokenId: 99,
  padTokenId: 99,
} as const;

const { parameters: specs, initialWeights } = modelOfRun({ preset: 'bench', imageSize: 32 });
const weights = initialWeights(7);
const named = (name: string) => weights[specs.findIndex((spec) => spec.name === name)] as Float32Array;

it('there is one array of the right length per parameter', () => {
  expect(weights.map((values) => values.length)).toEqual(specs.map(({ shape }) => sizeOf(shape)));
});

// Bounds from torch.nn: 1 / sqrt(fan_in) for weight and bias alike.
it.each([
  ['conv_in', 3 * 9],
  ['time_embedding.linear_1', 32],
  ['down_blocks.1.resnets.0.conv_shortcut', 32],
  ['mid_block.attentions.0.to_q', 64],
  ['up_blocks.0.resnets.0.conv1', 128 * 9],
])('%s fills U(-1/sqrt(%i), 1/sqrt(%i))', (name, fanIn) => {
  const bound = 1 / Math.sqrt(fanIn);
  for (const part of ['weight', 'bias']) {
    const values = named(`${name}.${part}`);
    expect(Math.max(...values)).toBeLessThanOrEqual(Math.fround(bound));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-Math.fround(bound));
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.8 * bound);
  }
  const weight = named(`${name}.weight`);
  const variance = weight.reduce((sum, value) => sum + value * value, 0) / weight.length;
  // Var U = bound^2 / 3, its standard error bound^2 * sqrt(4 / 45 / n).
  expect(Math.abs(variance / bound ** 2 - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / weight.length));
});

it('norms start as 1 and 0', () => {
  for (const name of [
    'conv_norm_out',
    'mid_block.attentions.0.group_norm',
    'down_blocks.0.resnets.0.norm1',
  ]) {
    expect(new Set(named(`${name}.weight`))).toEqual(new Set([1]));
    expect(new Set(named(`${name}.bias`))).toEqual(new Set([0]));
  }
});

it('the same seed gives the same bits, another seed others, and no two layers alike', () => {
  const tiny = modelOfRun({ preset: 'tiny', imageSize: 16 });
  const bits = (seed: number) =>
    Buffer.concat(tiny.initialWeights(seed).map(({ buffer }) => new Uint8Array(buffer)));
  expect(Buffer.compare(bits(7), bits(7))).toBe(0);
  expect(Buffer.compare(bits(7), bits(8))).not.toBe(0);
  expect(tiny.initialWeights(8)[0]).not.toEqual(tiny.initialWeights(7)[0]);
  const [q, k] = ['to_q', 'to_k'].map((part) => named(`mid_block.attentions.0.${part}.weight`));
  expect(q).not.toEqual(k);
});

const variance = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

it('a table of classes starts as N(0, 1), as torch.nn.Embedding, and leaves the layers before it as they are', () => {
  const config = networkOf({ preset: 'bench', imageSize: 32 });
  const classed = modelOf({ ...config, classEmbedding: { type: 'table', count: 50 } });
  const at = classed.parameters.findIndex(({ name }) => name === 'class_embedding.weight');
  const drawn = classed.initialWeights(7);
  // The variance of n squared normals has a standard error of sqrt(2 / n).
  const table = drawn[at]!;
  expect(Math.abs(variance(table) - 1)).toBeLessThan(4 * Math.sqrt(2 / table.length));
  expect(Math.max(...table)).toBeGreaterThan(2.5);
  expect(drawn.slice(0, at)).toEqual(weights.slice(0, at));
});

describe('a text encoder', () => {
  const model = modelOf(TEXT_UNET, TEXT_ENCODER);
  const drawn = model.initialWeights(7);
  const encoder = (name: string) =>
    drawn[model.parameters.findIndex((spec) => spec.name === `text_encoder.${name}`)]!;

  it('leaves the UNet`s weights as they are without it', () => {
    const alone = modelOf(TEXT_UNET).initialWeights(7);
    expect(drawn.slice(0, alone.length)).toEqual(alone);
  });

  // transformers' CLIPPreTrainedModel._init_weights with width 64 and 3 layers, but for the tokens' 0.02.
  const [width, layers] = [64, 3];
  it.each([
    ['token_embedding', 0.5],
    ['position_embedding', 0.02],
    ['encoder.layers.1.self_attn.k_proj', width ** -0.5 * (2 * layers) ** -0.5],
    ['encoder.layers.1.self_attn.v_proj', width ** -0.5 * (2 * layers) ** -0.5],
    ['encoder.layers.1.self_attn.q_proj', width ** -0.5 * (2 * layers) ** -0.5],
    ['encoder.layers.1.self_attn.out_proj', width ** -0.5],
    ['encoder.layers.1.mlp.fc1', (2 * width) ** -0.5],
    ['encoder.layers.1.mlp.fc2', width ** -0.5 * (2 * layers) ** -0.5],
  ])('starts %s as normals of standard deviation %f', (name, std) => {
    const values = encoder(`${name}.weight`);
    expect(Math.abs(variance(values) / std ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length));
    if (!name.endsWith('embedding')) expect(new Set(encoder(`${name}.bias`))).toEqual(new Set([0]));
  });

  it('starts norms as 1 and 0', () => {
    for (const name of ['encoder.layers.0.layer_norm1', 'final_layer_norm']) {
      expect(new Set(encoder(`${name}.weight`))).toEqual(new Set([1]));
      expect(new Set(encoder(`${name}.bias`))).toEqual(new Set([0]));
    }
  });
});

// Queries read the picture, whose width is 16; keys and values the text, whose width is 64.
it.each([
  ['attn2.to_k.weight', 1 / Math.sqrt(64)],
  ['attn2.to_q.weight', 1 / Math.sqrt(16)],
  ['attn2.to_v.weight', 3 / Math.sqrt(64)],
  ['attn2.to_out.0.weight', 3 / Math.sqrt(16)],
  ['attn2.to_out.0.bias', 1 / Math.sqrt(16)],
  ['attn1.to_v.weight', 1 / Math.sqrt(16)],
])('%s of a network that reads texts fills U(-%f, %f)', (name, bound) => {
  const model = modelOf(TEXT_UNET);
  const at = model.parameters.findIndex((spec) => spec.name.endsWith(name));
  const largest = Math.max(...model.initialWeights(7)[at]!.map(Math.abs));
  expect(largest).toBeLessThanOrEqual(Math.fround(bound));
  expect(largest).toBeGreaterThan((name.endsWith('bias') ? 0.7 : 0.95) * bound);
});
