// How far apart two sets of pictures are: the squared Frechet distance in the space of the data's principal
// components. Pure. Not here: the pictures (learn.ts); Inception features, which say nothing about 16 x 16
// pixels.
import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix';
import { normals, STREAMS } from '../../src/random.ts';

/** The directions in which a set varies most. */
export interface Components {
  /** [d] */
  mean: number[];
  /** [d, count], orthonormal columns, largest variance first. */
  axes: Matrix;
  /** Variance along each axis, n - 1 in the denominator. */
  variances: number[];
}

/** The normal distribution with a set's mean and covariance. */
export interface Gaussian {
  mean: number[];
  /** [d, d] */
  covariance: Matrix;
}

/** uint8 pixels of `count` pictures -> [count, values per picture], -1..1. */
export function rowsOf(pixels: Uint8Array, count: number): Matrix {
  const length = pixels.length / count;
  const rows = new Matrix(count, length);
  pixels.forEach((byte, i) => rows.set(Math.floor(i / length), i % length, byte / 127.5 - 1));
  return rows;
}

/** Mean and covariance (n - 1 in the denominator) of rows [n, d]. */
export function gaussianOf(rows: Matrix): Gaussian {
  const mean = rows.mean('column');
  const centred = rows.clone().subRowVector(mean);
  return { mean, covariance: transposedTimes(centred, centred).div(rows.rows - 1) };
}

/** Coordinates of rows [n, d] along the components, [n, count]. */
export const project = (rows: Matrix, { mean, axes }: Components): Matrix =>
  rows.clone().subRowVector(mean).mmul(axes);

/** Extra directions in the iteration: with them the wanted directions converge faster. */
const OVERSAMPLED = 16;
const SETTLED = 1e-10;
const MOST_ROUNDS = 500;

/**
 * The first `count` principal components of rows [n, d], by subspace iteration until it converges (Halko,
 * Martinsson, Tropp 2011, algorithm 4.4): for 4096 pictures of 32 x 32 all 3072 components would take ten
 * minutes. Throws where it does not converge.
 */
export function principalComponents(rows: Matrix, count: number): Components {
  const mean = rows.mean('column');
  const centred = rows.clone().subRowVector(mean);
  const width = Math.min(rows.columns, count + OVERSAMPLED);
  const start = Array.from(normals(0, 0, STREAMS.drawing, rows.columns * width));
  let basis = orthonormal(Matrix.from1DArray(rows.columns, width, start));
  let before = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const along = centred.mmul(basis);
    const { values, vectors } = eigen(transposedTimes(along, along).div(rows.rows - 1));
    const variances = values.slice(0, count);
    const explained = variances.reduce((sum, value) => sum + value, 0);
    if (explained - before <= SETTLED * explained)
      return { mean, axes: basis.mmul(vectors.subMatrix(0, width - 1, 0, count - 1)), variances };
    before = explained;
    basis = orthonormal(transposedTimes(centred, along));
  }
  throw new Error(`the first ${count} principal components did not settle in ${MOST_ROUNDS} rounds`);
}

/**
 * |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)): Dowson and Landau 1982; Heusel et al. 2017, eq. 6. The trace
 * of the root equals that of (C1^(1/2) C2 C1^(1/2))^(1/2), which is symmetric.
 */
export function squaredFrechetDistance(a: Gaussian, b: Gaussian): number {
  const apart = a.mean.reduce((sum, value, i) => sum + (value - (b.mean[i] ?? NaN)) ** 2, 0);
  const root = squareRoot(a.covariance);
  const { values } = eigen(root.mmul(b.covariance).mmul(root));
  const shared = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return apart + a.covariance.trace() + b.covariance.trace() - 2 * shared;
}

/** Square root of a positive semidefinite matrix. */
function squareRoot(matrix: Matrix): Matrix {
  const { values, vectors } = eigen(matrix);
  const roots = values.map((value) => Math.sqrt(Math.max(0, value)));
  return vectors.clone().mulRowVector(roots).mmul(vectors.transpose());
}

/** Eigenvalues, largest first, and eigenvectors of a matrix that is symmetric up to rounding. */
function eigen(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const symmetric = Matrix.add(matrix, matrix.transpose()).div(2);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, i) => i)
    .sort((a, b) => at(realEigenvalues, b) - at(realEigenvalues, a));
  return {
    values: order.map((i) => at(realEigenvalues, i)),
    vectors: eigenvectorMatrix.subMatrixColumn(order),
  };
}

const at = (values: readonly number[], i: number): number => values[i] as number;

const orthonormal = (columns: Matrix): Matrix => new QrDecomposition(columns).orthogonalMatrix;

/** a^T b row by row, without transposing a large a. a: [n, p], b: [n, q] -> [p, q]. */
function transposedTimes(a: Matrix, b: Matrix): Matrix {
  const result = new Matrix(a.columns, b.columns);
  const sums = Array.from({ length: a.columns }, () => new Float64Array(b.columns));
  for (let row = 0; row < a.rows; row++) {
    const right = Float64Array.from(b.getRow(row));
    a.getRow(row).forEach((left, i) => {
      const sum = sums[i] as Float64Array;
      for (let j = 0; j < right.length; j++) sum[j] = (sum[j] as number) + left * (right[j] as number);
    });
  }
  sums.forEach((sum, i) => result.setRow(i, Array.from(sum)));
  return result;
}
