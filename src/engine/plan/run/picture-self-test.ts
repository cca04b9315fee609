// The UNet's operations as a small network, for the plan's self-test. Not here: the test (plan-self-test.ts).
import type { Network, ParameterSpec } from '../../executor.ts';
import type { SelfTest } from './self-test.ts';

const EDGE = 8;
const CHANNELS = 16;
const SAME = { kernel: 3, stride: 1, padding: 'same' } as const;

const conv = (name: string, ins: number, outs: number, edge = 3): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [outs, ins, edge, edge] },
  { name: `${name}.bias`, shape: [outs] },
];
const linear = (name: string): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [CHANNELS, CHANNELS] },
  { name: `${name}.bias`, shape: [CHANNELS] },
];
const norm = (name: string, channels: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [channels] },
  { name: `${name}.bias`, shape: [channels] },
];

const PARAMETERS: readonly ParameterSpec[] = [
  ...conv('in', 3, CHANNELS),
  ...['time', 'q', 'k', 'v', 'out'].flatMap(linear),
  ...norm('norm', CHANNELS),
  ...conv('down', CHANNELS, CHANNELS),
  ...conv('up', CHANNELS, CHANNELS),
  ...norm('joined', 2 * CHANNELS),
  ...conv('last', 2 * CHANNELS, 3, 1),
];

/** sample [2, 8, 8, 3] -> the same shape. */
const network: Network = (ops, weights, { sample: x, timestep }) => {
  const of = (name: string) => weights[name] as typeof x;
  const convolve = (name: string, value: typeof x, opts: Parameters<typeof ops.conv2d>[3]) =>
    ops.conv2d(value, of(`${name}.weight`), of(`${name}.bias`), opts);
  const project = (name: string, value: typeof x) =>
    ops.linear(value, of(`${name}.weight`), of(`${name}.bias`));
  const time = project('time', ops.silu(ops.timestepEmbedding(timestep, CHANNELS, true, 0)));
  const first = ops.addPerChannel(convolve('in', x, SAME), time);
  const normalise = (name: string, value: typeof x) =>
    ops.groupNorm(value, of(`${name}.weight`), of(`${name}.bias`), 4, 1e-5, 'silu');
  const normal = normalise('norm', first);
  const half = convolve('down', normal, { ...SAME, stride: 2 });
  const tokens = ops.toTokens(half);
  const mixed = ops.attention(project('q', tokens), project('k', tokens), project('v', tokens), 2, 'none');
  const attended = ops.add(half, ops.toPixels(project('out', mixed), EDGE / 2, EDGE / 2));
  const whole = ops.concat(first, convolve('up', ops.upsampleNearest2x(attended), SAME));
  return convolve('last', normalise('joined', whole), { ...SAME, kernel: 1 });
};

/** Of every operation of a UNet2DModel. */
export const PICTURE_TEST: SelfTest = {
  parameters: PARAMETERS,
  edge: EDGE,
  network,
  ids: 0,
  numbers: [0.25273737, 0.3262741, 0.22369209, 0.26495728],
};
