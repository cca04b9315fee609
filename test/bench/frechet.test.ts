// Claims the distance of `npm run learn` by closed forms, and its principal components by ml-matrix's full
// decomposition.
import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  type Components,
  gaussianOf,
  principalComponents,
  project,
  rowsOf,
  squaredFrechetDistance,
} from '../../bench/learn/frechet.ts';
import { drawShape } from '../../src/data/shapes.ts';
import { normals, STREAMS } from '../../src/random.ts';

const normalMatrix = (rows: number, columns: number, index: number): Matrix =>
  Matrix.from1DArray(rows, columns, Array.from(normals(1, index, STREAMS.noise, rows * columns)));

/** [n, d] samples whose directions are mixed and have different variances. */
const mixed = (n: number, d: number, index: number): Matrix =>
  normalMatrix(n, d, index).mmul(normalMatrix(d, d, index + 100));

const rotation = (d: number): Matrix => new QrDecomposition(normalMatrix(d, d, 50)).orthogonalMatrix;

const distance = (a: Matrix, b: Matrix): number => squaredFrechetDistance(gaussianOf(a), gaussianOf(b));

describe('squared Frechet distance', () => {
  it('is 0 between equal sets', () => {
    const rows = mixed(200, 16, 0);
    expect(Math.abs(distance(rows, rows.clone()))).toBeLessThan(1e-9 * gaussianOf(rows).covariance.trace());
  });

  it('is the squared distance of the means where the covariances are equal', () => {
    const rows = mixed(50, 3, 1);
    expect(distance(rows, rows.clone().addRowVector([3, -4, 12]))).toBeCloseTo(169, 8);
  });

  it('is (s - 1)^2 of the variance where one set is the other, s times as wide', () => {
    const rows = mixed(50, 5, 2);
    const centred = rows.clone().subRowVector(rows.mean('column'));
    const { covariance } = gaussianOf(centred);
    expect(distance(centred, Matrix.mul(centred, 1.5))).toBeCloseTo(0.25 * covariance.trace(), 8);
  });

  it('is the sum over independent directions of (m1 - m2)^2 + (s1 - s2)^2', () => {
    const a = { mean: [0, 1], covariance: Matrix.diag([4, 9]) };
    const b = { mean: [2, 1], covariance: Matrix.diag([1, 25]) };
    expect(squaredFrechetDistance(a, b)).toBeCloseTo(4 + 1 + 4, 10);
  });

  it('is right where the covariances do not commute: tr(M^(1/2))^2 = tr M + 2 det(M)^(1/2) for 2 x 2', () => {
    const a = { mean: [0, 0], covariance: new Matrix([[2, 1], [1, 3]]) }; // prettier-ignore
    const b = { mean: [0, 0], covariance: new Matrix([[5, -2], [-2, 1]]) }; // prettier-ignore
    const product = a.covariance.mmul(b.covariance);
    const root = Math.sqrt(product.trace() + 2 * Math.sqrt(5 * 1));
    expect(squaredFrechetDistance(a, b)).toBeCloseTo(5 + 6 - 2 * root, 10);
    expect(squaredFrechetDistance(b, a)).toBeCloseTo(5 + 6 - 2 * root, 10);
  });

  it('is right where one set has no variance at all', () => {
    const rows = mixed(50, 4, 3);
    const point = new Matrix(50, 4);
    const { mean, covariance } = gaussianOf(rows);
    const expected = mean.reduce((sum, value) => sum + value ** 2, 0) + covariance.trace();
    expect(distance(rows, point)).toBeCloseTo(expected, 8);
    expect(distance(point, rows)).toBeCloseTo(expected, 8);
  });

  it('does not change when both sets are rotated', () => {
    const [a, b, turn] = [mixed(60, 8, 4), mixed(90, 8, 5), rotation(8)];
    expect(distance(a.mmul(turn), b.mmul(turn)) / distance(a, b)).toBeCloseTo(1, 9);
  });
});

/** Principal components from all eigenvectors of the covariance. */
function allComponents(rows: Matrix): { variances: number[]; vectors: Matrix } {
  const { covariance } = gaussianOf(rows);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    variances: order.map((i) => realEigenvalues[i]!),
    vectors: eigenvectorMatrix.subMatrixColumn(order),
  };
}

/** 1 where every axis lies in the space that the other axes span. */
const shareOfSpace = (axes: Matrix, others: Matrix): number =>
  axes.transpose().mmul(others).norm() ** 2 / axes.columns;

describe('principal components', () => {
  const pixels = (count: number, size: number): Matrix => {
    const length = size * size * 3;
    const all = new Uint8Array(count * length);
    for (let i = 0; i < count; i++) all.set(drawShape(i, size), i * length);
    return rowsOf(all, count);
  };

  it('of drawn shapes are the first eigenvectors of their covariance', () => {
    const rows = pixels(300, 6);
    const found = principalComponents(rows, 16);
    const expected = allComponents(rows);
    found.variances.forEach((variance, i) => {
      expect(variance / expected.variances[i]!).toBeCloseTo(1, 6);
    });
    expect(shareOfSpace(found.axes, expected.vectors.subMatrix(0, 107, 0, 15))).toBeCloseTo(1, 6);
    expect(Matrix.sub(found.axes.transpose().mmul(found.axes), Matrix.eye(16)).norm()).toBeLessThan(1e-10);
  });

  it('are found among fewer pictures than values, and where fewer directions vary than are asked for', () => {
    const rows = pixels(5, 6);
    const { variances } = principalComponents(rows, 16);
    allComponents(rows)
      .variances.slice(0, 4)
      .forEach((variance, i) => expect(variances[i]! / variance).toBeCloseTo(1, 8));
    expect(variances[4]! / variances[0]!).toBeLessThan(1e-10);
  });

  it('give the same distances when the pictures are rotated as vectors', () => {
    const [data, samples, turn] = [pixels(200, 4), mixed(64, 48, 6), rotation(48)];
    const along = (components: Components, a: Matrix, b: Matrix) =>
      distance(project(a, components), project(b, components));
    const plain = along(principalComponents(data, 16), data, samples);
    const [turnedData, turnedSamples] = [data.mmul(turn), samples.mmul(turn)];
    const turned = along(principalComponents(turnedData, 16), turnedData, turnedSamples);
    expect(turned / plain).toBeCloseTo(1, 6);
  });

  it('are of pixels from -1 to 1', () => {
    expect(rowsOf(Uint8Array.of(0, 255, 51, 204), 2).to2DArray()).toEqual([
      [-1, 1],
      [expect.closeTo(-0.6, 12), expect.closeTo(0.6, 12)],
    ]);
  });
});
