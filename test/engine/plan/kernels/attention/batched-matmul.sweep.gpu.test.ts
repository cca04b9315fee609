// Batched matrix products of both families agree with float64, in every layout and at odd shapes:
// `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { describe, expect, test } from 'vitest';
import type { MatrixLayout } from '../../../../../src/engine/plan/kernels/attention/batched-matmul-operands.ts';
import { batchedMatmul } from '../../../../../src/engine/plan/kernels/attention/batched-matmul.ts';
import type { Target } from '../../../../../src/engine/plan/kernels/target.ts';
import { wavy } from '../../../reference.ts';
import { difference } from '../comparison.ts';
import { runKernels, value } from '../run-kernels.ts';
import { TARGETS } from '../../targets.ts';

type Order = 'rows' | 'columns';
const BATCHES = [2, 3] as const;
/** Elements before the first matrix and between two matrices, so that a wrong offset shows in the results. */
const GAP = 4;

/** Layout of [rows, columns] matrices, row-major or column-major; lines are padded by `pad` elements. */
function layoutOf(rows: number, columns: number, order: Order, pad: number): MatrixLayout {
  const line = (order === 'rows' ? columns : rows) + pad;
  const size = line * (order === 'rows' ? rows : columns) + GAP;
  const [row, column] = order === 'rows' ? [line, 1] : [1, line];
  return { offset: GAP, outer: size * BATCHES[1], inner: size, row, column };
}

const lengthOf = ({ offset, outer }: MatrixLayout) => offset + outer * BATCHES[0];

async function claimProduct(
  target: Target,
  { m, n, k }: { m: number; n: number; k: number },
  [forA, forB, forC]: readonly [Order, Order, Order],
  { pad, accumulate }: { pad: number; accumulate: boolean },
): Promise<void> {
  const layout = {
    a: layoutOf(m, k, forA, pad),
    b: layoutOf(k, n, forB, pad),
    c: layoutOf(m, n, forC, pad),
    accumulate,
  };
  const [a, b, c] = [layout.a, layout.b, layout.c].map((each) => value('', [lengthOf(each)]));
  const values = { a: a!, b: b!, c: c! };
  const given = [values.a, values.b, values.c].map((each, i) => wavy([...each.shape], i + 1).data);
  const [x, y, before] = given as [Float64Array, Float64Array, Float64Array];
  const expected = before.slice();
  for (let o = 0; o < BATCHES[0]; o++)
    for (let i = 0; i < BATCHES[1]; i++)
      for (let row = 0; row < m; row++)
        for (let column = 0; column < n; column++) {
          const at = (of: MatrixLayout, r: number, s: number) =>
            of.offset + o * of.outer + i * of.inner + r * of.row + s * of.column;
          let sum = accumulate ? before[at(layout.c, row, column)]! : 0;
          for (let p = 0; p < k; p++) sum += x[at(layout.a, row, p)]! * y[at(layout.b, p, column)]!;
          expected[at(layout.c, row, column)] = sum;
        }
  const read = await runKernels(
    batchedMatmul(target, { batches: BATCHES, m, n, k }, values, layout),
    new Map([
      [values.a, x],
      [values.b, y],
      [values.c, before],
    ]),
  );
  expect(difference(read(values.c), expected)).toBeLessThan(1e-5);
}

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('batched matmul', () => {
  for (const target of TARGETS) {
    for (const [m, n, k] of [
      [1, 1, 1],
      [7, 5, 3],
      [8, 16, 4],
      [33, 31, 17],
      [36, 64, 20],
      [68, 72, 36],
      [65, 66, 67],
    ] as const) {
      test(`${target.family} ${m} x ${k} x ${n}`, async () => {
        for (const forA of ['rows', 'columns'] as const)
          for (const forB of ['rows', 'columns'] as const) {
            await claimProduct(target, { m, n, k }, [forA, forB, 'rows'], { pad: 0, accumulate: false });
            await claimProduct(target, { m, n, k }, [forA, forB, 'rows'], { pad: 4, accumulate: true });
          }
        await claimProduct(target, { m, n, k }, ['rows', 'rows', 'columns'], { pad: 1, accumulate: true });
      });
    }
  }
});
