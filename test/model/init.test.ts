// Claims about the first weights: PyTorch's distributions, and the same seed gives the same weights.
import { expect, it } from 'vitest';
import { modelOfRun } from '../../src/settings/presets.ts';
import { sizeOf } from '../../src/engine/layout.ts';

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
