// Where the matrices of batched products lie, and which four numbers of them may be read at once. Not here: kernels.
import type { Value } from '../value.ts';

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

/** a and b may be one value; c is another. */
export interface MatmulValues {
  a: Value;
  b: Value;
  c: Value;
}

/** The array that b is read from: memory is bound once. */
export const arrayOfB = ({ a, b }: MatmulValues): 'a' | 'b' => (a.id === b.id ? 'a' : 'b');

/** An operand as a kernel sees it: `edge` runs along rows of a or columns of b, `depth` along the sum. */
export interface Operand {
  name: 'a' | 'b';
  layout: MatrixLayout;
  edges: number;
  edgeStride: number;
  depth: number;
  depthStride: number;
  /** Along which way four elements lie side by side, and may be read as one vec4. */
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

/** Whether four columns of a row of c may be written at once. */
export const writesFours = ({ n }: BatchedMatmulGeometry, { c }: MatmulLayout): boolean =>
  c.column === 1 && byFour(c.offset, c.outer, c.inner, c.row, n);
