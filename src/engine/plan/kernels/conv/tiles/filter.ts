// The filter gradient for GPUs in hardware, an implicit GEMM with split-K: a row is a tap and an input
// channel, a column is an output channel, and the reduction runs over all pixels, in splits that are added in
// order. Not here: the GEMM whose rows are pixels (gather.ts).
import { lines, range, unroll } from '../../wgsl-text.ts';
import type { ConvFilterGradient, ConvGeometry } from '../geometry.ts';
import { defaultTile, fitsFilter, type TileShape, tiling } from './shapes.ts';
import {
  declareLoad,
  declareSums,
  joinParts,
  type Load,
  loadFour,
  loadFunction,
  multiply,
  OUTSIDE,
  ownPlace,
  putFunction,
  sourceFunctions,
  sourcePart,
  staged,
  tileIndex,
  tileKernel,
  type TileSpec,
  typeOf,
} from './text.ts';
import { filterSums, PUT_GRADIENT } from './filter-sums.ts';
import { type Binding, type Kernel, PLACE } from '../../kernel.ts';
import type { Target } from '../../target.ts';
import { byteLengthOf, rowsIn, type Value } from '../../value.ts';

/**
 * The number of splits is a function of the geometry alone, because it decides the bits. It is the number
 * that gives WANTED_TILES workgroups with tiles of TILE x TILE, within the two limits below. Few: the input
 * gradient's workgroups fill the GPU too, and a GPU that shares the processor's memory takes as long to write
 * and add partial sums as for a tenth of the products.
 */
const WANTED_TILES = 256;
const TILE = 64;
/**
 * Fewest pixels of a split, so that writing its partial sums stays cheap compared with reading its operands.
 */
const LEAST_PIXELS = 128;
/** Most splits, so that the second kernel adds them quickly. */
const MOST_SPLITS = 64;
/** The length of a split is a multiple of DEPTH, and so of the depth of every tile shape. */
const DEPTH = 16;

const rowsOf = ({ kernel: edge, ins }: ConvGeometry) => edge * edge * ins;

function splitsOf(geometry: ConvGeometry) {
  const { batch, outHeight, outWidth, outs } = geometry;
  const pixels = batch * outHeight * outWidth;
  const tiles = Math.ceil(rowsOf(geometry) / TILE) * Math.ceil(outs / TILE);
  const wanted = Math.min(WANTED_TILES / tiles, pixels / LEAST_PIXELS, MOST_SPLITS);
  const length = Math.ceil(pixels / Math.max(1, Math.floor(wanted)) / DEPTH) * DEPTH;
  return { pixels, length, splits: Math.ceil(pixels / length) };
}

/** Number of splits; if more than one, their partial sums take at most 4 MiB. */
export const filterSplits = (geometry: ConvGeometry): number => splitsOf(geometry).splits;

/**
 * One dispatch, and a second one that adds the splits if there are several. A `tile` that does not
 * fit is ignored. With several splits, `values.partial` must not be null; where it is columns of a wider
 * matrix, the caller adds the splits, with those of other convolutions (filter-sums.ts).
 */
export function convFilterGradient(
  target: Target,
  geometry: ConvGeometry,
  values: ConvFilterGradient,
  tile?: TileShape,
): Kernel[] {
  const { rows, columns, times } = filterSize(geometry);
  const chosen = tile && fitsFilter(tile) ? tile : defaultTile(target, 'filter', rows, columns, times);
  return withSums(geometry, values, [tileKernel(filterSpec(geometry, values, chosen))]);
}

/** The filter gradient's GEMM: rows, columns, and how many of them there are. */
export const filterSize = (geometry: ConvGeometry) => ({
  rows: rowsOf(geometry),
  columns: geometry.outs,
  times: filterSplits(geometry),
});

/** The sums of all splits, behind `before` workgroups that compute something else. */
export const filterSpec = (
  geometry: ConvGeometry,
  values: ConvFilterGradient,
  tile: TileShape,
  before = 0,
): TileSpec =>
  productSpec(geometry, values, tile, filterSplits(geometry) === 1 ? null : values.partial, before);

/** Behind the kernels that make the splits: the one that adds them, where there are several of its own. */
export function withSums(
  geometry: ConvGeometry,
  values: ConvFilterGradient,
  kernels: readonly Kernel[],
): Kernel[] {
  if (filterSplits(geometry) === 1) return [...kernels];
  const partial = values.partial as Value;
  const sums = filterSums([{ partial, gradient: values.gradient }], values.control);
  return [...kernels, ...(partial.columns ? [] : [sums])];
}

/**
 * WGSL: `tap_at(m)`, the tap's offset from the output pixel's origin and the input channel of row m;
 * `pixel_at(p, end)`, the picture and the origin of output pixel p. Rows and pixels out of range are moved
 * outside of every picture.
 */
function placeFunctions(geometry: ConvGeometry, tile: TileShape): string {
  const { ins, outHeight, outWidth, kernel: edge, stride, padBefore } = geometry;
  const rows = edge * edge * ins;
  const y = `i32(p / ${outWidth}u % ${outHeight}u) * ${stride}`;
  return /* wgsl */ `
struct Tap { y: i32, x: i32, c: u32 }
fn tap_at(m: u32) -> Tap {
  let tap = m / ${ins}u;
  let y = select(i32(tap / ${edge}u) - ${padBefore}, ${-2 * OUTSIDE}, m >= ${rows}u);
  return Tap(y, i32(tap % ${edge}u) - ${padBefore}, m % ${ins}u${ins % 4 === 0 ? ' / 4u' : ''});
}
struct Pixel { picture: u32, y: i32, x: i32 }
fn pixel_at(p: u32, end: u32) -> Pixel {
  let y = ${wholeBlocks(geometry, tile) ? y : `select(${y}, ${OUTSIDE}, p >= end)`};
  return Pixel(p / ${outHeight * outWidth}u, y, i32(p % ${outWidth}u) * ${stride});
}`;
}

/**
 * How the workgroup loads a block of an operand (`depth` pixels by `edge` rows or columns): `wide` vec4s for
 * one pixel; `pass` pixels at once, one vec4 for each invocation; `count` times.
 */
const loadsOf = ({ depth, threads }: TileShape, edge: number) => {
  const wide = edge / 4;
  return { wide, pass: threads / wide, count: (depth * wide) / threads };
};

/**
 * Whether every split has only whole blocks, so that no pixel of a block lies behind the split's last one.
 */
const wholeBlocks = (geometry: ConvGeometry, { depth }: TileShape): boolean => {
  const { pixels, length } = splitsOf(geometry);
  return pixels % length === 0 && length % depth === 0;
};

/**
 * The loads of pixels block .. block + depth - 1, one for each vec4 that this invocation brings: `a` of x, at
 * the rows' taps, `b` of dy; and the WGSL that comes before them.
 */
function blockLoads(
  geometry: ConvGeometry,
  tile: TileShape,
  block: string,
): { pixels: string; a: Load[]; b: Load[] } {
  const { ins, outs, kernel: edge } = geometry;
  const [a, b] = [loadsOf(tile, tile.rows), loadsOf(tile, tile.columns)];
  const whole = wholeBlocks(geometry, tile);
  const parts = range(ins % 4 === 0 ? 1 : 4);
  // The only tap of a 1x1 filter is the pixel itself.
  const everywhere = edge === 1 && whole && rowsOf(geometry) % tile.rows === 0;
  const of = { channels: outs, exact: outs % tile.columns === 0 };
  return {
    pixels: /* wgsl */ `
      ${unroll(a.count, (s) => `let pixel_${s} = pixel_at(${block} + a_pixel + ${s * a.pass}u, end);`)}
      ${unroll(b.count, (s) => `let p_${s} = ${block} + b_pixel + ${s * b.pass}u;`)}`,
    a: range(a.count).map((s) =>
      joinParts(
        parts.map((p) =>
          sourcePart(
            [`pixel_${s}.picture`, `pixel_${s}.y + tap_${p}.y`, `pixel_${s}.x + tap_${p}.x`, `tap_${p}.c`],
            everywhere,
          ),
        ),
      ),
    ),
    b: range(b.count).map((s) => loadFour('dy_at', of, whole ? null : `p_${s} < end`, `p_${s}`, 'n')),
  };
}

/**
 * WGSL that multiplies a block in workgroup memory, unrolled: for each pixel an outer product of rows and
 * columns.
 */
function products(tile: TileShape): string {
  const [a, b] = [loadsOf(tile, tile.rows), loadsOf(tile, tile.columns)];
  const [high, wide] = [tile.rows / tile.ownRows, tile.columns / tile.ownColumns];
  return unroll(
    tile.depth,
    (k) => /* wgsl */ `{
      ${unroll(tile.ownRows / 4, (g) => `let a_${g} = a_tile[row + ${k * a.wide + g * high}u];`)}
      ${unroll(tile.ownColumns / 4, (j) => `let b_${j} = b_tile[column + ${k * b.wide + j * wide}u];`)}
      ${multiply(
        tile,
        (i) => `a_${i >> 2}.${'xyzw'[i & 3]}`,
        (j) => `b_${j}`,
      )}
      }`,
  );
}

/** WGSL that stores an invocation's sums: rows 4i .. 4i + 3 come from one vec4 of the rows' operand. */
function store(geometry: ConvGeometry, tile: TileShape): string {
  const rows = rowsOf(geometry);
  const [high, wide] = [tile.rows / tile.ownRows, tile.columns / tile.ownColumns];
  return unroll(
    tile.ownRows,
    (i) => /* wgsl */ `{
        let m = row_tile * ${tile.rows}u + 4u * row + ${4 * (i >> 2) * high + (i & 3)}u;
        if (m < ${rows}u) {
          ${unroll(
            tile.ownColumns / 4,
            (j) =>
              `put(time * ${rows}u + m, 0u, column_tile * ${tile.columns / 4}u + column + ${j * wide}u, sum_${i}_${j});`,
          )}
        }
      }`,
  );
}

/**
 * WGSL condition: this invocation also computes the bias's gradient, the sum of dy, for four columns.
 * Workgroups of the first row tile do so, pixel after pixel, so that every tile shape rounds alike.
 */
const sumsBias = (tile: TileShape) => `row_tile == 0u && lane < ${loadsOf(tile, tile.columns).wide}u`;

const addToBias = (tile: TileShape): string => /* wgsl */ `if (${sumsBias(tile)}) {
        ${unroll(tile.depth, (k) => `bias += b_tile[lane + ${k * loadsOf(tile, tile.columns).wide}u];`)}
        }`;

function putBias({ outs }: ConvGeometry, tile: TileShape): string {
  const put =
    outs % 4 === 0
      ? `if (n < ${outs / 4}u) { biasSums[time * ${outs / 4}u + n] = bias; }`
      : unroll(
          4,
          (c) =>
            `if (4u * n + ${c}u < ${outs}u) { biasSums[time * ${outs}u + 4u * n + ${c}u] = bias[${c}]; }`,
        );
  return `if (${sumsBias(tile)}) {
        ${put}
      }`;
}

function declarationsOf(geometry: ConvGeometry, tile: TileShape, partial: Value | null): string {
  const { ins, outs, height, width, upsample } = geometry;
  return /* wgsl */ `
${sourceFunctions({ height, width, channels: ins, half: upsample })}
${loadFunction('dy_at', 'dy', outs)}
${placeFunctions(geometry, tile)}
${putFunction(outs, partial ? `partial[${PLACE} + i] = sum;` : PUT_GRADIENT, outs % tile.columns === 0)}`;
}

/**
 * WGSL: the loop over the blocks of a split. The next block's loads start before a block is multiplied and
 * are staged behind it: in one scope without a branch, so that no compiler has to wait for them in between.
 */
function sumOverBlocks(geometry: ConvGeometry, tile: TileShape, biased: boolean): string {
  const start = (block: string) => {
    const { pixels, a, b } = blockLoads(geometry, tile, block);
    return `${pixels}
      ${lines(a, (load, s) => declareLoad(`a_${s}`, load))}
      ${lines(b, (load, s) => declareLoad(`b_${s}`, load))}`;
  };
  const { a, b } = blockLoads(geometry, tile, 'start');
  const stage = /* wgsl */ `
        ${lines(a, (load, s) => `a_tile[lane + ${s * tile.threads}u] = ${staged(`a_${s}`, load)};`)}
        ${lines(b, (load, s) => `b_tile[lane + ${s * tile.threads}u] = ${staged(`b_${s}`, load)};`)}
        workgroupBarrier();`;
  // Past the last block: zeros, or the last block once more.
  const next = `block + ${tile.depth}u`;
  return /* wgsl */ `{
        ${start('start')}
        ${stage}
      }
      for (var block = start; block < end; block += ${tile.depth}u) {
        ${biased ? addToBias(tile) : ''}
        let next = ${wholeBlocks(geometry, tile) ? `min(${next}, end - ${tile.depth}u)` : next};
        ${start('next')}
        ${products(tile)}
        workgroupBarrier();
        ${stage}
      }`;
}

/**
 * The GEMM: the sums of all splits to `partial`, or to the gradient if `partial` is null; biasSums if wanted.
 */
function productSpec(
  geometry: ConvGeometry,
  { x, dy, control, gradient, biasSums }: ConvFilterGradient,
  tile: TileShape,
  partial: Value | null,
  before: number,
): TileSpec {
  const { ins, outs } = geometry;
  const { pixels, length, splits } = splitsOf(geometry);
  const rows = rowsOf(geometry);
  const { params, ...grid } = tiling(tile, rows, outs, splits);
  const [a, b] = [loadsOf(tile, tile.rows), loadsOf(tile, tile.columns)];
  const type = typeOf(outs % 4 === 0);
  const results: Record<string, Binding> = partial
    ? { partial: { value: rowsIn(partial).whole, access: 'write', type, bytes: byteLengthOf(partial) } }
    : {
        control: { value: control, access: 'read', type: 'u32' },
        gradient: { value: gradient, access: 'update', type },
      };
  return {
    ...{ op: 'conv filter gradient', flops: 2 * pixels * rows * outs, params, ...grid },
    ...(partial ? { place: rowsIn(partial).first / (outs % 4 === 0 ? 4 : 1) } : {}),
    bindings: {
      source: { value: x, access: 'read', type: typeOf(ins % 4 === 0) },
      dy: { value: dy, access: 'read', type },
      ...results,
      ...(biasSums ? { biasSums: { value: biasSums, access: 'write', type } } : {}),
    },
    memory: [tile.depth * a.wide, tile.depth * b.wide],
    declarations: declarationsOf(geometry, tile, partial),
    body: /* wgsl */ `${tileIndex(before)}
      let start = time * ${length}u;
      let end = min(start + ${length}u, ${pixels}u);
      ${ownPlace(tile)}
      let m = 4u * (row_tile * ${a.wide}u + lane % ${a.wide}u);
      let n = column_tile * ${b.wide}u + lane % ${b.wide}u;
      let a_pixel = lane / ${a.wide}u;
      let b_pixel = lane / ${b.wide}u;
      ${unroll(ins % 4 === 0 ? 1 : 4, (p) => `let tap_${p} = tap_at(m + ${p}u);`)}
      ${declareSums(tile)}
      ${biasSums ? 'var bias = vec4<f32>(0.0);' : ''}
      ${sumOverBlocks(geometry, tile, biasSums !== null)}
      ${store(geometry, tile)}
      ${biasSums ? putBias(geometry, tile) : ''}`,
  };
}
