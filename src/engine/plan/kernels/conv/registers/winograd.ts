// Winograd's F(2x2, 3x3) as text: a 3x3 convolution makes 2x2 outputs with 16 multiplications in the place of 36
// (Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks", section 4.1), and so does its weight gradient,
// whose transforms are the transposed ones. Not here: the kernels that do so.
import { range } from '../../wgsl-text.ts';

/** One-dimensional transforms of expressions. */
type Transform = (values: readonly string[]) => string[];

/** B^T d: 4 pixels. */
export const ofPixels: Transform = ([a, b, c, d]) => [
  `${a} - ${c}`,
  `${b} + ${c}`,
  `${c} - ${b}`,
  `${b} - ${d}`,
];
/** G g: 3 taps. */
export const ofTaps: Transform = ([a, b, c]) => [
  `${a}`,
  `0.5 * (${a} + ${c}) + 0.5 * ${b}`,
  `0.5 * (${a} + ${c}) - 0.5 * ${b}`,
  `${c}`,
];
/** A^T m: 2 outputs. */
export const toOutputs: Transform = ([a, b, c, d]) => [`${a} + ${b} + ${c}`, `${b} - ${c} - ${d}`];
/** A y: the gradient of 2 outputs; the sign of the last is turned here and in `toTaps`. */
export const ofSlopes: Transform = ([a, b]) => [`${a}`, `${a} + ${b}`, `${a} - ${b}`, `${b}`];
/** G^T m: the gradient of 3 taps. */
export const toTaps: Transform = ([a, b, c, d]) => [
  `${a} + 0.5 * (${b} + ${c})`,
  `0.5 * (${b} - ${c})`,
  `0.5 * (${b} + ${c}) - ${d}`,
];

/** Statements that transform the columns of `cell(row, column)`: `name{row}_{column}`. */
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

/** The expressions that transform the rows of `cell(row, column)`, [row][column]. */
export function alongRows(
  transform: Transform,
  [rows, columns]: readonly [number, number],
  cell: (row: number, column: number) => string,
): string[][] {
  return range(rows).map((row) => transform(range(columns).map((column) => cell(row, column))));
}
