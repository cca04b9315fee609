// Batched matrix products for GPUs in software: register blocking of 8 x 8 outputs for each invocation,
// operands read as vec4s. On such a GPU a load costs about the same for any addresses of the lanes and for 1
// to 4 numbers, and far more than arithmetic. Measured on SwiftShader: 8 x 8 outputs are 1.3 times as fast as
// 8 x 4, and 8 x 4 with vec4 loads are 1.3 times as fast as with scalar loads. One pipeline serves all shapes
// whose operands allow vec4s in the same directions. Not here: the dispatch by family (batched-matmul.ts).
import { unroll } from '../wgsl-text.ts';
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

/**
 * An invocation computes ROWS rows of one or two blocks of four columns. The lanes of a workgroup are stacked
 * along rows, because the number of columns (a head's channels) may be small.
 */
const ROWS = 8;
const LANES = 4;

/** WGSL that reads an operand. */
interface Reading {
  /** Statements before the loop over k. */
  before: string;
  /** Statements of one iteration, which covers 1 or 4 values of k. */
  read: string;
  /**
   * Expression for the q-th k of the iteration: of a, the number of row i; of b, the vec4 of column block i.
   */
  at(q: number, i: number): string;
}

const base = (name: string): string =>
  `params.${name}_offset + outer * params.${name}_outer + inner * params.${name}_inner`;

/**
 * Row indices past the last are clamped for reading; their results are not written. Columns likewise, below.
 */
function readRows(fours: Operand['fours'], steps: number): Reading {
  if (fours === 'edge') {
    return {
      before: unroll(
        ROWS / 4,
        (h) => `var a${h} = (${base('a')} + min(row + ${4 * h}u, params.m - 4u)) / 4u;`,
      ),
      read: unroll(steps, (q) =>
        unroll(ROWS / 4, (h) => `let x${h}_${q} = a[a${h}]; a${h} += params.a_column / 4u;`),
      ),
      at: (q, i) => `x${i >> 2}_${q}[${i & 3}]`,
    };
  }
  const four = fours === 'depth';
  const first = (i: number) => `${base('a')} + min(row + ${i}u, params.m - 1u) * params.a_row`;
  return {
    before: unroll(ROWS, (i) => `var a${i} = ${four ? `(${first(i)}) / 4u` : first(i)};`),
    read: unroll(ROWS, (i) => `let x${i} = a[a${i}]; a${i} += ${four ? '1u' : 'params.a_column'};`),
    at: (q, i) => (four ? `x${i}[${q}]` : `x${i}`),
  };
}

function readColumns(fours: Operand['fours'], steps: number, blocks: number, array: string): Reading {
  if (fours === 'edge') {
    return {
      before: unroll(
        blocks,
        (h) => `var b${h} = (${base('b')} + min(column + ${4 * h}u, params.n - 4u)) / 4u;`,
      ),
      read: unroll(steps, (q) =>
        unroll(blocks, (h) => `let y${h}_${q} = ${array}[b${h}]; b${h} += params.b_row / 4u;`),
      ),
      at: (q, h) => `y${h}_${q}`,
    };
  }
  const four = fours === 'depth';
  const first = (j: number) => `${base('b')} + min(column + ${j}u, params.n - 1u) * params.b_column`;
  const number = (q: number, j: number) => (four ? `y${j}[${q}]` : `y${j}`);
  return {
    before: unroll(4 * blocks, (j) => `var b${j} = ${four ? `(${first(j)}) / 4u` : first(j)};`),
    read: unroll(4 * blocks, (j) => `let y${j} = ${array}[b${j}]; b${j} += ${four ? '1u' : 'params.b_row'};`),
    at: (q, h) => `vec4<f32>(${[0, 1, 2, 3].map((j) => number(q, 4 * h + j)).join(', ')})`,
  };
}

const writeFour = (i: number, h: number): string => /* wgsl */ `
      if (row + ${i}u < params.m && column + ${4 * h}u < params.n) {
        let at = (first + (row + ${i}u) * params.c_row + column) / 4u + ${h}u;
        if (params.accumulate != 0u) { s${i}_${h} += c[at]; }
        c[at] = s${i}_${h};
      }`;

const writeEach = (i: number, h: number): string =>
  unroll(
    4,
    (j) => /* wgsl */ `
      if (row + ${i}u < params.m && column + ${4 * h + j}u < params.n) {
        let at = first + (row + ${i}u) * params.c_row + (column + ${4 * h + j}u) * params.c_column;
        var result = s${i}_${h}[${j}];
        if (params.accumulate != 0u) { result += c[at]; }
        c[at] = result;
      }`,
  );

const strides = (name: string, layout: MatrixLayout): Record<string, number> =>
  Object.fromEntries(Object.entries(layout).map(([stride, count]) => [`${name}_${stride}`, count as number]));

/** The `registers` kernel of c (+)= a b for all matrices of the batch: see `batchedMatmul`. */
export function inRegisters(
  geometry: BatchedMatmulGeometry,
  values: MatmulValues,
  layout: MatmulLayout,
): Kernel {
  const { batches, m, n, k } = geometry;
  const [outer, inner] = batches;
  const { a, b, c } = values;
  const array = arrayOfB(values);
  const operands = operandsOf(geometry, layout);
  // Either all three matrices use vec4s or none does: fewer pipelines.
  const four = operands.a.fours !== null && operands.b.fours !== null && writesFours(geometry, layout);
  const [foursOfA, foursOfB] = four ? [operands.a.fours, operands.b.fours] : [null, null];
  // If an operand is read by vec4s along k, k is a multiple of 4.
  const steps = foursOfA === 'depth' || foursOfB === 'depth' ? 4 : 1;
  const blocks = four ? 2 : 1;
  const across = 4 * blocks;
  const [rows, columns] = [readRows(foursOfA, steps), readColumns(foursOfB, steps, blocks, array)];
  const each = (f: (i: number, h: number) => string) => unroll(ROWS, (i) => unroll(blocks, (h) => f(i, h)));
  const type: Binding['type'] = four ? 'vec4<f32>' : 'f32';
  return kernel('registers', {
    op: 'batched matmul',
    bindings: {
      a: { value: a, access: 'read', type },
      ...(array === 'b' ? { b: { value: b, access: 'read', type } } : {}),
      c: { value: c, access: layout.accumulate ? 'update' : 'write', type },
    },
    params: {
      ...{ m, n, k, inner, accumulate: Number(layout.accumulate) },
      ...strides('a', layout.a),
      ...strides('b', layout.b),
      ...strides('c', layout.c),
    },
    workgroupSize: [LANES, 1, 1],
    workgroups: [Math.ceil(n / across), Math.ceil(m / (ROWS * LANES)), outer * inner],
    flops: 2 * outer * inner * m * n * k,
    body: /* wgsl */ `
      let outer = group.z / params.inner;
      let inner = group.z % params.inner;
      let row = (group.y * ${LANES}u + lane) * ${ROWS}u;
      let column = group.x * ${across}u;
      ${rows.before}
      ${columns.before}
      ${each((i, h) => `var s${i}_${h} = vec4<f32>();`)}
      for (var p = 0u; p < params.k; p += ${steps}u) {
        ${rows.read}
        ${columns.read}
        ${unroll(
          steps,
          (q) => `{
          ${unroll(blocks, (h) => `let z${h} = ${columns.at(q, h)};`)}
          ${each((i, h) => `s${i}_${h} += ${rows.at(q, i)} * z${h};`)}
        }`,
        )}
      }
      let first = ${base('c')};
      ${each(four ? writeFour : writeEach)}`,
  });
}
