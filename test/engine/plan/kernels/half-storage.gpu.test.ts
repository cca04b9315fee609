// Halves as a kernel stores and reads them, compared with IEEE 754's binary16 computed here in float64:
// rounded to nearest, ties to even, small ones too; what is too large, or no number, becomes an infinity.
import { beforeAll, expect, test } from 'vitest';
import { storingHalves } from '../../../../src/engine/plan/kernels/half-storage.ts';
import { type Binding, kernel } from '../../../../src/engine/plan/kernels/kernel.ts';
import type { Value } from '../../../../src/engine/plan/kernels/value.ts';
import { testDevice } from '../test-device.ts';
import { runKernels, value } from './run-kernels.ts';

beforeAll(async () => {
  await testDevice();
});

/** The nearest binary16, of two equally near ones the even one. */
function half(x: number): number {
  if (Number.isNaN(x) || Math.abs(x) >= 65_520) return Infinity;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(x) || 1)));
  const units = Math.abs(x) / 2 ** (exponent - 10);
  const below = Math.floor(units);
  const up = units - below > 0.5 || (units - below === 0.5 && below % 2 === 1);
  return Math.sign(x) * (below + Number(up)) * 2 ** (exponent - 10);
}

const ties = [2049, 2051, 1 + 2 ** -11, 1 + 3 * 2 ** -11, -(1 + 2 ** -11), 1 + 2 ** -11 + 2 ** -20];
const small = [2 ** -14, 2 ** -15, 3 * 2 ** -24, -5 * 2 ** -24, 0];
const large = [65_504, 65_519.9, 65_520, -65_504, 1e38, -1e38, Infinity, NaN];
const numbers = Float32Array.from([...ties, ...small, ...large, ...[0.1, -0.3, 1 / 3, 1234.56, -7.7]]);

test('a half is stored as IEEE 754 rounds, and read as it was stored', async () => {
  const make = (name: string) => value(name, [numbers.length]);
  const [x, y, z] = [make('x'), make('y'), make('z')];
  const spec = { workgroupSize: [1, 1, 1], workgroups: [1, 1, 1] } as const;
  const four = (each: Value, access: Binding['access']) =>
    ({ value: each, access, type: 'vec4<f32>' }) as const;
  const count = numbers.length;
  const store = kernel('tiles', {
    ...{ op: 'store halves', ...spec, params: { count } },
    bindings: { x: four(x, 'read'), y: four(y, 'write') },
    body: 'for (var i = 0u; i < params.count / 4u; i++) { y[i] = x[i]; }',
  });
  const readBack = kernel('tiles', {
    ...{ op: 'read halves', ...spec, params: { count } },
    bindings: { y: { value: y, access: 'read' }, z: { value: z, access: 'write' } },
    body: 'for (var i = 0u; i < params.count; i++) { z[i] = y[i]; }',
  });
  const isHalf = (id: number) => id === y.id;
  const [stored, found] = [storingHalves(store, isHalf), storingHalves(readBack, isHalf)];
  // One value in one place: each kernel binds an object of its own.
  const halves = stored.bindings[1] as Binding;
  const again = { ...found, bindings: [halves, ...found.bindings.slice(1)] };
  const read = await runKernels([stored, again], new Map([[x, numbers]]));
  const got = Array.from(read(z), (number) => (Math.abs(number) === Infinity ? Infinity : number));
  expect(got).toEqual(Array.from(Float32Array.from(numbers, half)));
});
