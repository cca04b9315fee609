// The product behind a convolution and its input gradient on GPUs in hardware: rows are points of a picture, each gathers under
// its taps the channels it is a sum over. Not here: the filter's gradient, a sum over pixels (conv-tiles-filter.ts).
import { type TileShape, tiling } from './conv-tiles-shapes.ts';
import {
  declareSums,
  lines,
  loadFour,
  loadFunction,
  multiply,
  OUTSIDE,
  ownPlace,
  putFunction,
  range,
  sourceFunction,
  tileIndex,
  typeOf,
} from './conv-tiles-text.ts';
import { type Binding, type Kernel, kernel, type Value } from './kernel.ts';

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
}

/** Rows of the product, and how often they are gone through: with parities apart a quarter of the points, rounded up, four times. */
export function rowsOf({ way, result: { batch, height, width } }: Pick<GatherProduct, 'way' | 'result'>) {
  const part = way === 'back by parity' ? 2 : 1;
  const [high, wide] = [Math.ceil(height / part), Math.ceil(width / part)];
  return { high, wide, rows: batch * high * wide, times: part * part };
}

/** How operands are loaded. */
function loadsOf({ way, edge, source: { channels } }: GatherProduct, { depth, threads }: TileShape) {
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
  };
}

type Loads = ReturnType<typeof loadsOf>;

/** struct Taps: what taps there are; struct Step: for step k of the sum the way from a row's origin to its pixel, channel, tap. */
function tapFunctions(product: GatherProduct, { parts, aligned, ragged }: Loads): string {
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
function origins(product: GatherProduct, tile: TileShape, { fours, pass }: Loads): string {
  const { way, stride, padBefore } = product;
  const { high, wide, rows } = rowsOf(product);
  const origin = {
    forward: (at: string) => `i32(${at}) * ${stride} - ${padBefore}`,
    back: (at: string) => `i32(${at}) + ${padBefore}`,
    'back by parity': (at: string, axis: string) => `i32(${at} + taps.origin.${axis})`,
  }[way];
  const surplus = rows % tile.rows !== 0;
  return lines(tile.rows / pass, (s) => {
    const y = origin(`row_${s} / ${wide}u % ${high}u`, 'x');
    return /* wgsl */ `let row_${s} = row_tile * ${tile.rows}u + lane / ${fours}u + ${s * pass}u;
      let picture_${s} = row_${s} / ${high * wide}u;
      let y_${s} = ${surplus ? `select(${y}, ${-2 * OUTSIDE}, row_${s} >= ${rows}u)` : y};
      let x_${s} = ${origin(`row_${s} % ${wide}u`, 'y')};`;
  });
}

/** Loads the block of the sum at `block` into registers: `load_a_` of the source, `load_b_` of the weight. */
function fetch(product: GatherProduct, tile: TileShape, loads: Loads, block: string): string {
  const { way, result } = product;
  const { parts, pass } = loads;
  const join = (load: (part: number) => string) =>
    parts === 1 ? load(0) : `vec4<f32>(${range(parts).map(load).join(', ')})`;
  const a = lines(
    tile.rows / pass,
    (s) =>
      `load_a_${s} = ${join((p) => `source_at(picture_${s}, y_${s} + step_${p}.y, x_${s} + step_${p}.x, step_${p}.c)`)};`,
  );
  const b = lines(weightLoads(tile), (s) => {
    if (way !== 'forward') {
      const row = (p: number) => `step_${p}.tap * ${result.channels}u + n_${s}`;
      const inside = (p: number) => `step_${p}.inside & (n_${s} < ${result.channels}u)`;
      return `load_b_${s} = ${join((p) => `weight_at(${inside(p)}, ${row(p)}, step_${p}.c)`)};`;
    }
    const k = `${block} + k_${s}`;
    const inside = loads.ragged ? `(${k} < taps.length)` : 'true';
    return `load_b_${s} = ${loadFour('weight_at', result.channels, inside, k, 'n')};`;
  });
  return /* wgsl */ `
      ${lines(parts, (p) => `let step_${p} = step_at(${block}, own_four, ${p}u, taps);`)}
      ${a}
      ${b}`;
}

const weightLoads = ({ columns, depth, threads }: TileShape) => (columns * depth) / 4 / threads;

/**
 * How a block of the weight lies in workgroup memory. Forward as in global memory, a row of fours of columns to a step of the
 * sum. Back a row of fours of steps to a column: an odd number of fours, so that invocations side by side meet different banks;
 * columns by their remainder of 4, so that an invocation holds four neighbours of the result; between those half a row's shift,
 * for the stores.
 */
function weightLayout(way: Way, { columns, depth }: TileShape) {
  const rowFours = depth / 4 + 1;
  const quarter = (columns / 4) * rowFours + depth / 4;
  return {
    rowFours,
    quarter,
    size: way === 'forward' ? (depth * columns) / 4 : 4 * quarter,
  };
}

/** Which part of the weight this invocation loads, and where it stores it. */
function weightPlaces(way: Way, tile: TileShape, { fours, pass }: Loads): string {
  if (way === 'forward') {
    const wide = tile.columns / 4;
    return /* wgsl */ `let n = column_tile * ${wide}u + lane % ${wide}u;
      ${lines(
        weightLoads(tile),
        (s) => `let k_${s} = lane / ${wide}u + ${(s * tile.threads) / wide}u;
      let b_place_${s} = lane + ${s * tile.threads}u;`,
      )}`;
  }
  const { rowFours, quarter } = weightLayout(way, tile);
  return lines(
    weightLoads(tile),
    (s) => /* wgsl */ `let own_n_${s} = lane / ${fours}u + ${s * pass}u;
      let n_${s} = column_tile * ${tile.columns}u + own_n_${s};
      let b_place_${s} = own_n_${s} % 4u * ${quarter}u + own_n_${s} / 4u * ${rowFours}u + own_four;`,
  );
}

/** All products of a block in workgroup memory, unrolled. */
function products(way: Way, tile: TileShape, { fours }: Loads): string {
  const [high, wide] = [tile.rows / tile.ownRows, tile.columns / tile.ownColumns];
  const { rowFours, quarter } = weightLayout(way, tile);
  const name = (part: number) => 'xyzw'[part] as string;
  const columnFours = tile.ownColumns / 4;
  return lines(fours, (q) => {
    const a = lines(tile.ownRows, (i) => `let a_${i} = a_tile[row * ${fours}u + ${i * high * fours + q}u];`);
    const step = (part: number, b: (j: number) => string) => multiply(tile, (i) => `a_${i}.${name(part)}`, b);
    const forward = () =>
      lines(
        4,
        (part) => /* wgsl */ `{
      ${lines(columnFours, (j) => `let b_${j} = b_tile[column + ${((4 * q + part) * tile.columns) / 4 + j * wide}u];`)}
      ${step(part, (j) => `b_${j}`)}
      }`,
      );
    const back = () => /* wgsl */ `
      ${lines(columnFours, (j) => lines(4, (c) => `let b_${j}_${c} = b_tile[column * ${rowFours}u + ${c * quarter + j * wide * rowFours + q}u];`))}
      ${lines(4, (part) =>
        step(
          part,
          (j) =>
            `vec4<f32>(${range(4)
              .map((c) => `b_${j}_${c}.${name(part)}`)
              .join(', ')})`,
        ),
      )}`;
    return `{
      ${a}
      ${way === 'forward' ? forward() : back()}
      }`;
  });
}

/** Stores the sums: row by row, where it is a point of the picture. */
function store(product: GatherProduct, tile: TileShape): string {
  const { high, wide, rows } = rowsOf(product);
  const { height, width } = product.result;
  const [highTile, wideTile] = [tile.rows / tile.ownRows, tile.columns / tile.ownColumns];
  return lines(tile.ownRows, (i) => {
    const put = lines(
      tile.ownColumns / 4,
      (j) =>
        `put(at, picture, column_tile * ${tile.columns / 4}u + column + ${j * wideTile}u, sum_${i}_${j});`,
    );
    const place =
      product.way === 'back by parity'
        ? /* wgsl */ `let y = 2u * (point / ${wide}u % ${high}u) + taps.parity.x;
        let x = 2u * (point % ${wide}u) + taps.parity.y;
        let at = (picture * ${height}u + y) * ${width}u + x;
        let inside = (point < ${rows}u) & (y < ${height}u) & (x < ${width}u);`
        : /* wgsl */ `let at = point;
        let inside = point < ${rows}u;`;
    return /* wgsl */ `{
        let point = row_tile * ${tile.rows}u + row + ${i * highTile}u;
        let picture = point / ${high * wide}u;
        ${place}
        if (inside) {
          ${put}
        }
      }`;
  });
}

/** One dispatch. */
export function gatherProduct(product: GatherProduct, tile: TileShape): Kernel {
  const { op, flops, way, source, weight, result, bindings, put } = product;
  const loads = loadsOf(product, tile);
  const { rows, times } = rowsOf(product);
  const { params, ...grid } = tiling(tile, rows, result.channels, times);
  const sourceLoads = tile.rows / loads.pass;
  // A literal where it can be one: a loop that ends for sure needs no guard against one that does not.
  const length = way === 'back by parity' ? 'taps.length' : `${product.edge ** 2 * source.channels}u`;
  const four = way === 'forward' ? result.channels % 4 === 0 : source.channels % 4 === 0;
  const store_ = (name: string, count: number, place: (s: number) => string) =>
    lines(count, (s) => `${name}_tile[${place(s)}] = load_${name}_${s};`);
  return kernel('tiles', {
    ...{ op, flops, params, ...grid },
    bindings: {
      source: { value: source.value, access: 'read', type: typeOf(source.channels % 4 === 0) },
      weight: { value: weight, access: 'read', type: typeOf(four) },
      ...bindings,
    },
    declarations: /* wgsl */ `
var<workgroup> a_tile: array<vec4<f32>, ${tile.rows * loads.fours}>;
var<workgroup> b_tile: array<vec4<f32>, ${weightLayout(way, tile).size}>;
${sourceFunction(source)}
${loadFunction('weight_at', 'weight', way === 'forward' ? result.channels : source.channels)}
${tapFunctions(product, loads)}
${putFunction(result.channels, put)}`,
    body: /* wgsl */ `${tileIndex}
      let taps = taps_of(time);
      ${ownPlace(tile)}
      let own_four = lane % ${loads.fours}u;
      ${origins(product, tile, loads)}
      ${weightPlaces(way, tile, loads)}
      ${declareSums(tile)}
      ${lines(sourceLoads, (s) => `var load_a_${s} = vec4<f32>(0.0);`)}
      ${lines(weightLoads(tile), (s) => `var load_b_${s} = vec4<f32>(0.0);`)}
      {${fetch(product, tile, loads, '0u')}
      }
      for (var block = 0u; block < ${length}; block += ${tile.depth}u) {
        ${store_('a', sourceLoads, (s) => `lane + ${s * tile.threads}u`)}
        ${store_('b', weightLoads(tile), (s) => `b_place_${s}`)}
        workgroupBarrier();
        // The next block is under way while this one is multiplied.
        let next = block + ${tile.depth}u;
        if (next < ${length}) {${fetch(product, tile, loads, 'next')}
        }
        ${products(way, tile, loads)}
        workgroupBarrier();
      }
      ${store(product, tile)}`,
  });
}
