// Convolutions to test, the three operations of a convolution in plain float64 loops, and the claim that a
// family's kernels agree with these loops. Not a test: the tests of each family call it.
import { expect } from 'vitest';
import {
  convFilterGradient,
  convForward,
  convGradients,
  convInputGradient,
  filterPartialShape,
  filterSplits,
} from '../../../../../src/engine/plan/kernels/conv/conv.ts';
import type { ConvGeometry } from '../../../../../src/engine/plan/kernels/conv/geometry.ts';
import { fitsFilter, type TileShape } from '../../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import { rowsIn, type Value } from '../../../../../src/engine/plan/kernels/value.ts';
import type { Target } from '../../../../../src/engine/plan/kernels/target.ts';
import { wavy } from '../../../reference.ts';
import { type Adding, difference } from '../comparison.ts';
import { inColumns, runKernels, value } from '../run-kernels.ts';

/** A convolution and the optional operands of its three operations. */
export interface ConvCase {
  geometry: ConvGeometry;
  /** Whether the forward operation has `perChannel`; `columns`: it is a column range of a wider matrix. */
  perChannel?: boolean | 'columns';
  residual?: boolean;
  /** How the input gradient accumulates. */
  add?: Adding;
  /** Whether the filter gradient is added to its old value. */
  accumulate?: boolean;
  /** Whether the bias's gradient is not computed. */
  unbiased?: boolean;
}

interface Shape {
  kernel?: 1 | 3;
  stride?: 1 | 2;
  /**
   * same: kernel / 2 on every side; after: 1 below and to the right, as diffusers' Downsample2D with padding
   * 0.
   */
  padding?: 'same' | 'after';
  upsample?: boolean;
}

/**
 * The geometry of [batch, height, width, ins, outs]; with `upsample`, height and width are those after
 * upsampling.
 */
export function geometryOf(
  [batch, height, width, ins, outs]: readonly [number, number, number, number, number],
  { kernel = 3, stride = 1, padding = 'same', upsample = false }: Shape = {},
): ConvGeometry {
  const before = padding === 'same' ? kernel >> 1 : 0;
  const after = padding === 'same' ? kernel >> 1 : 1;
  const edge = (size: number) => Math.floor((size + before + after - kernel) / stride) + 1;
  return {
    ...{ batch, height, width, ins, outs, kernel, stride, upsample },
    outHeight: edge(height),
    outWidth: edge(width),
    padBefore: before as 0 | 1,
  };
}

/** A linear layer over `height` rows of each of `batch` pictures. */
const rows = (batch: number, height: number, ins: number, outs: number): ConvGeometry =>
  geometryOf([batch, height, 1, ins, outs], { kernel: 1 });

/**
 * A few cases that cover the code paths: channels that are multiples of 4 and not, borders, strides,
 * upsampling, matrix products, splits.
 */
export const DECISIVE_CASES: ConvCase[] = [
  {
    geometry: geometryOf([2, 5, 7, 8, 12]),
    perChannel: 'columns',
    residual: true,
    add: 'in place',
    unbiased: true,
  },
  { geometry: geometryOf([1, 6, 5, 3, 5]), accumulate: true },
  { geometry: geometryOf([2, 6, 6, 4, 8], { stride: 2 }), add: 'other', accumulate: true },
  { geometry: geometryOf([1, 5, 7, 4, 4], { stride: 2, padding: 'after' }) },
  { geometry: geometryOf([1, 6, 10, 8, 4], { upsample: true }) },
  { geometry: rows(3, 5, 16, 20), residual: true, add: 'in place', accumulate: true },
  { geometry: geometryOf([2, 16, 16, 20, 16]), residual: true },
  // Enough pixels for several splits of the filter gradient.
  { geometry: rows(1, 600, 8, 8), perChannel: true },
];

const SIZES = [
  [1, 1, 1],
  [2, 1, 3],
  [3, 3, 1],
  [1, 5, 5],
  [2, 7, 9],
  [1, 8, 17],
] as const;
const CHANNELS = [
  [1, 1],
  [3, 8],
  [8, 3],
  [4, 4],
  [12, 20],
  [36, 32],
  [6, 7],
] as const;

/** Odd sizes with every kind of convolution; the optional operands vary from case to case. */
export const SWEEP_CASES: ConvCase[] = [
  ...SIZES.flatMap(([batch, height, width]) =>
    CHANNELS.flatMap(([ins, outs]) => {
      const size = [batch, height, width, ins, outs] as const;
      const doubled = [batch, 2 * height, 2 * width, ins, outs] as const;
      const down = height > 1 && width > 1;
      return [
        geometryOf(size),
        geometryOf(size, { kernel: 1 }),
        geometryOf(size, { stride: 2 }),
        ...(down ? [geometryOf(size, { stride: 2, padding: 'after' })] : []),
        geometryOf(doubled, { upsample: true }),
        rows(batch, height * width, ins, outs),
      ];
    }),
  ),
  ...[
    rows(4, 1, 128, 32),
    rows(1, 300, 12, 36),
    geometryOf([1, 12, 12, 100, 68]),
    geometryOf([5, 16, 16, 4, 4]),
  ],
].map((geometry, i) => ({
  geometry,
  perChannel: i % 4 === 3 && geometry.outs % 4 === 0 ? 'columns' : i % 2 === 1,
  residual: i % 3 === 1,
  add: (['nothing', 'other', 'in place'] as const)[i % 3] as Adding,
  accumulate: i % 4 === 1,
  unbiased: i % 5 === 1,
}));

/** The values of a filter gradient that have one entry for each split: `partial` (or null) and `biasSums`. */
export function splitValues(target: Target, geometry: ConvGeometry) {
  const partialShape = filterPartialShape(target, geometry);
  return {
    partial: partialShape && value('partial', partialShape),
    biasSums: value('bias sums', [filterSplits(target, geometry), geometry.outs]),
  };
}

/** The case in words, for a test's title. */
export function nameOf({ geometry, ...more }: ConvCase): string {
  const { batch, height, width, ins, outs, kernel, stride, padBefore, upsample } = geometry;
  const flags = Object.entries(more).flatMap(([name, on]) =>
    on ? [on === true ? name : `${name} ${on}`] : [],
  );
  return [
    `[${batch}, ${height}, ${width}, ${ins}] to ${outs}, ${kernel}x${kernel} stride ${stride} pad ${padBefore}`,
    ...(upsample ? ['upsample'] : []),
    ...flags,
  ].join(', ');
}

/**
 * Calls `term` with the indices into x, weight, y and dx of every product of the convolution. All three
 * operations are sums over these products.
 */
function eachTerm(
  geometry: ConvGeometry,
  term: (x: number, weight: number, y: number, dx: number) => void,
): void {
  const { batch, height, width, ins, outs, outHeight, outWidth, kernel, stride, padBefore } = geometry;
  const half = geometry.upsample ? 1 : 0;
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let h = 0; h < kernel; h++)
          for (let w = 0; w < kernel; w++) {
            const [y, z] = [row * stride + h - padBefore, column * stride + w - padBefore];
            if (y < 0 || y >= height || z < 0 || z >= width) continue;
            const pixel = (b * (height >> half) + (y >> half)) * (width >> half) + (z >> half);
            for (let i = 0; i < ins; i++)
              for (let o = 0; o < outs; o++)
                term(
                  pixel * ins + i,
                  ((h * kernel + w) * ins + i) * outs + o,
                  ((b * outHeight + row) * outWidth + column) * outs + o,
                  ((b * height + y) * width + z) * ins + i,
                );
          }
}

const at = (data: Float64Array, index: number) => data[index] as number;
function add(sums: Float64Array, index: number, term: number): void {
  sums[index] = at(sums, index) + term;
}

/**
 * The three operations in float64: y without bias and other operands, dx of the upsampled picture, and the
 * gradient.
 */
export function oracle(
  geometry: ConvGeometry,
  { x, weight, dy }: { x: Float64Array; weight: Float64Array; dy: Float64Array },
): { y: Float64Array; dx: Float64Array; gradient: Float64Array } {
  const { batch, height, width, ins } = geometry;
  const y = new Float64Array(dy.length);
  const dx = new Float64Array(batch * height * width * ins);
  const gradient = new Float64Array(weight.length);
  eachTerm(geometry, (from, by, to, back) => {
    add(y, to, at(x, from) * at(weight, by));
    add(dx, back, at(dy, to) * at(weight, by));
    add(gradient, by, at(x, from) * at(dy, to));
  });
  return { y, dx, gradient };
}

function perChannelValue(shape: [number, number], asColumns: boolean): Value {
  const own = value('per channel', shape);
  if (!asColumns) return own;
  const [rows, width] = shape;
  return { ...own, columns: { of: value('wider', [rows, 4 + width + 8]), first: 4 } };
}

function valuesOf(one: ConvCase, target: Target) {
  const { geometry, perChannel, residual, add: how = 'nothing', unbiased } = one;
  const { batch, height, width, ins, outs, outHeight, outWidth, kernel, upsample } = geometry;
  const scale = upsample ? 2 : 1;
  const [inputs, outputs] = [
    [batch, height / scale, width / scale, ins],
    [batch, outHeight, outWidth, outs],
  ];
  const filter = [kernel, kernel, ins, outs];
  const dx = value('dx', [batch, height, width, ins]);
  const { partial, biasSums } = splitValues(target, geometry);
  return {
    x: value('x', inputs),
    weight: value('weight', filter),
    bias: value('bias', [outs]),
    perChannel: perChannel ? perChannelValue([batch, outs], perChannel === 'columns') : null,
    residual: residual ? value('residual', outputs) : null,
    y: value('y', outputs),
    dy: value('dy', outputs),
    dx,
    add: how === 'nothing' ? null : how === 'in place' ? dx : value('add', dx.shape as number[]),
    partial,
    biasSums: unbiased ? null : biasSums,
    control: value('control', [4]),
    gradient: value('gradient', filter),
  };
}

/**
 * Runs the three operations on the test's device and compares them with float64: y within 1e-5, gradients
 * within 1e-4 of the largest number. `tile`: for `tiles` only.
 */
export async function claimConv(target: Target, one: ConvCase, tile?: TileShape): Promise<void> {
  const { geometry, accumulate = false } = one;
  const values = valuesOf(one, target);
  const given = new Map<Value, ArrayLike<number>>();
  const give = (each: Value | null, seed: number): Float64Array | null => {
    if (!each) return null;
    const { data } = wavy(each.shape as number[], seed);
    given.set(rowsIn(each).whole, inColumns(each, data));
    return data;
  };
  const x = give(values.x, 1) as Float64Array;
  const weight = give(values.weight, 2) as Float64Array;
  const dy = give(values.dy, 3) as Float64Array;
  const bias = give(values.bias, 4) as Float64Array;
  const perChannel = give(values.perChannel, 5);
  const residual = give(values.residual, 6);
  const before = give(values.add, 7);
  const kept = accumulate ? give(values.gradient, 8) : null;
  given.set(values.control, Uint32Array.of(accumulate ? 1 : 0, 0, 0, 0));
  // A shape that does not fit a filter gradient goes with the default of one.
  const chosen = tile && fitsFilter(tile) ? { gather: tile, filter: tile } : undefined;
  // Both gradients in one dispatch where a plan makes them so; in some cases each by itself.
  const both = one.unbiased ? null : convGradients(target, geometry, values, chosen);
  const gradients = both ?? [
    ...convInputGradient(target, geometry, values, tile),
    ...convFilterGradient(target, geometry, values, tile),
  ];
  const read = await runKernels([...convForward(target, geometry, values, tile), ...gradients], given);
  const expected = oracle(geometry, { x, weight, dy });
  const { outs, outHeight, outWidth } = geometry;
  const y = expected.y.map((sum, i) => {
    const o = i % outs;
    const image = Math.floor(i / (outHeight * outWidth * outs));
    return sum + at(bias, o) + (perChannel?.[image * outs + o] ?? 0) + (residual?.[i] ?? 0);
  });
  const name = `${target.family}: ${nameOf(one)}`;
  expect(difference(read(values.y), y), `${name}: y`).toBeLessThan(1e-5);
  const dx = expected.dx.map((sum, i) => sum + (before?.[i] ?? 0));
  expect(difference(read(values.dx), dx), `${name}: dx`).toBeLessThan(1e-4);
  const gradient = expected.gradient.map((sum, i) => sum + (kept?.[i] ?? 0));
  expect(difference(read(values.gradient), gradient), `${name}: gradient`).toBeLessThan(1e-4);
  if (!values.biasSums) return;
  const biasGradient = columnSums(dy, outs);
  const rows = Float64Array.from(read(values.biasSums));
  expect(difference(columnSums(rows, outs), biasGradient), `${name}: bias gradient`).toBeLessThan(1e-4);
}

/** The sum of rows of `width` numbers. */
function columnSums(rows: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  rows.forEach((each, i) => add(sums, i % width, each));
  return sums;
}
