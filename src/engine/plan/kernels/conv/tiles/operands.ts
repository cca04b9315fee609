// Operand addressing of the implicit GEMM: which taps there are, which pixel and channel of the source row
// and k select, and the loads from global memory into registers. Not here: workgroup memory, the products
// (gather.ts).
import type { TileShape } from './shapes.ts';
import { range, unroll } from '../../wgsl-text.ts';
import { both, joinParts, type Load, loadFour, loadPart, OUTSIDE, sourcePart } from './text.ts';
import type { Binding } from '../../kernel.ts';
import type { Value } from '../../value.ts';

/**
 * forward: the convolution; a column is an output channel.
 * back: the input gradient of stride 1, the filter rotated by 180 degrees; a column is an input channel.
 * back by parity: the input gradient of stride 2. The pixels of each parity of (y, x) are a GEMM of their own
 * with their own taps, so that nothing is multiplied by an inserted zero.
 */
export type Way = 'forward' | 'back' | 'back by parity';

/** A convolution or an input gradient as an implicit GEMM. */
export interface GatherProduct {
  op: string;
  flops: number;
  way: Way;
  /** Edge of the square filter. */
  edge: 1 | 3;
  stride: 1 | 2;
  padBefore: 0 | 1;
  /**
   * The pictures gathered from. `half`: in memory they have half of height and width, and are read as if
   * upsampled.
   */
  source: { value: Value; height: number; width: number; channels: number; half: boolean };
  /** [k, k, ins, outs]; k of the GEMM runs over ins forward, over outs in the input gradient. */
  weight: Value;
  /** The pictures computed. */
  result: { batch: number; height: number; width: number; channels: number };
  /** Bindings of the result and of the operands that are added to it. */
  bindings: Record<string, Binding>;
  /** WGSL that stores `sum` at element `i` of the result: channel `n` (of `width`) of picture `picture`. */
  put: string;
  /** Value of PLACE in `put`. */
  place?: number;
}

/**
 * The GEMM's rows: `high` x `wide` pixels of each picture, `rows` in all; and `times`, the number of such
 * GEMMs in the dispatch. By parity there are four GEMMs, each with a quarter of the pixels, rounded up.
 */
export function rowsOf({ way, result: { batch, height, width } }: Pick<GatherProduct, 'way' | 'result'>) {
  const parities = way === 'back by parity' ? 2 : 1;
  const [high, wide] = [Math.ceil(height / parities), Math.ceil(width / parities)];
  return { high, wide, rows: batch * high * wide, times: parities * parities };
}

/** How a workgroup loads a block of both operands, `depth` values of k. */
export function loadsOf(
  { way, edge, source: { channels } }: GatherProduct,
  { rows, columns, depth, threads }: TileShape,
) {
  const aligned = channels % depth === 0;
  return {
    /**
     * Loads for four values of k: one vec4, or four scalars if the number of channels is no multiple of 4.
     */
    loadsPerFour: channels % 4 === 0 ? 1 : 4,
    /**
     * Whether each block lies within one tap, so that tap and channel are the same division for all
     * invocations.
     */
    aligned,
    /** Whether the last block may be shorter than `depth`. */
    ragged: (edge * edge * channels) % depth !== 0 || (way === 'back by parity' && (!aligned || edge === 1)),
    /** vec4s along k of a block. */
    fours: depth / 4,
    /** Rows that the workgroup loads at once, one vec4 for each invocation. */
    pass: threads / (depth / 4),
    /** vec4s that each invocation loads of the source, and of the weight. */
    sourceLoads: (rows * depth) / 4 / threads,
    weightLoads: (columns * depth) / 4 / threads,
  };
}

export type Loads = ReturnType<typeof loadsOf>;

/**
 * WGSL: `taps_of(time)`, the taps of GEMM `time`; `step_at(block, four, part, taps)`, for one k: the offset
 * (y, x) from a row's origin to its source pixel, the source channel `c`, the tap's index in the weight, and
 * whether k is in range.
 */
export function tapFunctions(product: GatherProduct, { loadsPerFour, aligned, ragged }: Loads): string {
  const { way, edge, padBefore, source } = product;
  const parity = way === 'back by parity';
  const sign = way === 'forward' ? '' : '-';
  const move = (step: string) =>
    ragged ? `select(${OUTSIDE}, ${sign}i32(${step}), inside)` : `${sign}i32(${step})`;
  // A parity has only the taps for which y + pad - tap is even. The parity with the most taps comes first, so
  // that the last workgroups of the dispatch are short ones.
  const taps = parity
    ? /* wgsl */ `
  let parity = vec2<u32>(time >> 1u, time & 1u) ^ vec2<u32>(${padBefore}u);
  let first = (parity + ${padBefore}u) & vec2<u32>(1u);
  let count = ${edge === 3 ? 2 : 1}u - first;
  return Taps(parity, first, (parity + ${padBefore}u - first) / 2u, count, count.x * count.y * ${source.channels}u);`
    : /* wgsl */ `
  return Taps(vec2<u32>(0u), vec2<u32>(0u), vec2<u32>(0u), vec2<u32>(${edge}u), ${edge * edge * source.channels}u);`;
  return /* wgsl */ `
struct Taps { parity: vec2<u32>, first: vec2<u32>, origin: vec2<u32>, count: vec2<u32>, length: u32 }
fn taps_of(time: u32) -> Taps {${taps}
}
struct Step { y: i32, x: i32, c: u32, tap: u32, inside: bool }
fn step_at(block: u32, four: u32, part: u32, taps: Taps) -> Step {
  let k = ${aligned ? 'block' : 'block + 4u * four + part'};
  let inside = ${ragged ? 'k < taps.length' : 'true'};
  let tap = k / ${source.channels}u;
  let h = tap ${parity ? '>> (taps.count.y - 1u)' : `/ ${edge}u`};
  let w = tap ${parity ? '& (taps.count.y - 1u)' : `% ${edge}u`};
  let c = k % ${source.channels}u${loadsPerFour === 1 ? ' / 4u' : ''}${aligned ? ' + four' : ''};
  let weight_tap = ${parity ? `(taps.first.x + 2u * h) * ${edge}u + taps.first.y + 2u * w` : 'tap'};
  return Step(${move('h')}, ${move('w')}, c, weight_tap, inside);
}`;
}

/**
 * WGSL: the origin of each row that this invocation loads: `picture_*`, and the source pixel `y_*`, `x_*` of
 * its first tap. Surplus rows are moved outside of every picture.
 */
export function origins(
  product: GatherProduct,
  tile: TileShape,
  { fours, pass, sourceLoads }: Loads,
): string {
  const { way, stride, padBefore } = product;
  const { high, wide, rows } = rowsOf(product);
  const origin = {
    forward: (at: string) => `i32(${at}) * ${stride} - ${padBefore}`,
    back: (at: string) => `i32(${at}) + ${padBefore}`,
    'back by parity': (at: string, axis: string) => `i32(${at} + taps.origin.${axis})`,
  }[way];
  const surplus = rows % tile.rows !== 0;
  return unroll(sourceLoads, (s) => {
    const y = origin(`row_${s} / ${wide}u % ${high}u`, 'x');
    return /* wgsl */ `let row_${s} = row_tile * ${tile.rows}u + lane / ${fours}u + ${s * pass}u;
      let picture_${s} = row_${s} / ${high * wide}u;
      let y_${s} = ${surplus ? `select(${y}, ${-2 * OUTSIDE}, row_${s} >= ${rows}u)` : y};
      let x_${s} = ${origin(`row_${s} % ${wide}u`, 'y')};`;
  });
}

/**
 * The loads of the block from k = `block` on: `a` of the source, `b` of the weight, one for each vec4 that
 * this invocation brings; and the WGSL that comes before them.
 */
export function blockLoads(
  product: GatherProduct,
  tile: TileShape,
  loads: Loads,
  block: string,
): { steps: string; a: Load[]; b: Load[] } {
  const { way, edge, result } = product;
  const { loadsPerFour, sourceLoads, weightLoads, ragged } = loads;
  const parts = range(loadsPerFour);
  // The only tap of a 1x1 filter is the pixel itself.
  const everywhere = edge === 1 && !ragged && rowsOf(product).rows % tile.rows === 0;
  const exact = result.channels % tile.columns === 0;
  const a = range(sourceLoads).map((s) =>
    joinParts(
      parts.map((p) =>
        sourcePart(
          [`picture_${s}`, `y_${s} + step_${p}.y`, `x_${s} + step_${p}.x`, `step_${p}.c`],
          everywhere,
        ),
      ),
    ),
  );
  const b = range(weightLoads).map((s) => {
    if (way !== 'forward') {
      const column = exact ? null : `n_${s} < ${result.channels}u`;
      return joinParts(
        parts.map((p) => {
          const inside = both(ragged ? `step_${p}.inside` : null, column);
          return loadPart('weight_at', inside, `step_${p}.tap * ${result.channels}u + n_${s}`, `step_${p}.c`);
        }),
      );
    }
    const k = `${block} + k_${s}`;
    const inside = ragged ? `${k} < taps.length` : null;
    return loadFour('weight_at', { channels: result.channels, exact }, inside, k, 'n');
  });
  return {
    steps: unroll(loadsPerFour, (p) => `let step_${p} = step_at(${block}, own_four, ${p}u, taps);`),
    a,
    b,
  };
}
