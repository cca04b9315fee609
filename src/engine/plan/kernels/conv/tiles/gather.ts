// The implicit GEMM of a convolution and of its input gradient, for GPUs in hardware: a row is a pixel of the
// result, a column one of its channels, and k runs over taps and source channels, which are gathered from the
// source (im2col without the matrix in memory). Not here: addressing the operands (operands.ts), the filter
// gradient (filter.ts).
import { lines, range, unroll } from '../../wgsl-text.ts';
import {
  blockLoads,
  type GatherProduct,
  type Loads,
  loadsOf,
  origins,
  rowsOf,
  tapFunctions,
  type Way,
} from './operands.ts';
import { type TileShape, tiling } from './shapes.ts';
import {
  declareLoad,
  declareSums,
  loadFunction,
  multiply,
  ownPlace,
  putFunction,
  sourceFunctions,
  staged,
  tileIndex,
  tileKernel,
  type TileSpec,
  typeOf,
} from './text.ts';
import type { Kernel } from '../../kernel.ts';

/**
 * Layout of a block of the weight in workgroup memory, in vec4s. Forward: as in global memory, for each k a
 * row of vec4s of columns. Input gradient: for each column a row of vec4s of k, padded to an odd number of
 * vec4s (`rowFours`) against bank conflicts between neighbouring invocations. Columns are grouped by their
 * remainder modulo 4, `quarter` vec4s apart, so that an invocation holds four neighbouring columns of the
 * result; the extra depth / 4 vec4s of a quarter avoid bank conflicts of the stores.
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

/**
 * WGSL: which elements of the weight this invocation loads, and `b_place_*`, where in workgroup memory they
 * go.
 */
function weightPlaces(way: Way, tile: TileShape, { fours, pass, weightLoads }: Loads): string {
  if (way === 'forward') {
    const wide = tile.columns / 4;
    return /* wgsl */ `let n = column_tile * ${wide}u + lane % ${wide}u;
      ${unroll(
        weightLoads,
        (s) => `let k_${s} = lane / ${wide}u + ${(s * tile.threads) / wide}u;
      let b_place_${s} = lane + ${s * tile.threads}u;`,
      )}`;
  }
  const { rowFours, quarter } = weightLayout(way, tile);
  return unroll(
    weightLoads,
    (s) => /* wgsl */ `let own_n_${s} = lane / ${fours}u + ${s * pass}u;
      let n_${s} = column_tile * ${tile.columns}u + own_n_${s};
      let b_place_${s} = own_n_${s} % 4u * ${quarter}u + own_n_${s} / 4u * ${rowFours}u + own_four;`,
  );
}

/** WGSL that multiplies a block in workgroup memory, unrolled over its `depth` values of k. */
function products(way: Way, tile: TileShape, { fours }: Loads): string {
  const [high, wide] = [tile.rows / tile.ownRows, tile.columns / tile.ownColumns];
  const { rowFours, quarter } = weightLayout(way, tile);
  const name = (component: number) => 'xyzw'[component] as string;
  const columnFours = tile.ownColumns / 4;
  return unroll(fours, (q) => {
    const a = unroll(tile.ownRows, (i) => `let a_${i} = a_tile[row * ${fours}u + ${i * high * fours + q}u];`);
    const step = (component: number, b: (j: number) => string) =>
      multiply(tile, (i) => `a_${i}.${name(component)}`, b);
    const forward = () =>
      unroll(
        4,
        (component) => /* wgsl */ `{
      ${unroll(columnFours, (j) => `let b_${j} = b_tile[column + ${((4 * q + component) * tile.columns) / 4 + j * wide}u];`)}
      ${step(component, (j) => `b_${j}`)}
      }`,
      );
    const back = () => /* wgsl */ `
      ${unroll(columnFours, (j) => unroll(4, (c) => `let b_${j}_${c} = b_tile[column * ${rowFours}u + ${c * quarter + j * wide * rowFours + q}u];`))}
      ${unroll(4, (component) =>
        step(
          component,
          (j) =>
            `vec4<f32>(${range(4)
              .map((c) => `b_${j}_${c}.${name(component)}`)
              .join(', ')})`,
        ),
      )}`;
    return `{
      ${a}
      ${way === 'forward' ? forward() : back()}
      }`;
  });
}

/** WGSL that stores an invocation's sums, row by row, if the row is a pixel of the result. */
function store(product: GatherProduct, tile: TileShape): string {
  const { high, wide, rows } = rowsOf(product);
  const { height, width } = product.result;
  const [highTile, wideTile] = [tile.rows / tile.ownRows, tile.columns / tile.ownColumns];
  return unroll(tile.ownRows, (i) => {
    const put = unroll(
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
        let inside = ${rows % tile.rows === 0 ? 'true' : `point < ${rows}u`};`;
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

/**
 * WGSL: the loop over the blocks of the sum. The next block's loads start before a block is multiplied and
 * are staged behind it: in one scope, so that no compiler has to wait for them in between.
 */
function sumOverBlocks(product: GatherProduct, tile: TileShape, loads: Loads): string {
  const { way, edge, source } = product;
  // A literal where possible: for a loop that provably ends, the compiler adds no guard against an endless
  // loop.
  const length = way === 'back by parity' ? 'taps.length' : `${edge ** 2 * source.channels}u`;
  const start = (block: string) => {
    const { steps, a, b } = blockLoads(product, tile, loads, block);
    return `${steps}
      ${lines(a, (load, s) => declareLoad(`a_${s}`, load))}
      ${lines(b, (load, s) => declareLoad(`b_${s}`, load))}`;
  };
  const { a, b } = blockLoads(product, tile, loads, '0u');
  const stage = /* wgsl */ `
        ${lines(a, (load, s) => `a_tile[lane + ${s * tile.threads}u] = ${staged(`a_${s}`, load)};`)}
        ${lines(b, (load, s) => `b_tile[b_place_${s}] = ${staged(`b_${s}`, load)};`)}
        workgroupBarrier();`;
  // Past the last block: zeros, or the last block once more.
  const next = `block + ${tile.depth}u`;
  return /* wgsl */ `{
        ${start('0u')}
        ${stage}
      }
      for (var block = 0u; block < ${length}; block += ${tile.depth}u) {
        let next = ${loads.ragged ? next : `min(${next}, ${length} - ${tile.depth}u)`};
        ${start('next')}
        ${products(way, tile, loads)}
        workgroupBarrier();
        ${stage}
      }`;
}

/** The kernel of `product` in tiles of shape `tile`. */
export const gatherProduct = (product: GatherProduct, tile: TileShape): Kernel =>
  tileKernel(gatherSpec(product, tile));

/** The same as part of a kernel. */
export function gatherSpec(product: GatherProduct, tile: TileShape): TileSpec {
  const { op, flops, way, source, weight, result, bindings, put, place } = product;
  const loads = loadsOf(product, tile);
  const { rows, times } = rowsOf(product);
  const { params, ...grid } = tiling(tile, rows, result.channels, times);
  const channelsOfWeight = way === 'forward' ? result.channels : source.channels;
  return {
    ...{ op, flops, params, ...grid, ...(place === undefined ? {} : { place }) },
    bindings: {
      source: { value: source.value, access: 'read', type: typeOf(source.channels % 4 === 0) },
      weight: { value: weight, access: 'read', type: typeOf(channelsOfWeight % 4 === 0) },
      ...bindings,
    },
    memory: [tile.rows * loads.fours, weightLayout(way, tile).size],
    declarations: /* wgsl */ `
${sourceFunctions(source)}
${loadFunction('weight_at', 'weight', channelsOfWeight)}
${tapFunctions(product, loads)}
${putFunction(result.channels, put, result.channels % tile.columns === 0)}`,
    body: /* wgsl */ `${tileIndex()}
      let taps = taps_of(time);
      ${ownPlace(tile)}
      let own_four = lane % ${loads.fours}u;
      ${origins(product, tile, loads)}
      ${weightPlaces(way, tile, loads)}
      ${declareSums(tile)}
      ${sumOverBlocks(product, tile, loads)}
      ${store(product, tile)}`,
  };
}
