// The claim that attention's kernels agree with float64: with the definition and its central differences for
// small shapes, with loops over the gradient's equations for large ones. Not a test: the tests call it.
import { expect } from 'vitest';
import {
  attentionBackward,
  attentionForward,
  attentionMemory,
} from '../../../../../src/engine/plan/kernels/attention/attention.ts';
import type { AttentionGeometry } from '../../../../../src/engine/plan/kernels/attention/attention-operands.ts';
import type { Value } from '../../../../../src/engine/plan/kernels/value.ts';
import type { Target } from '../../../../../src/engine/plan/kernels/target.ts';
import { centralDifferences, type Plain, plain, referenceOps, wavy } from '../../../reference.ts';
import { difference } from '../comparison.ts';
import { fromColumns, inColumns, runKernels, value } from '../run-kernels.ts';

interface Expected {
  y: Float64Array;
  dq: Float64Array;
  dk: Float64Array;
  dv: Float64Array;
}

const numberAt = (numbers: ArrayLike<number>, i: number) => numbers[i] as number;

/** The definition in reference.ts and central differences of it: slow. */
function byDefinition({ heads, mask }: AttentionGeometry, inputs: Plain[], dy: Plain): Expected {
  const forward = ([q, k, v]: Plain[]) =>
    referenceOps.attention(q as Plain, k as Plain, v as Plain, heads, mask);
  const [dq, dk, dv] = centralDifferences(forward, inputs, dy).map(({ data }) => data);
  return { y: forward(inputs).data, dq, dk, dv } as Expected;
}

/** Attention and, by the derivative of softmax, its gradients, query by query. */
function byLoops(geometry: AttentionGeometry, inputs: Plain[], dy: Plain): Expected {
  const { batch, queries, keys, channels, heads } = geometry;
  const [q, k, v] = inputs.map(({ data }) => data) as [Float64Array, Float64Array, Float64Array];
  const width = channels / heads;
  const results = [queries, keys, keys].map((tokens) => new Float64Array(batch * tokens * channels));
  const [dq, dk, dv] = results as [Float64Array, Float64Array, Float64Array];
  const y = new Float64Array(dq.length);
  const addTo = (to: Float64Array, i: number, x: number) => (to[i] = numberAt(to, i) + x);
  for (let row = 0; row < batch * heads * queries; row++) {
    const [b, head, n] = [
      Math.floor(row / heads / queries),
      Math.floor(row / queries) % heads,
      row % queries,
    ];
    const atQuery = (b * queries + n) * channels + head * width;
    const atKey = (m: number) => (b * keys + m) * channels + head * width;
    const along = (x: ArrayLike<number>, z: ArrayLike<number>, m: number) => {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += numberAt(x, atQuery + c) * numberAt(z, atKey(m) + c);
      return sum;
    };
    const seen = (m: number) => geometry.mask === 'none' || m <= n;
    const scores = Float64Array.from({ length: keys }, (_, m) =>
      seen(m) ? along(q, k, m) / Math.sqrt(width) : -Infinity,
    );
    const most = scores.reduce((a, b) => Math.max(a, b));
    const shares = scores.map((score) => Math.exp(score - most));
    const total = shares.reduce((sum, share) => sum + share, 0);
    const dShares = Float64Array.from({ length: keys }, (_, m) => along(dy.data, v, m));
    const level = shares.reduce((sum, share, m) => sum + (share / total) * numberAt(dShares, m), 0);
    for (let m = 0; m < keys; m++) {
      const share = numberAt(shares, m) / total;
      const dScore = (share * (numberAt(dShares, m) - level)) / Math.sqrt(width);
      for (let c = 0; c < width; c++) {
        addTo(y, atQuery + c, share * numberAt(v, atKey(m) + c));
        addTo(dv, atKey(m) + c, share * numberAt(dy.data, atQuery + c));
        addTo(dq, atQuery + c, dScore * numberAt(k, atKey(m) + c));
        addTo(dk, atKey(m) + c, dScore * numberAt(q, atQuery + c));
      }
    }
  }
  return { y, dq, dk, dv };
}

type Three = readonly [Value, Value, Value];

/** q, k and v, or their gradients: values of their own or, if `joined`, column ranges of one matrix. */
function threeValues(shapes: readonly number[][], joined: boolean): Three {
  const own = (i: number) => value('', shapes[i] as number[]);
  if (!joined) return [own(0), own(1), own(2)];
  const [batch, tokens, channels] = shapes[0] as [number, number, number];
  const of = value('', [batch, tokens, 3 * channels]);
  const columns = (i: number) => ({ ...own(i), columns: { of, first: i * channels } });
  return [columns(0), columns(1), columns(2)];
}

function threeNumbers(values: Three, inputs: readonly Plain[]): [Value, ArrayLike<number>][] {
  const each = values.map((one, i) => inColumns(one, (inputs[i] as Plain).data));
  if (!values[0].columns) return values.map((one, i) => [one, each[i] as ArrayLike<number>]);
  const whole = Float64Array.from(each[0] as ArrayLike<number>, (_, i) =>
    // Each element belongs to one of the three; in the two others it is NaN.
    numberAt(each.find((numbers) => !Number.isNaN(numbers[i])) as ArrayLike<number>, i),
  );
  return [[values[0].columns.of, whole]];
}

/**
 * y within 1e-5, gradients within 1e-4 of the largest number. `size` scales q and so the scores. `joined`: q,
 * k and v are column ranges of one matrix, their gradients of another.
 */
export async function claimAttention(
  target: Target,
  unmasked: Omit<AttentionGeometry, 'mask'>,
  {
    size = 1,
    joined = false,
    mask = 'none',
  }: { size?: number; joined?: boolean; mask?: AttentionGeometry['mask'] } = {},
): Promise<void> {
  const geometry = { ...unmasked, mask };
  const { batch, queries, keys, channels } = geometry;
  const shapes = [queries, keys, keys, queries].map((tokens) => [batch, tokens, channels]);
  const [q, k, v, dy] = shapes.map((shape, i) => wavy(shape, i + 1)) as [Plain, Plain, Plain, Plain];
  const inputs = [plain(q.shape, (i) => Math.fround(size * numberAt(q.data, i))), k, v];
  const small = batch * queries * keys * channels <= 2 ** 10;
  const expected = (small ? byDefinition : byLoops)(geometry, inputs, dy);

  const { scores: scoresShape, work: workShape, keepsScores } = attentionMemory(target, geometry);
  const [scores, again] = [value('scores', scoresShape), value('scores again', scoresShape)];
  const work = value('work', workShape);
  const make = (shape: number[] | undefined) => value('', shape as number[]);
  const [three, gradients] = [threeValues(shapes, joined), threeValues(shapes, joined)];
  const values = { q: three[0], k: three[1], v: three[2] };
  const results = { y: make(shapes[0]), dq: gradients[0], dk: gradients[1], dv: gradients[2] };
  const cotangent = make(shapes[3]);
  const kernels = [
    ...attentionForward(target, geometry, { ...values, y: results.y, scores }),
    ...attentionBackward(target, geometry, {
      ...{ ...values, ...results, dy: cotangent, work },
      scores: keepsScores ? scores : again,
    }),
  ];
  const read = await runKernels(kernels, new Map([...threeNumbers(three, inputs), [cotangent, dy.data]]));
  expect(difference(read(results.y), expected.y), 'y').toBeLessThan(1e-5);
  for (const name of ['dq', 'dk', 'dv'] as const)
    expect(difference(fromColumns(results[name], read), expected[name]), name).toBeLessThan(1e-4);
}
