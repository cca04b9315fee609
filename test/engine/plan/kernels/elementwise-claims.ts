// Claims that the elementwise kernels compute what plain float64 loops do, for any shape. Not a test: the
// tests call them.
import * as kernels from '../../../../src/engine/plan/kernels/elementwise.ts';
import type { Value } from '../../../../src/engine/plan/kernels/value.ts';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { centralDifferences, type Plain, referenceOps, wavy } from '../../reference.ts';
import { claim } from './claim.ts';
import { type Adding, adding } from './comparison.ts';
import { value } from './run-kernels.ts';

const of = (like: Value, seed: number): Plain => wavy([...like.shape], seed);

const plus = (a: Float64Array, b: Float64Array) => a.map((x, i) => x + (b[i] as number));

/** y = a + b, then y += a, and z a copy of y. */
export async function claimAdd(target: Target, count: number): Promise<void> {
  const [a, b] = [value('a', [count]), value('b', [count])];
  const [y, z] = [value('y', [count]), value('z', [count])];
  const [forA, forB] = [of(a, 1), of(b, 2)];
  const list = [
    ...kernels.add(target, { a, b, y }),
    ...kernels.addInto(target, { a, y }),
    ...kernels.copy(target, { x: y, y: z }),
  ];
  const expected = plus(plus(forA.data, forB.data), forA.data);
  await claim(
    list,
    [
      [a, forA.data],
      [b, forB.data],
    ],
    [
      [y, expected],
      [z, expected],
    ],
    1e-6,
  );
}

/** concat and split; `how`: how the gradients of a and of b accumulate. */
export async function claimConcat(
  target: Target,
  geometry: kernels.ConcatGeometry,
  how: [Adding, Adding],
): Promise<void> {
  const { rows, first, second } = geometry;
  const [a, b] = [value('a', [rows, first]), value('b', [rows, second])];
  const [y, dy] = [value('y', [rows, first + second]), value('dy', [rows, first + second])];
  const inputs = [of(a, 1), of(b, 2)];
  const cotangent = of(dy, 3);
  const toA = adding(how[0], [rows, first], 4);
  const toB = adding(how[1], [rows, second], 5);
  const parts = { addA: toA.add, addB: toB.add, da: toA.dx, db: toB.dx };
  const list = [
    ...kernels.concat(target, geometry, { a, b, y }),
    ...kernels.split(target, geometry, { dy, ...parts }),
  ];
  const forward = ([one, other]: Plain[]) => referenceOps.concat(one as Plain, other as Plain);
  const [da, db] = centralDifferences(forward, inputs, cotangent) as [Plain, Plain];
  const given: [Value, Float64Array][] = [
    [a, (inputs[0] as Plain).data],
    [b, (inputs[1] as Plain).data],
    [dy, cotangent.data],
    ...toA.given,
    ...toB.given,
  ];
  const expected: [Value, Float64Array][] = [
    [y, forward(inputs).data],
    [toA.dx, plus(da.data, toA.before)],
    [toB.dx, plus(db.data, toB.before)],
  ];
  await claim(list, given, expected, 1e-6);
}

/** Nearest upsampling by 2 and its gradient. */
export async function claimUpsample(
  target: Target,
  geometry: kernels.UpsampleGeometry,
  how: Adding,
): Promise<void> {
  const { batch, height, width, channels } = geometry;
  const x = value('x', [batch, height, width, channels]);
  const [y, dy] = [0, 1].map((i) => value(`y${i}`, [batch, 2 * height, 2 * width, channels])) as [
    Value,
    Value,
  ];
  const [forX, cotangent] = [of(x, 1), of(dy, 2)];
  const to = adding(how, [...x.shape], 3);
  const list = [
    ...kernels.upsample(target, geometry, { x, y }),
    ...kernels.upsampleGradient(target, geometry, { dy, add: to.add, dx: to.dx }),
  ];
  const forward = ([one]: Plain[]) => referenceOps.upsampleNearest2x(one as Plain);
  const [gradient] = centralDifferences(forward, [forX], cotangent) as [Plain];
  const expected: [Value, Float64Array][] = [
    [y, forward([forX]).data],
    [to.dx, plus(gradient.data, to.before)],
  ];
  await claim(list, [[x, forX.data], [dy, cotangent.data], ...to.given], expected, 1e-6);
}
