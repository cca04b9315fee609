// Many small matrix products at once, each operand anywhere by its strides: what attention is made of.
// Not here: products with weights (conv.ts: a linear layer is a 1x1 convolution), what the products mean (attention.ts).
import { type Binding, type Family, type Kernel, kernel, type Value } from './kernel.ts';

export interface BatchedMatmulGeometry {
  /** Products: outer times inner of them (pictures and heads). */
  batches: readonly [number, number];
  /** a is m x k, b is k x n, c is m x n. */
  m: number;
  n: number;
  k: number;
}

/** Where element (row, column) of matrix (o, i) lies: offset + o outer + i inner + row row + column column, in elements. */
export interface MatrixLayout {
  offset: number;
  outer: number;
  inner: number;
  row: number;
  column: number;
}

export interface MatmulLayout {
  a: MatrixLayout;
  b: MatrixLayout;
  c: MatrixLayout;
  /** Adds to what c holds. */
  accumulate: boolean;
}

export interface MatmulValues {
  a: Value;
  b: Value;
  c: Value;
}

/** c[o, i] (+)= a[o, i] b[o, i]. */
export function batchedMatmul(
  family: Family,
  geometry: BatchedMatmulGeometry,
  values: MatmulValues,
  layout: MatmulLayout,
): Kernel[] {
  return [family === 'tiles' ? inTiles(geometry, values, layout) : inRegisters(geometry, values, layout)];
}

const flopsOf = ({ batches: [outer, inner], m, n, k }: BatchedMatmulGeometry): number =>
  2 * outer * inner * m * n * k;

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** `f` of every pair, a line each. */
const grid = (rows: number, columns: number, f: (i: number, j: number) => string): string =>
  range(rows)
    .flatMap((i) => range(columns).map((j) => f(i, j)))
    .join('\n');

/** Outputs of an invocation: rows, and columns 4 apart, so that the 4 lanes read b side by side. */
const ROWS = 8;
const COLUMNS = 4;
const LANES = 4;

function inRegisters(
  geometry: BatchedMatmulGeometry,
  { a, b, c }: MatmulValues,
  layout: MatmulLayout,
): Kernel {
  const { batches, m, n, k } = geometry;
  const [outer, inner] = batches;
  const strides = (name: string, of: MatrixLayout) =>
    Object.fromEntries(Object.entries(of).map(([stride, count]) => [`${name}_${stride}`, count]));
  const base = (name: string) =>
    `params.${name}_offset + outer * params.${name}_outer + inner * params.${name}_inner`;
  return kernel('registers', {
    op: 'batched matmul',
    bindings: {
      a: { value: a, access: 'read' },
      b: { value: b, access: 'read' },
      c: { value: c, access: layout.accumulate ? 'update' : 'write' },
    },
    params: {
      ...{ m, n, k, inner, accumulate: Number(layout.accumulate) },
      ...strides('a', layout.a),
      ...strides('b', layout.b),
      ...strides('c', layout.c),
    },
    workgroupSize: [LANES, 1, 1],
    workgroups: [Math.ceil(n / (LANES * COLUMNS)), Math.ceil(m / ROWS), outer * inner],
    flops: flopsOf(geometry),
    body: /* wgsl */ `
      let outer = group.z / params.inner;
      let inner = group.z % params.inner;
      let row = group.y * ${ROWS}u;
      let column = group.x * ${LANES * COLUMNS}u + lane;
      // Rows and columns beyond the last are read as the last, and not written.
      ${range(ROWS)
        .map((i) => `var a${i} = ${base('a')} + min(row + ${i}u, params.m - 1u) * params.a_row;`)
        .join('\n')}
      ${range(COLUMNS)
        .map(
          (j) => `var b${j} = ${base('b')} + min(column + ${LANES * j}u, params.n - 1u) * params.b_column;`,
        )
        .join('\n')}
      ${grid(ROWS, COLUMNS, (i, j) => `var s${i}${j} = 0.0;`)}
      for (var p = 0u; p < params.k; p++) {
        ${range(COLUMNS)
          .map((j) => `let y${j} = b[b${j}]; b${j} += params.b_row;`)
          .join('\n')}
        ${range(ROWS)
          .map((i) => {
            const terms = range(COLUMNS).map((j) => `s${i}${j} += x${i} * y${j};`);
            return `let x${i} = a[a${i}]; a${i} += params.a_column; ${terms.join(' ')}`;
          })
          .join('\n')}
      }
      let first = ${base('c')};
      ${grid(
        ROWS,
        COLUMNS,
        (i, j) => `if (row + ${i}u < params.m && column + ${LANES * j}u < params.n) {
          let at = first + (row + ${i}u) * params.c_row + (column + ${LANES * j}u) * params.c_column;
          var result = s${i}${j};
          if (params.accumulate != 0u) { result += c[at]; }
          c[at] = result;
        }`,
      )}`,
  });
}

/** Depth of a tile; 64 invocations, 8 x 8, each with `blocks` x `blocks` blocks of 4 x 4 outputs. */
const DEPTH = 16;
const THREADS = 64;
const SIDE = 8;

/** An operand as its kernel sees it: `edge` runs along rows of a or columns of b, `depth` along the sum. */
interface Operand {
  name: 'a' | 'b';
  layout: MatrixLayout;
  edgeStride: number;
  depthStride: number;
  edges: number;
  depth: number;
}

const inFours = (...counts: number[]): boolean => counts.every((count) => count % 4 === 0);

/** Along which way four elements lie side by side, and may be read as one vec4. */
function vectorWay({ layout, edgeStride, depthStride, edges, depth }: Operand): 'edge' | 'depth' | null {
  const { offset, outer, inner } = layout;
  if (!inFours(offset, outer, inner)) return null;
  if (depthStride === 1 && inFours(edgeStride, depth)) return 'depth';
  if (edgeStride === 1 && inFours(depthStride, edges)) return 'edge';
  return null;
}

/** `<name>_block(base, edge, depth)`: 4 x 4 elements, a column of the matrix for each depth; zeros outside. */
function blockFunction(operand: Operand): string {
  const { name, edgeStride, depthStride, edges, depth } = operand;
  const way = vectorWay(operand);
  const at = `base + e * ${edgeStride}u + d * ${depthStride}u`;
  const type = way ? 'vec4<f32>' : 'f32';
  const one = /* wgsl */ `
fn ${name}_one(base: u32, e: u32, d: u32) -> ${type} {
  if (e >= ${edges}u || d >= ${depth}u) { return ${type}(0.0); }
  return ${name}[${way ? `(${at}) / 4u` : at}];
}`;
  const columns = range(4).map((i) => {
    if (way === 'depth') return `${name}_one(base, e + ${i}u, d)`;
    if (way === 'edge') return `${name}_one(base, e, d + ${i}u)`;
    return `vec4<f32>(${range(4)
      .map((j) => `${name}_one(base, e + ${j}u, d + ${i}u)`)
      .join(', ')})`;
  });
  const block = `mat4x4<f32>(${columns.join(', ')})`;
  return /* wgsl */ `${one}
fn ${name}_block(base: u32, e: u32, d: u32) -> mat4x4<f32> {
  return ${way === 'depth' ? `transpose(${block})` : block};
}`;
}

/** Fills the operand's tile: each of `loaders` invocations, from `first` on, brings one block of 4 x 4. */
function loadTile(operand: Operand, edge: number, first: number): string {
  const { name } = operand;
  const across = edge / 4;
  // Neighbours read what lies side by side.
  const alongDepth = operand.depthStride === 1;
  const index = first === 0 ? 'lane' : `(lane - ${first}u)`;
  const [e, d] = alongDepth
    ? [`${index} / ${DEPTH / 4}u`, `${index} % ${DEPTH / 4}u`]
    : [`${index} % ${across}u`, `${index} / ${across}u`];
  return /* wgsl */ `{
        let e = ${e};
        let d = ${d};
        let block = ${name}_block(${name}_base, ${name}_edge + 4u * e, depth + 4u * d);
        ${range(4)
          .map((i) => `${name}_tile[(4u * d + ${i}u) * ${across}u + e] = block[${i}];`)
          .join('\n')}
        }`;
}

function inTiles(geometry: BatchedMatmulGeometry, values: MatmulValues, layout: MatmulLayout): Kernel {
  const { batches, m, n, k } = geometry;
  const [outer, inner] = batches;
  const blocks = m > 32 && n > 32 ? 2 : 1;
  const edge = 4 * SIDE * blocks;
  const across = edge / 4;
  const { row: aRow, column: aColumn } = layout.a;
  const { row: bRow, column: bColumn } = layout.b;
  const a: Operand = {
    ...{ name: 'a', layout: layout.a, edgeStride: aRow, depthStride: aColumn, edges: m, depth: k },
  };
  const b: Operand = {
    ...{ name: 'b', layout: layout.b, edgeStride: bColumn, depthStride: bRow, edges: n, depth: k },
  };
  const cOffsets = [layout.c.offset, layout.c.outer, layout.c.inner, layout.c.row];
  const cFour = layout.c.column === 1 && inFours(...cOffsets, n);
  const typeOf = (four: boolean): Binding['type'] => (four ? 'vec4<f32>' : 'f32');
  const base = ({ offset, outer: o, inner: i }: MatrixLayout) => `${offset}u + outer * ${o}u + inner * ${i}u`;
  // 64 blocks of each operand in a tile of 64, 32 in one of 32: either way every invocation is busy.
  const load =
    blocks === 2
      ? `${loadTile(a, edge, 0)} ${loadTile(b, edge, 0)}`
      : `if (lane < ${THREADS / 2}u) ${loadTile(a, edge, 0)} else ${loadTile(b, edge, THREADS / 2)}`;
  return kernel('tiles', {
    op: 'batched matmul',
    bindings: {
      a: { value: values.a, access: 'read', type: typeOf(vectorWay(a) !== null) },
      b: { value: values.b, access: 'read', type: typeOf(vectorWay(b) !== null) },
      c: { value: values.c, access: layout.accumulate ? 'update' : 'write', type: typeOf(cFour) },
    },
    workgroupSize: [THREADS, 1, 1],
    workgroups: [Math.ceil(n / edge), Math.ceil(m / edge), outer * inner],
    flops: flopsOf(geometry),
    declarations: /* wgsl */ `
var<workgroup> a_tile: array<vec4<f32>, ${DEPTH * across}>;
var<workgroup> b_tile: array<vec4<f32>, ${DEPTH * across}>;
${blockFunction(a)}
${blockFunction(b)}`,
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
        for (var p = 0u; p < ${DEPTH}u; p += 4u) {
          ${range(4)
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
        }
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

/** Writes four columns of a row of c, those that there are. */
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
