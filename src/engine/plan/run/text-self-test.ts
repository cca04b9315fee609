// The operations that a network needs to read text as a small network, for the plan's self-test: a text
// encoder of one layer, and pixels that attend to it. And a norm of two channels a group, which kernels for
// GPUs in hardware sum by channels. Not here: the test (plan-self-test.ts).
import type { Network, ParameterSpec } from '../../executor.ts';
import type { SelfTest } from './self-test.ts';

const EDGE = 8;
const CHANNELS = 16;
const [WORDS, LENGTH] = [20, 5];

const affine = (name: string, weight: number[], bias: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: weight },
  { name: `${name}.bias`, shape: [bias] },
];
const linear = (name: string, ins = CHANNELS, outs = CHANNELS) => affine(name, [outs, ins], outs);
const norm = (name: string) => affine(name, [CHANNELS], CHANNELS);

const PARAMETERS: readonly ParameterSpec[] = [
  ...affine('in', [CHANNELS, 3, 3, 3], CHANNELS),
  ...norm('norm1'),
  ...['to_q', 'to_k', 'to_v'].map((name) => ({ name: `${name}.weight`, shape: [CHANNELS, CHANNELS] })),
  ...linear('to_out'),
  ...norm('norm2'),
  ...linear('gates', CHANNELS, 2 * CHANNELS),
  ...linear('ff'),
  ...norm('norm'),
  ...affine('out', [3, CHANNELS, 1, 1], 3),
  { name: 'words.weight', shape: [WORDS, CHANNELS] },
  { name: 'places.weight', shape: [LENGTH, CHANNELS] },
  ...norm('text norm'),
  ...['q', 'k', 'v', 'mixed', 'hidden', 'last'].flatMap((name) => linear(name)),
];

/** sample [2, 8, 8, 3], input_ids [2, 5] -> the sample's shape. */
const network: Network = (ops, weights, { sample, input_ids: ids }) => {
  type T = typeof sample;
  const of = (name: string) => weights[`${name}.weight`] as T;
  const both = (name: string) => [of(name), weights[`${name}.bias`] as T] as const;
  const project = (name: string, x: T) => ops.linear(x, ...both(name));
  const normalise = (name: string, x: T) => ops.layerNorm(x, ...both(name), 1e-5);
  const words = ops.embedding(ids as T, of('words'), of('places'));
  const normal = normalise('text norm', words);
  const itself = ops.attention(project('q', normal), project('k', normal), project('v', normal), 2, 'causal');
  const read = ops.add(words, project('mixed', itself));
  const text = ops.gelu(project('last', ops.quickGelu(project('hidden', read))));
  const pixels = ops.toTokens(ops.conv2d(sample, ...both('in'), { kernel: 3, stride: 1, padding: 'same' }));
  const multiply = (name: string, x: T) => ops.linear(x, of(name), null);
  const seen = ops.attention(
    multiply('to_q', normalise('norm1', pixels)),
    multiply('to_k', text),
    multiply('to_v', text),
    2,
    'none',
  );
  const attended = ops.add(pixels, project('to_out', seen));
  const gated = ops.geglu(project('gates', normalise('norm2', attended)));
  const whole = ops.toPixels(ops.add(attended, project('ff', gated)), EDGE, EDGE);
  const normed = ops.groupNorm(whole, ...both('norm'), CHANNELS / 2, 1e-5, 'silu');
  return ops.conv2d(normed, ...both('out'), { kernel: 1, stride: 1, padding: 'same' });
};

/** Of every operation that PICTURE_TEST lacks. */
export const TEXT_TEST: SelfTest = {
  parameters: PARAMETERS,
  edge: EDGE,
  network,
  ids: LENGTH,
  numbers: [0.21897875, 0.25536379, 0.17672862, 0.14824499],
};
