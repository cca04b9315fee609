// WGSL that the tiled products have in common, unrolled into named registers: where a workgroup and an invocation stand, the
// sums, the store. Not here: how operands come into workgroup memory (conv-tiles-operands.ts, conv-tiles-filter.ts).
import { range, unroll } from '../../wgsl-text.ts';
import type { TileShape } from './shapes.ts';

/** What a load moves by to be outside of every picture: rows that are surplus twice as far up as steps that are go either way. */
export const OUTSIDE = 1 << 24;

/** Numbers (f32) or fours of them, by whether the channels allow it. */
export const typeOf = (four: boolean): 'f32' | 'vec4<f32>' => (four ? 'vec4<f32>' : 'f32');

/**
 * Which tile this workgroup computes: `row_tile`, `column_tile`, and `time` of the times the matrix is gone through. Columns
 * first: workgroups side by side read the same pixels, and the weights fit any cache.
 */
export const tileIndex = /* wgsl */ `
      let index = group.y * 32768u + group.x;
      if (index >= params.tiles) { return; }
      let column_tile = index % params.columnTiles;
      let row_tile = index / params.columnTiles % params.rowTiles;
      let time = index / params.columnTiles / params.rowTiles;`;

/**
 * `row` and `column` of an invocation within the tile; it computes every so-many-th row, and fours of columns likewise, so that
 * invocations side by side meet different banks and store side by side. Workgroup memory is indexed by sums and products of
 * `lane`: Chromium's compiler then sees that they are in range and adds no clamp to a read (seen in its SPIR-V).
 */
export const ownPlace = ({ columns, ownColumns }: TileShape): string => /* wgsl */ `
      let row = lane / ${columns / ownColumns}u;
      let column = lane % ${columns / ownColumns}u;`;

/** The sums in registers, zero. */
export const declareSums = ({ ownRows, ownColumns }: TileShape): string =>
  unroll(ownRows, (i) => unroll(ownColumns / 4, (j) => `var sum_${i}_${j} = vec4<f32>(0.0);`));

/** One step of all sums; `a(i)` is a number, `b(j)` four columns. fma, so that every shape rounds alike. */
export const multiply = (
  { ownRows, ownColumns }: TileShape,
  a: (i: number) => string,
  b: (j: number) => string,
): string =>
  unroll(ownRows, (i) =>
    unroll(ownColumns / 4, (j) => `sum_${i}_${j} = fma(vec4<f32>(${a(i)}), ${b(j)}, sum_${i}_${j});`),
  );

/**
 * fn put(at, picture, four, sum): four columns of row `at` of the result. `statement` stores `sum` at `i`, where `n` is its
 * column; it is written once for fours, or for each of the four where columns do not come in fours.
 */
export function putFunction(columns: number, statement: string): string {
  const parameters = 'at: u32, picture: u32, four: u32, sums: vec4<f32>';
  if (columns % 4 === 0) {
    return /* wgsl */ `
fn put(${parameters}) {
  let width = ${columns / 4}u;
  let n = four;
  if (n >= width) { return; }
  let i = at * width + n;
  let sum = sums;
  ${statement}
}`;
  }
  return /* wgsl */ `
fn put_one(at: u32, picture: u32, n: u32, sum: f32) {
  let width = ${columns}u;
  if (n >= width) { return; }
  let i = at * width + n;
  ${statement}
}
fn put(${parameters}) {
  ${unroll(4, (c) => `put_one(at, picture, 4u * four + ${c}u, sums[${c}]);`)}
}`;
}

/** fn name(inside, at, c): channel (or four) c of row `at` of a matrix `channels` wide in global memory; zero where not inside. */
export function loadFunction(name: string, array: string, channels: number): string {
  const type = typeOf(channels % 4 === 0);
  return /* wgsl */ `
fn ${name}(inside: bool, at: u32, c: u32) -> ${type} {
  var value = ${type}(0.0);
  if (inside) { value = ${array}[at * ${channels % 4 === 0 ? channels / 4 : channels}u + c]; }
  return value;
}`;
}

/** Four channels by such a function, zeros beyond the last channel. */
export function loadFour(name: string, channels: number, inside: string, at: string, four: string): string {
  if (channels % 4 === 0) return `${name}(${inside} & (${four} < ${channels / 4}u), ${at}, ${four})`;
  const one = (c: string) => `${name}(${inside} & (${c} < ${channels}u), ${at}, ${c})`;
  return `vec4<f32>(${range(4)
    .map((c) => one(`4u * ${four} + ${c}u`))
    .join(', ')})`;
}

/**
 * fn source_at(picture, y, x, c): channel (or four) c of a pixel of `source`, zero outside the picture. `half`: the picture in memory has
 * half the height and width, and is read as if doubled.
 */
export function sourceFunction({
  height,
  width,
  channels,
  half,
}: {
  height: number;
  width: number;
  channels: number;
  half: boolean;
}): string {
  const shift = half ? ' >> 1u' : '';
  const part = half ? 2 : 1;
  const four = channels % 4 === 0;
  return /* wgsl */ `
fn source_at(picture: u32, y: i32, x: i32, c: u32) -> ${typeOf(four)} {
  var value = ${typeOf(four)}(0.0);
  if ((u32(y) < ${height}u) & (u32(x) < ${width}u)) {
    let pixel = (picture * ${height / part}u + (u32(y)${shift})) * ${width / part}u + (u32(x)${shift});
    value = source[pixel * ${four ? channels / 4 : channels}u + c];
  }
  return value;
}`;
}
