// Linear layers of one input become one: which layers, in which order their columns lie, and that no
// parameter is lost on the way into the long vectors and back.
import { expect, test } from 'vitest';
import type { Network, ParameterSpec } from '../../../src/engine/executor.ts';
import { sizeOf } from '../../../src/engine/layout.ts';
import { flatten } from '../../../src/engine/plan/flat-layout.ts';
import type { Operation } from '../../../src/engine/plan/graph.ts';
import type { NetworkSpec } from '../../../src/engine/plan/plan-spec.ts';
import { layoutOf, operationsOf } from '../../../src/engine/plan/written-network.ts';
import { toTorchArrays } from '../../../src/engine/state-arrays.ts';

const linear = (name: string, ins: number, outs: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [outs, ins] },
  { name: `${name}.bias`, shape: [outs] },
];
const CONV = { kernel: 3, stride: 1, padding: 'same' } as const;

const PARAMETERS: readonly ParameterSpec[] = [
  { name: 'first.weight', shape: [8, 3, 3, 3] },
  { name: 'first.bias', shape: [8] },
  ...linear('time first', 4, 8),
  ...linear('q', 8, 8),
  ...linear('k', 8, 8),
  ...linear('v', 8, 8),
  { name: 'last.weight', shape: [12, 8, 3, 3] },
  { name: 'last.bias', shape: [12] },
  ...linear('time last', 4, 12),
  ...linear('time twice', 4, 12),
];

const network: Network = (ops, weights, { sample: x, timestep }) => {
  const of = (name: string) => weights[name] as typeof x;
  const project = (name: string, value: typeof x) =>
    ops.linear(value, of(`${name}.weight`), of(`${name}.bias`));
  const convolve = (name: string, value: typeof x) =>
    ops.conv2d(value, of(`${name}.weight`), of(`${name}.bias`), CONV);
  const time = ops.timestepEmbedding(timestep, 4, true, 0);
  const first = ops.addPerChannel(convolve('first', x), project('time first', time));
  const tokens = ops.toTokens(first);
  const [q, k, v] = ['q', 'k', 'v'].map((name) => project(name, tokens)) as [typeof x, typeof x, typeof x];
  const mixed = ops.toPixels(ops.attention(q, k, v, 2, 'none'), 4, 4);
  const twice = project('time twice', time);
  const last = ops.addPerChannel(convolve('last', mixed), project('time last', time));
  return ops.add(ops.addPerChannel(convolve('last', first), twice), ops.addPerChannel(last, twice));
};

const SPEC: NetworkSpec = {
  parameters: PARAMETERS,
  network,
  inputs: { sample: [2, 4, 4, 3], timestep: [2] },
  bufferBytes: 2 ** 20,
};

const convs = () =>
  operationsOf(SPEC).filter((operation): operation is Operation & { op: 'conv' } => operation.op === 'conv');

test('layers of one input become one, where the first was; not one that is read twice', () => {
  const linears = convs().filter(({ weight }) => weight.shape.length === 2);
  expect(linears.map(({ weight }) => [weight.label, weight.shape])).toEqual([
    ['time first.weight and 1 more', [4, 20]],
    ['q.weight and 2 more', [8, 24]],
    ['time twice.weight', [4, 12]],
  ]);
});

test('each reader takes its own columns', () => {
  const attention = operationsOf(SPEC).find(({ op }) => op === 'attention') as Operation & {
    op: 'attention';
  };
  const { q, k, v } = attention;
  expect([q, k, v].map(({ columns }) => columns?.first)).toEqual([0, 8, 16]);
  const read = convs().flatMap(({ perChannel }) => (perChannel?.columns ? [perChannel] : []));
  expect(read.map(({ columns, shape }) => [columns?.first, shape])).toEqual([
    [0, [2, 8]],
    [8, [2, 12]],
  ]);
});

test('parameters come back from the long vectors, bit for bit', async () => {
  const arrays = PARAMETERS.map(({ shape }, i) =>
    Float32Array.from({ length: sizeOf(shape) }, (_, j) => i + j / 1000),
  );
  const layout = layoutOf(SPEC);
  const shards = flatten(layout, arrays);
  expect(await toTorchArrays(layout.slices, ({ shard }) => shards[shard] as Float32Array)).toEqual(arrays);
  // No parameter overwrites another.
  const filled = shards.flatMap((shard) => [...shard]).filter((number) => number !== 0);
  expect(filled).toHaveLength(arrays.flatMap((array) => [...array]).filter((number) => number !== 0).length);
});
