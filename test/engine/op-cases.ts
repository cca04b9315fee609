// The operations at odd sizes, forward and every gradient, compared with reference.ts on the current backend.
// Not a test.
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Ops } from '../../src/engine/ops.ts';
import { centralDifferences, type Plain, plain, referenceOps, wavy } from './reference.ts';

interface OpCase {
  name: string;
  /** Of the inputs that have a gradient. */
  shapes: number[][];
  /** An input without a gradient: whole numbers. */
  ids?: { shape: number[]; numbers: number[] };
  run: <T>(ops: Ops<T>, inputs: T[], ids: T) => T;
}

const IDS = { shape: [2, 3], numbers: [4, 0, 4, 6, 4, 1] };

function conv(
  name: string,
  shape: number[],
  outs: number,
  opts: Parameters<Ops<unknown>['conv2d']>[3],
): OpCase {
  const weight = [opts.kernel, opts.kernel, shape[3] as number, outs];
  return {
    name: `conv2d ${name}`,
    shapes: [shape, weight, [outs]],
    run: (ops, [x, w, b]) => ops.conv2d(x!, w!, b!, opts),
  };
}

export const OP_CASES: OpCase[] = [
  conv('3x3 same', [2, 5, 3, 3], 5, { kernel: 3, stride: 1, padding: 'same' }),
  conv('3x3 same, channels by four', [2, 4, 6, 4], 8, { kernel: 3, stride: 1, padding: 'same' }),
  conv('3x3 same stride 2, odd edge', [1, 5, 7, 2], 3, { kernel: 3, stride: 2, padding: 'same' }),
  conv('3x3 same stride 2, even edge', [2, 6, 4, 4], 4, { kernel: 3, stride: 2, padding: 'same' }),
  conv('3x3 valid-right stride 2', [2, 6, 4, 3], 4, { kernel: 3, stride: 2, padding: 'valid-right' }),
  conv('3x3 same on one pixel', [2, 1, 1, 3], 4, { kernel: 3, stride: 1, padding: 'same' }),
  conv('3x3 same on 2x2', [4, 2, 2, 4], 4, { kernel: 3, stride: 1, padding: 'same' }),
  conv('1x1', [2, 3, 5, 6], 5, { kernel: 1, stride: 1, padding: 'same' }),
  {
    name: 'linear on [B, C]',
    shapes: [[3, 5], [5, 7], [7]],
    run: (ops, [x, w, b]) => ops.linear(x!, w!, b!),
  },
  {
    name: 'linear on tokens',
    shapes: [[2, 3, 6], [6, 4], [4]],
    run: (ops, [x, w, b]) => ops.linear(x!, w!, b!),
  },
  {
    name: 'linear without bias',
    shapes: [
      [2, 3, 6],
      [6, 4],
    ],
    run: (ops, [x, w]) => ops.linear(x!, w!, null),
  },
  {
    name: 'groupNorm',
    shapes: [[2, 3, 5, 6], [6], [6]],
    run: (ops, [x, scale, shift]) => ops.groupNorm(x!, scale!, shift!, 3, 1e-5, 'none'),
  },
  {
    name: 'groupNorm with silu, one channel a group',
    shapes: [[2, 5, 3, 4], [4], [4]],
    run: (ops, [x, scale, shift]) => ops.groupNorm(x!, scale!, shift!, 4, 1e-6, 'silu'),
  },
  {
    name: 'layerNorm on [B, C]',
    shapes: [[3, 7], [7], [7]],
    run: (ops, [x, scale, shift]) => ops.layerNorm(x!, scale!, shift!, 1e-5),
  },
  {
    name: 'layerNorm on tokens',
    shapes: [[2, 3, 8], [8], [8]],
    run: (ops, [x, scale, shift]) => ops.layerNorm(x!, scale!, shift!, 1e-6),
  },
  { name: 'silu', shapes: [[3, 7]], run: (ops, [x]) => ops.silu(x!) },
  { name: 'gelu', shapes: [[3, 7]], run: (ops, [x]) => ops.gelu(x!) },
  { name: 'quickGelu', shapes: [[3, 7]], run: (ops, [x]) => ops.quickGelu(x!) },
  { name: 'geglu', shapes: [[2, 3, 10]], run: (ops, [x]) => ops.geglu(x!) },
  {
    name: 'attention, one head',
    shapes: [
      [2, 5, 4],
      [2, 5, 4],
      [2, 5, 4],
    ],
    run: (ops, [q, k, v]) => ops.attention(q!, k!, v!, 1, 'none'),
  },
  {
    name: 'attention, three heads, other keys',
    shapes: [
      [2, 4, 6],
      [2, 7, 6],
      [2, 7, 6],
    ],
    run: (ops, [q, k, v]) => ops.attention(q!, k!, v!, 3, 'none'),
  },
  {
    name: 'causal attention, two heads',
    shapes: [
      [2, 5, 6],
      [2, 5, 6],
      [2, 5, 6],
    ],
    run: (ops, [q, k, v]) => ops.attention(q!, k!, v!, 2, 'causal'),
  },
  {
    name: 'embedding, fewer ids than places',
    shapes: [
      [5, 7],
      [5, 4],
    ],
    ids: IDS,
    run: (ops, [table, positions], ids) => ops.embedding(ids, table!, positions!),
  },
  {
    name: 'embedding without places, one id each',
    shapes: [[4, 7]],
    ids: { shape: [3], numbers: [2, 0, 2] },
    run: (ops, [table], ids) => ops.embedding(ids, table!, null),
  },
  {
    name: 'add',
    shapes: [
      [2, 3, 5],
      [2, 3, 5],
    ],
    run: (ops, [a, b]) => ops.add(a!, b!),
  },
  {
    name: 'addPerChannel',
    shapes: [
      [2, 3, 5, 4],
      [2, 4],
    ],
    run: (ops, [x, bias]) => ops.addPerChannel(x!, bias!),
  },
  {
    name: 'concat',
    shapes: [
      [2, 3, 2, 5],
      [2, 3, 2, 4],
    ],
    run: (ops, [a, b]) => ops.concat(a!, b!),
  },
  { name: 'upsampleNearest2x', shapes: [[2, 3, 5, 3]], run: (ops, [x]) => ops.upsampleNearest2x(x!) },
  {
    name: 'toTokens and toPixels',
    shapes: [[2, 3, 5, 2]],
    run: (ops, [x]) => ops.toPixels(ops.toTokens(x!), 5, 3),
  },
];

const tensor = ({ data, shape }: Plain) => tf.tensor(Float32Array.from(data), shape, 'float32');

async function expectClose(got: tf.Tensor, wanted: Plain, tolerance: number, what: string): Promise<void> {
  expect(got.shape, what).toEqual(wanted.shape);
  const values = await got.data<'float32'>();
  const worst = values.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (wanted.data[i] as number))),
    0,
  );
  expect(worst, `${what}: largest difference`).toBeLessThan(tolerance);
  expect(values.every(Number.isFinite), `${what}: finite`).toBe(true);
}

/**
 * Checks one case on the current backend: output and gradients within `tolerance` of float64 loops, no tensor
 * left over.
 */
export async function checkOp(
  eager: Ops<tf.Tensor>,
  { name, shapes, ids = { shape: [0], numbers: [] }, run }: OpCase,
  tolerance: number,
): Promise<void> {
  const inputs = shapes.map((shape, i) => wavy(shape, i + 1));
  const whole = plain(ids.shape, (i) => ids.numbers[i] as number);
  const output = run(referenceOps, inputs, whole);
  const cotangent = wavy(output.shape, 9);
  const wanted = centralDifferences((changed) => run(referenceOps, changed, whole), inputs, cotangent);
  const before = tf.memory().numTensors;
  const tensors = inputs.map(tensor);
  const [dy, given] = [tensor(cotangent), tensor(whole)];
  const { value, grads } = tf.engine().gradients(() => run<tf.Tensor>(eager, tensors, given), tensors, dy);
  await expectClose(value, output, tolerance, name);
  for (const [i, grad] of grads.entries())
    await expectClose(grad, wanted[i]!, tolerance, `${name}, gradient ${i}`);
  tf.dispose([value, ...grads, ...tensors, dy, given]);
  expect(tf.memory().numTensors, `${name}: tensors left`).toBe(before);
}

/** The timestep embedding has no gradient. Its angles reach 1000; a flow has fractions. */
export async function checkTimestepEmbedding(eager: Ops<tf.Tensor>, tolerance: number): Promise<void> {
  const steps = [0, 1, 17, 250, 499, 749.25, 998, 999, 999.875, 1000];
  const timesteps = plain([steps.length], (i) => steps[i] as number);
  for (const [flip, shift] of [
    [true, 0],
    [false, 1],
  ] as const) {
    const got = tf.tidy(() => eager.timestepEmbedding(tensor(timesteps), 16, flip, shift));
    const wanted = referenceOps.timestepEmbedding(timesteps, 16, flip, shift);
    await expectClose(got, wanted, tolerance, `timestepEmbedding ${flip} ${shift}`);
    got.dispose();
  }
}
