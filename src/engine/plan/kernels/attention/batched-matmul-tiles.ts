// Batched matrix products for GPUs in hardware: a tiled GEMM. Tiles of both operands go through workgroup
// memory, read as vec4s where four elements are contiguous; each invocation holds blocks of 4 x 4 outputs in
// registers. Not here: the dispatch by family (batched-matmul.ts).
import {
  arrayOfB,
  type BatchedMatmulGeometry,
  type MatmulLayout,
  type MatmulValues,
  type MatrixLayout,
  type Operand,
  operandsOf,
  writesFours,
} from './batched-matmul-operands.ts';
import { type Binding, type Kernel, kernel } from '../kernel.ts';
import { range } from '../wgsl-text.ts';

/** The statements `f(i, j)` for every i < rows and j < columns, one on each line. */
const grid = (rows: number, columns: number, f: (i: number, j: number) => string): string =>
  range(rows)
    .flatMap((i) => range(columns).map((j) => f(i, j)))
    .join('\n');

/**
 * DEPTH: values of k in a tile. A workgroup has 64 invocations, arranged 8 x 8, each with `blocks` x `blocks`
 * blocks of 4 x 4 outputs (`blocks` is 1 or 2).
 */
const DEPTH = 16;
const THREADS = 64;
const SIDE = 8;

/**
 * WGSL function `<name>_one(base, e, d)`: the operand's element at edge e and depth d, or the vec4 that
 * begins there; zero outside the matrix. Without a branch: indices outside are clamped for reading.
 */
function readFunction(operand: Operand, array: string): string {
  const { name, edgeStride, depthStride, edges, depth, fours: way } = operand;
  const [lastEdge, lastDepth] = [edges - (way === 'edge' ? 4 : 1), depth - (way === 'depth' ? 4 : 1)];
  const at = `base + min(e, ${lastEdge}u) * ${edgeStride}u + min(d, ${lastDepth}u) * ${depthStride}u`;
  const type = way ? 'vec4<f32>' : 'f32';
  return /* wgsl */ `
fn ${name}_one(base: u32, e: u32, d: u32) -> ${type} {
  return select(${type}(), ${array}[${way ? `(${at}) / 4u` : at}], e < ${edges}u && d < ${depth}u);
}`;
}

/**
 * WGSL that fills the operand's tile: each invocation from lane `first` on loads one block of 4 x 4 elements.
 */
function loadTile(operand: Operand, edge: number, first: number): string {
  const { name, fours: way } = operand;
  const across = edge / 4;
  const index = first === 0 ? 'lane' : `(lane - ${first}u)`;
  // Neighbouring lanes read contiguous memory.
  const [e, d] =
    operand.depthStride === 1
      ? [`${index} / ${DEPTH / 4}u`, `${index} % ${DEPTH / 4}u`]
      : [`${index} % ${across}u`, `${index} / ${across}u`];
  const one = (i: string | number, j: string | number) => `${name}_one(${name}_base, e + ${i}u, d + ${j})`;
  const four = (k: (i: number) => [string | number, string | number]) =>
    range(4)
      .map((i) => one(...k(i)))
      .join(', ');
  const column = way === 'edge' ? one(0, 'i') : `vec4<f32>(${four((i) => [i, 'i'])})`;
  const fill =
    way === 'depth'
      ? `let block = transpose(mat4x4<f32>(${four((i) => [i, '0u'])}));
        ${range(4)
          .map((i) => `${name}_tile[to + ${i * across}u] = block[${i}];`)
          .join('\n')}`
      : `for (var i = 0u; i < 4u; i++) { ${name}_tile[to + i * ${across}u] = ${column}; }`;
  return /* wgsl */ `{
        let e = ${name}_edge + 4u * (${e});
        let d = depth + 4u * (${d});
        let to = (4u * (${d})) * ${across}u + ${e};
        ${fill}
        }`;
}

/**
 * WGSL that adds the product of the two tiles to `s<row>_<block>`. The loop is unrolled by 4 if its body is
 * short.
 */
function multiply(blocks: number): string {
  const across = SIDE * blocks;
  const unrolled = blocks === 2 ? 1 : 4;
  return /* wgsl */ `for (var p = 0u; p < ${DEPTH}u; p += ${unrolled}u) {
          ${range(unrolled)
            .map(
              (q) => `{
          ${range(blocks)
            .map(
              (i) => `let x${i} = a_tile[(p + ${q}u) * ${across}u + lane_row + ${SIDE * i}u];
          let y${i} = b_tile[(p + ${q}u) * ${across}u + lane_column + ${SIDE * i}u];`,
            )
            .join('\n')}
          ${grid(blocks * 4, blocks, (i, j) => `s${i}_${j} += x${i >> 2}[${i & 3}] * y${j};`)}
          }`,
            )
            .join('\n')}
        }`;
}

/** The `tiles` kernel of c (+)= a b for all matrices of the batch: see `batchedMatmul`. */
export function inTiles(geometry: BatchedMatmulGeometry, values: MatmulValues, layout: MatmulLayout): Kernel {
  const { batches, m, n, k } = geometry;
  const [outer, inner] = batches;
  const { a, b } = operandsOf(geometry, layout);
  const array = arrayOfB(values);
  const cFour = writesFours(geometry, layout);
  const whole = cFour && a.fours !== null && b.fours !== null;
  const blocks = whole && m > 32 && n > 32 ? 2 : 1;
  const edge = 4 * SIDE * blocks;
  const across = edge / 4;
  const typeOf = (four: boolean): Binding['type'] => (four ? 'vec4<f32>' : 'f32');
  const base = ({ offset, outer: o, inner: i }: MatrixLayout) => `${offset}u + outer * ${o}u + inner * ${i}u`;
  // A 64-wide tile has 64 blocks of each operand, one for every invocation; a 32-wide tile has 32, so that
  // half of the invocations load a and the other half b.
  const load =
    blocks === 2
      ? `${loadTile(a, edge, 0)} ${loadTile(b, edge, 0)}`
      : `if (lane < ${THREADS / 2}u) ${loadTile(a, edge, 0)} else ${loadTile(b, edge, THREADS / 2)}`;
  return kernel('tiles', {
    op: 'batched matmul',
    bindings: {
      a: { value: values.a, access: 'read', type: typeOf(a.fours !== null) },
      ...(array === 'b' ? { b: { value: values.b, access: 'read', type: typeOf(b.fours !== null) } } : {}),
      c: { value: values.c, access: layout.accumulate ? 'update' : 'write', type: typeOf(cFour) },
    },
    workgroupSize: [THREADS, 1, 1],
    workgroups: [Math.ceil(n / edge), Math.ceil(m / edge), outer * inner],
    flops: 2 * outer * inner * m * n * k,
    declarations: /* wgsl */ `
var<workgroup> a_tile: array<vec4<f32>, ${DEPTH * across}>;
var<workgroup> b_tile: array<vec4<f32>, ${DEPTH * across}>;
${readFunction(a, 'a')}
${readFunction(b, array)}`,
    body: /* wgsl */ `
      let outer = group.z / ${inner}u;
      let inner = group.z % ${inner}u;
      let a_base = ${base(layout.a)};
      let b_base = ${base(layout.b)};
      let a_edge = group.y * ${edge}u;
      let b_edge = group.x * ${edge}u;
      let lane_row = lane / ${SIDE}u;
      let lane_column = lane % ${SIDE}u;
      ${grid(blocks * 4, blocks, (i, j) => `var s${i}_${j} = vec4<f32>();`)}
      for (var depth = 0u; depth < ${k}u; depth += ${DEPTH}u) {
        ${load}
        workgroupBarrier();
        ${multiply(blocks)}
        workgroupBarrier();
      }
      let c_base = ${base(layout.c)};
      ${grid(blocks * 4, blocks, (i, j) => {
        const row = `a_edge + 4u * lane_row + ${4 * SIDE * (i >> 2) + (i & 3)}u`;
        const column = `b_edge + 4u * lane_column + ${4 * SIDE * j}u`;
        return storeFour(layout, cFour, { m, n }, row, column, `s${i}_${j}`);
      })}`,
  });
}

/** WGSL that writes four columns of a row of c, except those outside the matrix. */
function storeFour(
  { c, accumulate }: MatmulLayout,
  four: boolean,
  { m, n }: { m: number; n: number },
  row: string,
  column: string,
  result: string,
): string {
  const sign = accumulate ? '+=' : '=';
  const at = `c_base + (${row}) * ${c.row}u + (${column}) * ${c.column}u`;
  if (four) return `if (${row} < ${m}u && ${column} < ${n}u) { c[(${at}) / 4u] ${sign} ${result}; }`;
  return `if (${row} < ${m}u) {
        let result = ${result};
        ${range(4)
          .map((l) => `if (${column} + ${l}u < ${n}u) { c[${at} + ${l * c.column}u] ${sign} result[${l}]; }`)
          .join('\n')}
      }`;
}
