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
import { sizeForIntel, type Target } from '../target.ts';
import { range, unroll } from '../wgsl-text.ts';

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
 * WGSL functions of an operand: `<name>_at(base, e, d)`, the element at edge e and depth d, or the vec4 that
 * begins there, any number outside the matrix; `<name>_inside(e, d)`. Without a branch: indices outside are
 * clamped for reading.
 */
function readFunctions(operand: Operand, array: string): string {
  const { name, edgeStride, depthStride, edges, depth, fours: way } = operand;
  const [lastEdge, lastDepth] = [edges - (way === 'edge' ? 4 : 1), depth - (way === 'depth' ? 4 : 1)];
  const at = `base + min(e, ${lastEdge}u) * ${edgeStride}u + min(d, ${lastDepth}u) * ${depthStride}u`;
  return /* wgsl */ `
fn ${name}_at(base: u32, e: u32, d: u32) -> ${way ? 'vec4<f32>' : 'f32'} {
  return ${array}[${way ? `(${at}) / 4u` : at}];
}
fn ${name}_inside(e: u32, d: u32) -> bool { return e < ${edges}u && d < ${depth}u; }`;
}

/**
 * WGSL that loads a block of 4 x 4 elements of the operand, from depth `from` on, for each invocation from
 * lane `first` on; and WGSL that stages it in the operand's tile, in the same scope. Apart, so that products
 * come in between: what was loaded is looked at only when it is staged.
 */
function loadTile(
  operand: Operand,
  edge: number,
  first: number,
): { load: (from: string) => string; stage: string } {
  const { name, fours: way } = operand;
  const across = edge / 4;
  const index = first === 0 ? 'lane' : `(lane - ${first}u)`;
  // Neighbouring lanes read contiguous memory.
  const [e, d] =
    operand.depthStride === 1
      ? [`${index} / ${DEPTH / 4}u`, `${index} % ${DEPTH / 4}u`]
      : [`${index} % ${across}u`, `${index} / ${across}u`];
  /** The operand's elements [edge, depth] from the block's first that load i brings. */
  const partsOf = (i: number) =>
    way === 'edge' ? [[0, i]] : way === 'depth' ? [[i, 0]] : range(4).map((j) => [j, i]);
  const arguments_ = ([j, i]: number[]) => `${name}_e + ${j}u, ${name}_d + ${i}u`;
  const load = (from: string) => /* wgsl */ `
        let ${name}_e = ${name}_edge + 4u * (${e});
        let ${name}_d = ${from} + 4u * (${d});
        ${unroll(4, (i) => {
          const parts = partsOf(i);
          const each = (text: (part: number[]) => string) => parts.map(text).join(', ');
          const [numbers, flags] = parts.length === 1 ? ['', ''] : ['vec4<f32>', 'vec4<bool>'];
          const elements = each((part) => `${name}_at(${name}_base, ${arguments_(part)})`);
          const inside = each((part) => `${name}_inside(${arguments_(part)})`);
          return /* wgsl */ `let ${name}_load_${i} = ${numbers}(${elements});
        let ${name}_in_${i} = ${flags}(${inside});`;
        })}`;
  const zeroed = (i: number) => `select(vec4<f32>(), ${name}_load_${i}, ${name}_in_${i})`;
  const rows =
    way === 'depth' ? `let ${name}_block = transpose(mat4x4<f32>(${range(4).map(zeroed).join(', ')}));` : '';
  return {
    load,
    stage: /* wgsl */ `
        let ${name}_to = (4u * (${d})) * ${across}u + ${e};
        ${rows}
        ${unroll(
          4,
          (i) =>
            `${name}_tile[${name}_to + ${i * across}u] = ${way === 'depth' ? `${name}_block[${i}]` : zeroed(i)};`,
        )}`,
  };
}

/**
 * WGSL: the loop over k. A 64-wide tile has 64 blocks of each operand, one for every invocation, and the next
 * ones are loaded while these are multiplied. A 32-wide tile has 32: half of the invocations load a, the
 * other half b.
 */
function sumOverDepth(a: Operand, b: Operand, k: number, blocks: number): string {
  const edge = 4 * SIDE * blocks;
  if (blocks === 1) {
    const both = [loadTile(a, edge, 0), loadTile(b, edge, THREADS / 2)] as const;
    const [loadA, loadB] = both.map(({ load, stage }) => `{${load('depth')} ${stage} }`);
    return /* wgsl */ `for (var depth = 0u; depth < ${k}u; depth += ${DEPTH}u) {
        if (lane < ${THREADS / 2}u) ${loadA} else ${loadB}
        workgroupBarrier();
        ${multiply(blocks)}
        workgroupBarrier();
      }`;
  }
  const both = [loadTile(a, edge, 0), loadTile(b, edge, 0)];
  const load = (from: string) => both.map((operand) => operand.load(from)).join('');
  const stage = /* wgsl */ `${both.map((operand) => operand.stage).join('')}
        workgroupBarrier();`;
  return /* wgsl */ `{${load('0u')} ${stage}
      }
      for (var depth = 0u; depth < ${k}u; depth += ${DEPTH}u) {
        let next = depth + ${DEPTH}u;
        ${load('next')}
        ${multiply(blocks)}
        workgroupBarrier();
        ${stage}
      }`;
}

/**
 * WGSL that adds the product of the two tiles to `s<row>_<block>`, unrolled: with a loop, compilers move the
 * loads before it behind it.
 */
function multiply(blocks: number): string {
  const across = SIDE * blocks;
  return unroll(
    DEPTH,
    (p) => /* wgsl */ `{
          ${unroll(
            blocks,
            (i) => `let x${i} = a_tile[lane_row + ${p * across + SIDE * i}u];
          let y${i} = b_tile[lane_column + ${p * across + SIDE * i}u];`,
          )}
          ${grid(blocks * 4, blocks, (i, j) => `s${i}_${j} += x${i >> 2}[${i & 3}] * y${j};`)}
          }`,
  );
}

/** The `tiles` kernel of c (+)= a b for all matrices of the batch: see `batchedMatmul`. */
export function inTiles(
  target: Target,
  geometry: BatchedMatmulGeometry,
  values: MatmulValues,
  layout: MatmulLayout,
): Kernel {
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
  return kernel('tiles', {
    op: 'batched matmul',
    bindings: {
      a: { value: values.a, access: 'read', type: typeOf(a.fours !== null) },
      ...(array === 'b' ? { b: { value: values.b, access: 'read', type: typeOf(b.fours !== null) } } : {}),
      c: { value: values.c, access: layout.accumulate ? 'update' : 'write', type: typeOf(cFour) },
    },
    workgroupSize: [THREADS, 1, 1],
    subgroupSize: sizeForIntel(target),
    workgroups: [Math.ceil(n / edge), Math.ceil(m / edge), outer * inner],
    flops: 2 * outer * inner * m * n * k,
    declarations: /* wgsl */ `
var<workgroup> a_tile: array<vec4<f32>, ${DEPTH * across}>;
var<workgroup> b_tile: array<vec4<f32>, ${DEPTH * across}>;
${readFunctions(a, 'a')}
${readFunctions(b, array)}`,
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
      ${sumOverDepth(a, b, k, blocks)}
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
