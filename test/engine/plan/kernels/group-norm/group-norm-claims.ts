// Group norm's kernels against plain float64 loops and central differences of them, for any shape. Not a test: the tests call it.
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

/** Largest difference, relative to the largest expected number. */
export function difference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  const most = Array.from(expected).reduce((max, y) => Math.max(max, Math.abs(y)), 1e-30);
  return Array.from(expected).reduce((max, y, i) => {
    const off = Math.abs((got[i] as number) - y) / most;
    return Number.isNaN(off) ? Infinity : Math.max(max, off);
  }, 0);
}

/** The gradient added to: none, one that lies elsewhere, or the result's own place. */
export type Adding = 'nothing' | 'other' | 'in place';

export interface Adds {
  add: Value | null;
  dx: Value;
  given: [Value, Float64Array][];
  before: Float64Array;
}

export function adding(how: Adding, shape: number[], seed: number): Adds {
  const dx = value('dx', shape);
  const before = wavy(shape, seed).data;
  if (how === 'nothing') return { add: null, dx, given: [], before: before.fill(0) };
  const add = how === 'other' ? value('add', shape) : dx;
  return { add, dx, given: [[add, before]], before };
}

/** Inputs around 3, so that a variance by one pass would be off. */
function inputs({ batch, pixels, channels }: GroupNormGeometry): [Plain, Plain, Plain] {
  const x = wavy([batch, pixels, 1, channels], 1);
  x.data.forEach((each, i) => (x.data[i] = Math.fround(each + 3)));
  return [x, wavy([channels], 2), wavy([channels], 3)];
}

/** The channels `from` to `to` of rows of `channels`. */
const part = (data: ArrayLike<number>, channels: number, from: number, to: number): Float64Array =>
  Float64Array.from(Array.from(data).filter((_, i) => i % channels >= from && i % channels < to));

type Given = [Value, Float64Array];

/** Where x comes from and its gradient goes: what is given, and what is claimed of the gradient. */
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

/** x joined of its first channels and the others. `other`: another has read the joined; `in place`: its parts, both. */
function partedEnds(shape: number[], numbers: Float64Array, how: Adding, first: number): Ends {
  const [batch, pixels, channels] = shape as [number, number, number];
  const sizes = [first, channels - first];
  const [a, b] = sizes.map((size) => value('part', [batch, pixels, size])) as [Value, Value];
  const [da, db] = sizes.map((size) => value('d part', [batch, pixels, size])) as [Value, Value];
  const onto = how === 'in place';
  const [beforeA, beforeB] = [da, db].map(({ shape: of }, i) => {
    const numbers = wavy(of as number[], 6 + i).data;
    return onto ? numbers : numbers.fill(0);
  }) as [Float64Array, Float64Array];
  const { add, given, before } = adding(how === 'other' ? 'other' : 'nothing', shape, 5);
  const two = (all: Float64Array) =>
    [part(all, channels, 0, first), part(all, channels, first, channels)] as const;
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

/** Central differences take seconds, and are a shape's, however its kernels read and write. */
const known = new Map<string, Plain[]>();
function differencesOf(geometry: GroupNormGeometry, make: () => Plain[]): Plain[] {
  const key = JSON.stringify(geometry);
  const gradients = known.get(key) ?? make();
  known.set(key, gradients);
  return gradients;
}

/** `first`: x is joined of so many channels and the others; `summed`: its gradient is summed for each picture, too. */
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
  const ends = first === 0 ? wholeEnds(shape, numbers, how) : partedEnds(shape, numbers, how, first);
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
    // Relative to dx: over a group of one channel it sums to nothing.
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

/** Of each picture's pixels. */
function sumsOf(dx: Float64Array, { batch, pixels, channels }: GroupNormGeometry): Float64Array {
  const sums = new Float64Array(batch * channels);
  dx.forEach((slope, i) => {
    const to = Math.floor(i / (pixels * channels)) * channels + (i % channels);
    sums[to] = (sums[to] as number) + slope;
  });
  return sums;
}
