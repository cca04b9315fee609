// How the rows of a gathering product come from global memory into registers: which pixel and channel a step of the sum is for
// a row, what taps there are. Not here: workgroup memory, the products themselves (conv-tiles-gather.ts).
import type { TileShape } from './shapes.ts';
import { range, unroll } from '../../wgsl-text.ts';
import { loadFour, OUTSIDE } from './text.ts';
import type { Binding } from '../../kernel.ts';
import type { Value } from '../../value.ts';

/**
 * forward: taps walk over the picture by `stride`, a column is an output channel.
 * back: of stride 1; the taps turned round, a column is an input channel.
 * back by parity: of stride 2; the points of each parity of (y, x) apart, so that no tap that falls between is multiplied.
 */
export type Way = 'forward' | 'back' | 'back by parity';

export interface GatherProduct {
  op: string;
  flops: number;
  way: Way;
  edge: 1 | 3;
  stride: 1 | 2;
  padBefore: 0 | 1;
  /** The picture gathered from. */
  source: { value: Value; height: number; width: number; channels: number; half: boolean };
  /** [k, k, ins, outs]: ins are summed over forward, outs on the way back. */
  weight: Value;
  /** The picture computed. */
  result: { batch: number; height: number; width: number; channels: number };
  /** Bindings of the result and of what is added to it; `put` stores `sum` at `i`, channel `n` (of `width`) of `picture`. */
  bindings: Record<string, Binding>;
  put: string;
  /** What `put` reads as PLACE. */
  place?: number;
}

/** Rows of the product, and how often they are gone through: with parities apart a quarter of the points, rounded up, four times. */
export function rowsOf({ way, result: { batch, height, width } }: Pick<GatherProduct, 'way' | 'result'>) {
  const part = way === 'back by parity' ? 2 : 1;
  const [high, wide] = [Math.ceil(height / part), Math.ceil(width / part)];
  return { high, wide, rows: batch * high * wide, times: part * part };
}

/** How operands are loaded. */
export function loadsOf(
  { way, edge, source: { channels } }: GatherProduct,
  { rows, columns, depth, threads }: TileShape,
) {
  const aligned = channels % depth === 0;
  return {
    /** Loads of a four: one, or four parts where channels do not come in fours. */
    parts: channels % 4 === 0 ? 1 : 4,
    /** A block of the sum lies within one tap: where is divided, all invocations divide alike. */
    aligned,
    /** The sum may end within a block. */
    ragged: (edge * edge * channels) % depth !== 0 || (way === 'back by parity' && (!aligned || edge === 1)),
    /** Fours of a block along the sum. */
    fours: depth / 4,
    /** Rows of such fours that all invocations load at once. */
    pass: threads / (depth / 4),
    /** Fours each invocation loads. */
    sourceLoads: (rows * depth) / 4 / threads,
    weightLoads: (columns * depth) / 4 / threads,
  };
}

export type Loads = ReturnType<typeof loadsOf>;

/** struct Taps: what taps there are; struct Step: for step k of the sum the way from a row's origin to its pixel, channel, tap. */
export function tapFunctions(product: GatherProduct, { parts, aligned, ragged }: Loads): string {
  const { way, edge, padBefore, source } = product;
  const parity = way === 'back by parity';
  const sign = way === 'forward' ? '' : '-';
  const move = (step: string) =>
    ragged ? `select(${OUTSIDE}, ${sign}i32(${step}), inside)` : `${sign}i32(${step})`;
  // Of a parity only taps with (y + pad - tap) even. The parity with the most taps comes first: the last workgroups are short.
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
  let c = k % ${source.channels}u${parts === 1 ? ' / 4u' : ''}${aligned ? ' + four' : ''};
  let weight_tap = ${parity ? `(taps.first.x + 2u * h) * ${edge}u + taps.first.y + 2u * w` : 'tap'};
  return Step(${move('h')}, ${move('w')}, c, weight_tap, inside);
}`;
}

/** Where the rows this invocation loads begin in the source: `picture_`, `y_`, `x_` of each. */
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

/** Loads the block of the sum at `block` into registers: `load_a_` of the source, `load_b_` of the weight. */
export function fetch({ way, result }: GatherProduct, loads: Loads, block: string): string {
  const { parts, sourceLoads, weightLoads, ragged } = loads;
  const join = (load: (part: number) => string) =>
    parts === 1 ? load(0) : `vec4<f32>(${range(parts).map(load).join(', ')})`;
  const a = unroll(
    sourceLoads,
    (s) =>
      `load_a_${s} = ${join((p) => `source_at(picture_${s}, y_${s} + step_${p}.y, x_${s} + step_${p}.x, step_${p}.c)`)};`,
  );
  const b = unroll(weightLoads, (s) => {
    if (way !== 'forward') {
      const row = (p: number) => `step_${p}.tap * ${result.channels}u + n_${s}`;
      const inside = (p: number) => `step_${p}.inside & (n_${s} < ${result.channels}u)`;
      return `load_b_${s} = ${join((p) => `weight_at(${inside(p)}, ${row(p)}, step_${p}.c)`)};`;
    }
    const k = `${block} + k_${s}`;
    const inside = ragged ? `(${k} < taps.length)` : 'true';
    return `load_b_${s} = ${loadFour('weight_at', result.channels, inside, k, 'n')};`;
  });
  return /* wgsl */ `
      ${unroll(parts, (p) => `let step_${p} = step_at(${block}, own_four, ${p}u, taps);`)}
      ${a}
      ${b}`;
}
