// Sizes for which GPUs in hardware have other kernels than the other networks need, as a small network for
// the plan's self-test: group norms of pictures of 7 x 7, which no registers hold, and a head too wide to
// attend without scores in memory. Not here: the test (plan-self-test.ts).
import type { Network, ParameterSpec } from '../../executor.ts';
import type { SelfTest } from './self-test.ts';

const EDGE = 7;
const [CHANNELS, WIDE] = [16, 32];

const affine = (name: string, weight: number[], bias: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: weight },
  { name: `${name}.bias`, shape: [bias] },
];

const PARAMETERS: readonly ParameterSpec[] = [
  ...affine('in', [CHANNELS, 3, 1, 1], CHANNELS),
  ...affine('by channels', [CHANNELS], CHANNELS),
  ...['q', 'k', 'v'].flatMap((name) => affine(name, [WIDE, CHANNELS], WIDE)),
  ...affine('mixed', [CHANNELS, WIDE], CHANNELS),
  ...affine('by fours', [CHANNELS], CHANNELS),
  ...affine('last', [3, CHANNELS, 1, 1], 3),
];

/** sample [2, 7, 7, 3] -> the same shape. Groups of two channels, then of eight. */
const network: Network = (ops, weights, { sample }) => {
  type T = typeof sample;
  const both = (name: string) => [weights[`${name}.weight`] as T, weights[`${name}.bias`] as T] as const;
  const convolve = (name: string, x: T) =>
    ops.conv2d(x, ...both(name), { kernel: 1, stride: 1, padding: 'same' });
  const normalise = (name: string, x: T, groups: number) =>
    ops.groupNorm(x, ...both(name), groups, 1e-5, 'silu');
  const tokens = ops.toTokens(normalise('by channels', convolve('in', sample), 8));
  const project = (name: string, x = tokens) => ops.linear(x, ...both(name));
  const mixed = project('mixed', ops.attention(project('q'), project('k'), project('v'), 1, 'none'));
  const pixels = ops.toPixels(ops.add(tokens, mixed), EDGE, EDGE);
  return convolve('last', normalise('by fours', pixels, 2));
};

/** Of kernels that PICTURE_TEST and TEXT_TEST have no use for. */
export const SIZES_TEST: SelfTest = {
  parameters: PARAMETERS,
  edge: EDGE,
  network,
  ids: 0,
  numbers: [0.20323744, 0.16424242, 0.19084023, 0.09404115],
};
