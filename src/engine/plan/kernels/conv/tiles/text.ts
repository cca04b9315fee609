// WGSL that the tiled GEMMs have in common: which tile a workgroup and which rows and columns an invocation
// computes, the sums in named variables (so that the compiler keeps them in registers), loads and stores in
// global memory. Not here: how operands come into workgroup memory (operands.ts, gather.ts, filter.ts).
import { range, unroll } from '../../wgsl-text.ts';
import { type Kernel, kernel, type KernelSpec } from '../../kernel.ts';
import type { TileShape } from './shapes.ts';

/**
 * An offset that moves a load outside of every picture. A surplus k or pixel is moved by OUTSIDE in either
 * direction, a surplus row by -2 OUTSIDE, so that their sum is outside too.
 */
export const OUTSIDE = 1 << 24;

/** A GEMM as a kernel, and how many vec4s of each operand's tile it keeps in workgroup memory. */
export type TileSpec = KernelSpec & { memory: readonly [a: number, b: number] };

/** The kernel of GEMMs that share workgroup memory. */
export function tileKernel({ memory: [a, b], ...spec }: TileSpec): Kernel {
  const memory = /* wgsl */ `
var<workgroup> a_tile: array<vec4<f32>, ${a}>;
var<workgroup> b_tile: array<vec4<f32>, ${b}>;`;
  return kernel('tiles', { ...spec, declarations: `${memory}${spec.declarations ?? ''}` });
}

/** WGSL element type of an array: vec4s if `four`, that is if the channels are a multiple of 4. */
export const typeOf = (four: boolean): 'f32' | 'vec4<f32>' => (four ? 'vec4<f32>' : 'f32');

/**
 * WGSL: the tile that this workgroup computes: `row_tile`, `column_tile`, and `time`, the index of the GEMM
 * (a split of the filter gradient, or a parity of pixels). Columns vary fastest: neighbouring workgroups read
 * the same pixels, and the weights fit any cache. `before`: workgroups of the dispatch that compute something
 * else.
 */
export const tileIndex = (before = 0): string => /* wgsl */ `
      let index = group.y * 32768u + group.x - ${before}u;
      if (index >= params.tiles) { return; }
      let column_tile = index % params.columnTiles;
      let row_tile = index / params.columnTiles % params.rowTiles;
      let time = index / params.columnTiles / params.rowTiles;`;

/**
 * WGSL: `row` and `column`, the first row and the first vec4 of columns of an invocation within the tile. The
 * next ones are rows / ownRows rows and columns / ownColumns vec4s apart: so neighbouring invocations read
 * without bank conflicts, and their stores coalesce. Workgroup memory is indexed by sums and products of
 * `lane`: Chromium's compiler then sees that the indices are in range and adds no clamps to the reads (seen
 * in its SPIR-V).
 */
export const ownPlace = ({ columns, ownColumns }: TileShape): string => /* wgsl */ `
      let row = lane / ${columns / ownColumns}u;
      let column = lane % ${columns / ownColumns}u;`;

/** WGSL: declares the sums `sum_{row}_{vec4 of columns}` of an invocation, as zero. */
export const declareSums = ({ ownRows, ownColumns }: TileShape): string =>
  unroll(ownRows, (i) => unroll(ownColumns / 4, (j) => `var sum_${i}_${j} = vec4<f32>(0.0);`));

/**
 * WGSL: adds the products for one k to all sums. `a(i)` is the number of row i, `b(j)` the j-th vec4 of
 * columns. By fma, so that every tile shape rounds alike.
 */
export const multiply = (
  { ownRows, ownColumns }: TileShape,
  a: (i: number) => string,
  b: (j: number) => string,
): string =>
  unroll(ownRows, (i) =>
    unroll(ownColumns / 4, (j) => `sum_${i}_${j} = fma(vec4<f32>(${a(i)}), ${b(j)}, sum_${i}_${j});`),
  );

/**
 * WGSL function put(at, picture, four, sums): stores the `four`-th vec4 of columns of row `at` of the result,
 * except columns outside, of which there are none if `exact`. `statement` stores `sum` at element `i`, column
 * `n`: a vec4 if 4 divides `columns`, else an f32.
 */
export function putFunction(columns: number, statement: string, exact: boolean): string {
  const parameters = 'at: u32, picture: u32, four: u32, sums: vec4<f32>';
  if (columns % 4 === 0) {
    return /* wgsl */ `
fn put(${parameters}) {
  let width = ${columns / 4}u;
  let n = four;
  ${exact ? '' : 'if (n >= width) { return; }'}
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

/**
 * A vec4 loaded from global memory, as WGSL expressions. The load has no branch: `value` is of any address in
 * range where not `inside`, and becomes zero only when it is staged. A branch that joins a zero would make
 * AMD's compiler in Mesa wait for each load at once (seen in its machine code). `inside`: a bool, or a
 * vec4<bool> for four scalars; null where it is always true.
 */
export interface Load {
  value: string;
  inside: string | null;
}

/** The Load of one vec4, or of the four scalars that make one up. */
export function joinParts(parts: readonly Load[]): Load {
  const [only] = parts as [Load];
  if (parts.length === 1) return only;
  const all = parts.every(({ inside }) => inside === null);
  return {
    value: `vec4<f32>(${parts.map(({ value }) => value).join(', ')})`,
    inside: all ? null : `vec4<bool>(${parts.map(({ inside }) => inside ?? 'true').join(', ')})`,
  };
}

/** WGSL condition of all conditions; null where there is none. */
export function both(...conditions: readonly (string | null)[]): string | null {
  const given = conditions.filter((condition) => condition !== null);
  return given.length === 0 ? null : given.map((condition) => `(${condition})`).join(' & ');
}

/** WGSL: starts load `name`. `staged(name, load)` is its result, to be used in the same scope. */
export const declareLoad = (name: string, { value, inside }: Load): string =>
  `let load_${name} = ${value};${inside === null ? '' : `\n      let inside_${name} = ${inside};`}`;

/** WGSL expression: the vec4 that load `name` brought, zeros outside. */
export const staged = (name: string, { inside }: Pick<Load, 'inside'>): string =>
  inside === null ? `load_${name}` : `select(vec4<f32>(0.0), load_${name}, inside_${name})`;

/**
 * WGSL function name(inside, at, c): channel c of row `at` of a matrix of `channels` columns in global
 * memory; any number of it if not `inside`. c counts vec4s of channels if 4 divides `channels`.
 */
export function loadFunction(name: string, array: string, channels: number): string {
  const four = channels % 4 === 0;
  return /* wgsl */ `
fn ${name}(inside: bool, at: u32, c: u32) -> ${typeOf(four)} {
  return ${array}[select(0u, at * ${four ? channels / 4 : channels}u + c, inside)];
}`;
}

/** Row `at` and channel `c` by a function of `loadFunction`. */
export const loadPart = (name: string, inside: string | null, at: string, c: string): Load => ({
  value: `${name}(${inside ?? 'true'}, ${at}, ${c})`,
  inside,
});

/**
 * The `four`-th vec4 of channels of row `at` by a function of `loadFunction`. `exact`: no such vec4 lies
 * beyond the last channel.
 */
export function loadFour(
  name: string,
  { channels, exact }: { channels: number; exact: boolean },
  inside: string | null,
  at: string,
  four: string,
): Load {
  if (channels % 4 === 0) {
    return loadPart(name, both(inside, exact ? null : `${four} < ${channels / 4}u`), at, four);
  }
  return joinParts(
    range(4).map((i) => {
      const c = `4u * ${four} + ${i}u`;
      return loadPart(name, both(inside, `${c} < ${channels}u`), at, c);
    }),
  );
}

/**
 * WGSL functions source_inside(y, x), and source_at(picture, y, x, c): channel c of pixel (y, x) of `source`,
 * any number of it outside the picture. c counts vec4s if 4 divides `channels`. `half`: in memory the picture
 * has half of height and width; it is read as if upsampled.
 */
export function sourceFunctions({
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
  const scale = half ? 2 : 1;
  const four = channels % 4 === 0;
  return /* wgsl */ `
fn source_inside(y: i32, x: i32) -> bool {
  return (u32(y) < ${height}u) & (u32(x) < ${width}u);
}
fn source_at(picture: u32, y: i32, x: i32, c: u32) -> ${typeOf(four)} {
  let pixel = (picture * ${height / scale}u + (u32(y)${shift})) * ${width / scale}u + (u32(x)${shift});
  return source[select(0u, pixel * ${four ? channels / 4 : channels}u + c, source_inside(y, x))];
}`;
}

/** Channel c of pixel (y, x) by these functions. `everywhere`: the pixel is in the picture for sure. */
export const sourcePart = (
  [picture, y, x, c]: readonly [string, string, string, string],
  everywhere: boolean,
): Load => ({
  value: `source_at(${picture}, ${y}, ${x}, ${c})`,
  inside: everywhere ? null : `source_inside(${y}, ${x})`,
});
