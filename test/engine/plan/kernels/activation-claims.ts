// Claims that activations and their gradients are what plain float64 loops compute. Not a test: the tests
// call them.
import {
  type Activation,
  activation,
  activationGradient,
  geglu,
  type GegluGeometry,
  gegluGradient,
} from '../../../../src/engine/plan/kernels/activations.ts';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { centralDifferences, type Plain, plain, referenceOps, wavy } from '../../reference.ts';
import { claim } from './claim.ts';
import { type Adding, adding } from './comparison.ts';
import { value } from './run-kernels.ts';

const plus = (a: Float64Array, b: Float64Array) => a.map((x, i) => x + (b[i] as number));

/** For large counts x is -120..120, where exp overflows float32. */
export async function claimActivation(
  target: Target,
  of: Activation,
  count: number,
  how: Adding,
): Promise<void> {
  const [x, y, dy] = [value('x', [count]), value('y', [count]), value('dy', [count])];
  const forX = plain([count], (i) => Math.fround((count > 20 ? 240 : 6) * ((i + 0.5) / count - 0.5)));
  const cotangent = wavy([count], 2);
  const to = adding(how, [count], 3);
  const list = [
    ...activation(target, of, { x, y }),
    ...activationGradient(target, of, { x, dy, add: to.add, dx: to.dx }),
  ];
  const forward = ([one]: Plain[]) => referenceOps[of](one as Plain);
  const [gradient] = centralDifferences(forward, [forX], cotangent) as [Plain];
  const given = [[x, forX.data], [dy, cotangent.data], ...to.given] as Parameters<typeof claim>[1];
  await claim(list, given, [[y, forward([forX]).data]], 1e-6);
  await claim(list, given, [[to.dx, plus(gradient.data, to.before)]], 1e-5);
}

/** Gates reach -8..8. */
export async function claimGeglu(target: Target, geometry: GegluGeometry, how: Adding): Promise<void> {
  const { rows, channels } = geometry;
  const [x, y, dy] = [
    value('x', [rows, 2 * channels]),
    value('y', [rows, channels]),
    value('dy', [rows, channels]),
  ];
  const numbers = wavy([rows, 2 * channels], 1);
  const forX = plain(numbers.shape, (i) => Math.fround(8 * (numbers.data[i] as number)));
  const cotangent = wavy([rows, channels], 2);
  const to = adding(how, [rows, 2 * channels], 3);
  const list = [
    ...geglu(target, geometry, { x, y }),
    ...gegluGradient(target, geometry, { x, dy, add: to.add, dx: to.dx }),
  ];
  const forward = ([one]: Plain[]) => referenceOps.geglu(one as Plain);
  const [gradient] = centralDifferences(forward, [forX], cotangent) as [Plain];
  await claim(
    list,
    [[x, forX.data], [dy, cotangent.data], ...to.given],
    [
      [y, forward([forX]).data],
      [to.dx, plus(gradient.data, to.before)],
    ],
    1e-6,
  );
}
