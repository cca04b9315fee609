// The transforms of Winograd F(2x2, 3x3) as WGSL: a 3x3 convolution computes 2x2 outputs with 16
// multiplications instead of 36 (Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks",
// section 4.1). The filter gradient needs as few; its transforms are the transposed ones. Not here: the
// kernels (window.ts, filter-window.ts).
import { range } from '../../wgsl-text.ts';

/** A one-dimensional transform: expressions to expressions. */
type Transform = (values: readonly string[]) => string[];

/** B^T d, of 4 pixels. */
export const ofPixels: Transform = ([a, b, c, d]) => [
  `${a} - ${c}`,
  `${b} + ${c}`,
  `${c} - ${b}`,
  `${b} - ${d}`,
];
/** G g, of 3 taps. */
export const ofTaps: Transform = ([a, b, c]) => [
  `${a}`,
  `0.5 * (${a} + ${c}) + 0.5 * ${b}`,
  `0.5 * (${a} + ${c}) - 0.5 * ${b}`,
  `${c}`,
];
/** A^T m: to 2 outputs. */
export const toOutputs: Transform = ([a, b, c, d]) => [`${a} + ${b} + ${c}`, `${b} - ${c} - ${d}`];
/** A y, of the gradient of 2 outputs. The sign of the last element is flipped, which `toTaps` compensates. */
export const ofOutputGradient: Transform = ([a, b]) => [`${a}`, `${a} + ${b}`, `${a} - ${b}`, `${b}`];
/** G^T m: to the gradient of 3 taps. */
export const toTaps: Transform = ([a, b, c, d]) => [
  `${a} + 0.5 * (${b} + ${c})`,
  `0.5 * (${b} - ${c})`,
  `0.5 * (${b} + ${c}) - ${d}`,
];

/**
 * WGSL statements that transform the columns of the matrix `cell(row, column)`; results are
 * `name{row}_{column}`.
 */
export function alongColumns(
  transform: Transform,
  [rows, columns]: readonly [number, number],
  cell: (row: number, column: number) => string,
  name: string,
): string {
  return range(columns)
    .flatMap((column) =>
      transform(range(rows).map((row) => cell(row, column))).map(
        (value, row) => `let ${name}${row}_${column} = ${value};`,
      ),
    )
    .join('\n');
}

/** WGSL expressions of the matrix `cell(row, column)` with its rows transformed, as [row][column]. */
export function alongRows(
  transform: Transform,
  [rows, columns]: readonly [number, number],
  cell: (row: number, column: number) => string,
): string[][] {
  return range(rows).map((row) => transform(range(columns).map((column) => cell(row, column))));
}
