// The claim that the kernels of group norm compute what plain float64 loops and their central differences do,
// for any shape. Not a test: the tests call it.
import { expect } from 'vitest';
import {
  groupNormBackward,
  groupNormForward,
} from '../../../../../src/engine/plan/kernels/group-norm/group-norm.ts';
import type {
  GroupNormBackward,
  GroupNormForward,
  GroupNormGeometry,
} from '../../../../../src/engine/plan/kernels/group-norm/geometry.ts';
import type { Value } from '../../../../../src/engine/plan/kernels/value.ts';
import type { Target } from '../../../../../src/engine/plan/kernels/target.ts';
import { centralDifferences, type Plain, referenceOps, wavy } from '../../../reference.ts';
import { fromColumns, runKernels, value } from '../run-kernels.ts';
import { difference, type Adding, adding } from '../comparison.ts';

/** x, scale and shift. x is around 3, so that a one-pass variance would be inexact. */
function inputs({ batch, pixels, channels }: GroupNormGeometry): [Plain, Plain, Plain] {
  const x = wavy([batch, pixels, 1, channels], 1);
  x.data.forEach((each, i) => (x.data[i] = Math.fround(each + 3)));
  return [x, wavy([channels], 2), wavy([channels], 3)];
}

/** Channels `from` .. `to` - 1 of rows of `channels` channels. */
const channelsOf = (data: ArrayLike<number>, channels: number, from: number, to: number): Float64Array =>
  Float64Array.from(Array.from(data).filter((_, i) => i % channels >= from && i % channels < to));

type Given = [Value, Float64Array];

/**
 * Operands that read x and store its gradient, the numbers given for them, and the values expected for a
 * gradient.
 */
interface Ends {
  forward: Pick<GroupNormForward, 'x' | 'joins'>;
  backward: Pick<GroupNormBackward, 'add' | 'to'>;
  given: Given[];
  claimed: (dx: Float64Array) => Given[];
}

const plus = (a: Float64Array, b: Float64Array) => a.map((x, i) => x + (b[i] as number));

function wholeEnds(shape: number[], numbers: Float64Array, how: Adding): Ends {
  const x = value('x', shape);
  const { add, dx, given, before } = adding(how, shape, 5);
  return {
    forward: { x, joins: null },
    backward: { add, to: { dx } },
    given: [[x, numbers], ...given],
    claimed: (d) => [[dx, plus(d, before)]],
  };
}

/**
 * x is the concatenation of its first channels and the others. `other`: x has another reader, whose gradient
 * is added; `in place`: both inputs have another reader, to whose gradients theirs are added.
 */
function concatEnds(shape: number[], numbers: Float64Array, how: Adding, first: number): Ends {
  const [batch, pixels, channels] = shape as [number, number, number];
  const sizes = [first, channels - first];
  const [a, b] = sizes.map((size) => value('input', [batch, pixels, size])) as [Value, Value];
  const [da, db] = sizes.map((size) => value('d input', [batch, pixels, size])) as [Value, Value];
  const onto = how === 'in place';
  const [beforeA, beforeB] = [da, db].map(({ shape: of }, i) => {
    const numbers = wavy(of as number[], 6 + i).data;
    return onto ? numbers : numbers.fill(0);
  }) as [Float64Array, Float64Array];
  const { add, given, before } = adding(how === 'other' ? 'other' : 'nothing', shape, 5);
  const two = (all: Float64Array) =>
    [channelsOf(all, channels, 0, first), channelsOf(all, channels, first, channels)] as const;
  return {
    forward: { x: value('x', shape), joins: { a, b } },
    backward: { add, to: { a: { value: da, onto }, b: { value: db, onto } } },
    given: [
      [a, two(numbers)[0]],
      [b, two(numbers)[1]],
      ...given,
      ...(onto
        ? ([
            [da, beforeA],
            [db, beforeB],
          ] as Given[])
        : []),
    ],
    claimed: (d) => {
      const [ofA, ofB] = two(plus(d, before));
      return [
        [da, plus(ofA, beforeA)],
        [db, plus(ofB, beforeB)],
      ];
    },
  };
}

/**
 * Central differences take seconds and depend on the geometry alone, so they are computed once for each
 * geometry.
 */
const known = new Map<string, Plain[]>();
function differencesOf(geometry: GroupNormGeometry, make: () => Plain[]): Plain[] {
  const key = JSON.stringify(geometry);
  const gradients = known.get(key) ?? make();
  known.set(key, gradients);
  return gradients;
}

/**
 * y within 1e-5, gradients within 1e-4 of the largest number. `first`: if not 0, x is a concatenation whose
 * first input has so many channels; `summed`: the gradient of x is also summed over each picture's pixels.
 */
export async function claimGroupNorm(
  target: Target,
  geometry: GroupNormGeometry,
  how: Adding,
  { claimGradients = true, first = 0, summed = false } = {},
): Promise<void> {
  const { batch, pixels, channels, groups, eps, act } = geometry;
  const inputsOf = inputs(geometry);
  const forward = ([x, scale, shift]: Plain[]) =>
    referenceOps.groupNorm(x as Plain, scale as Plain, shift as Plain, groups, eps, act);
  const shape = [batch, pixels, channels];
  const [y, dy] = [value('y', shape), value('dy', shape)];
  const affine = value('scale and shift', [2 * channels]);
  const stats = value('stats', [batch, groups, 2]);
  const sums = value('sums', [batch, 2 * channels]);
  const cotangent = wavy(inputsOf[0].shape, 4);
  const numbers = inputsOf[0].data;
  const ends = first === 0 ? wholeEnds(shape, numbers, how) : concatEnds(shape, numbers, how, first);
  const { x } = ends.forward;
  const wider = value('wider', [batch, 8 + channels + 4]);
  const pictureSums = summed
    ? { ...value('rows', [batch, channels]), columns: { of: wider, first: 8 } }
    : null;
  const kernels = [
    ...groupNormForward(target, geometry, { ...ends.forward, affine, y, stats }),
    ...groupNormBackward(target, geometry, {
      ...{ x, stats, affine, dy, sums, pictureSums },
      ...ends.backward,
    }),
  ];
  const affineNumbers = Float64Array.of(...inputsOf[1].data, ...inputsOf[2].data);
  const given: Given[] = [[affine, affineNumbers], [dy, cotangent.data], ...ends.given];
  const read = await runKernels(kernels, new Map(given));
  expect(difference(read(y), forward(inputsOf).data)).toBeLessThan(1e-5);
  expect(read(x)).toEqual(Float32Array.from(numbers));
  if (!claimGradients) return;
  const gradients = differencesOf(geometry, () => centralDifferences(forward, inputsOf, cotangent));
  for (const [each, expected] of ends.claimed((gradients[0] as Plain).data))
    expect(difference(read(each), expected), each.label).toBeLessThan(1e-4);
  if (pictureSums) {
    const [[, dx]] = ends.claimed((gradients[0] as Plain).data) as [Given];
    // Relative to dx and not to the sums: over a group of one channel, dx sums to zero.
    const most = dx.reduce((largest, slope) => Math.max(largest, Math.abs(slope)), 0);
    const wanted = sumsOf(dx, geometry);
    fromColumns(pictureSums, read).forEach((sum, i) =>
      expect(Math.abs(sum - (wanted[i] as number)) / most).toBeLessThan(1e-4),
    );
  }
  const got = read(sums);
  for (const [i, gradient] of gradients.slice(1).entries()) {
    const total = Array.from({ length: channels }, (_, c) => {
      let all = 0;
      for (let b = 0; b < batch; b++) all += got[(2 * b + i) * channels + c] as number;
      return all;
    });
    expect(difference(total, gradient.data)).toBeLessThan(1e-4);
  }
}

/** dx summed over each picture's pixels, [batch, channels]. */
function sumsOf(dx: Float64Array, { batch, pixels, channels }: GroupNormGeometry): Float64Array {
  const sums = new Float64Array(batch * channels);
  dx.forEach((slope, i) => {
    const to = Math.floor(i / (pixels * channels)) * channels + (i % channels);
    sums[to] = (sums[to] as number) + slope;
  });
  return sums;
}
