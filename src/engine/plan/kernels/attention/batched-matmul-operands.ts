// Where the matrices of batched products lie in memory, and where four of their elements can be read or
// written as one vec4. Not here: the kernels (batched-matmul-tiles.ts, batched-matmul-registers.ts).
import type { Value } from '../value.ts';

export interface BatchedMatmulGeometry {
  /** [outer, inner]: the number of products is outer x inner (pictures x heads). */
  batches: readonly [number, number];
  /** As in GEMM: a is m x k, b is k x n, c is m x n. */
  m: number;
  n: number;
  k: number;
}

/**
 * Strides in elements: element (r, c) of matrix (o, i) is at offset + o outer + i inner + r row + c column.
 */
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
  /** Whether the product is added to the old value of c. */
  accumulate: boolean;
}

/** a and b may be the same value; c is another one. */
export interface MatmulValues {
  a: Value;
  b: Value;
  c: Value;
}

/**
 * Name of the WGSL array from which b is read: 'a' if both operands are one value, since no value is bound
 * twice.
 */
export const arrayOfB = ({ a, b }: MatmulValues): 'a' | 'b' => (a.id === b.id ? 'a' : 'b');

/** An operand as a kernel sees it: `edge` is the row of a or the column of b, `depth` is the GEMM's k. */
export interface Operand {
  name: 'a' | 'b';
  layout: MatrixLayout;
  edges: number;
  edgeStride: number;
  depth: number;
  depthStride: number;
  /** The direction along which four elements are contiguous and can be read as one vec4; null if none is. */
  fours: 'edge' | 'depth' | null;
}

const byFour = (...counts: number[]): boolean => counts.every((count) => count % 4 === 0);

function foursOf({
  layout,
  edges,
  edgeStride,
  depth,
  depthStride,
}: Omit<Operand, 'fours'>): Operand['fours'] {
  const { offset, outer, inner } = layout;
  if (!byFour(offset, outer, inner)) return null;
  if (depthStride === 1 && byFour(edgeStride, depth)) return 'depth';
  if (edgeStride === 1 && byFour(depthStride, edges)) return 'edge';
  return null;
}

/** Both operands of a product, with the direction in which each can be read by vec4s. */
export function operandsOf(
  { m, n, k }: BatchedMatmulGeometry,
  { a, b }: MatmulLayout,
): { a: Operand; b: Operand } {
  const [rows, columns] = [
    { name: 'a', layout: a, edges: m, edgeStride: a.row, depth: k, depthStride: a.column },
    { name: 'b', layout: b, edges: n, edgeStride: b.column, depth: k, depthStride: b.row },
  ] as const;
  return { a: { ...rows, fours: foursOf(rows) }, b: { ...columns, fours: foursOf(columns) } };
}

/** Whether four columns of a row of c can be written as one vec4. */
export const writesFours = ({ n }: BatchedMatmulGeometry, { c }: MatmulLayout): boolean =>
  c.column === 1 && byFour(c.offset, c.outer, c.inner, c.row, n);
