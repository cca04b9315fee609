// How the text of a kernel changes where its values are stored as halves: every read and write, and nothing
// else. That the text computes what it should: half-storage.gpu.test.ts.
import { expect, test } from 'vitest';
import { canBeHalves, storingHalves } from '../../../../src/engine/plan/kernels/half-storage.ts';
import { type Binding, kernel } from '../../../../src/engine/plan/kernels/kernel.ts';
import { value } from './run-kernels.ts';

const FOUR = 'vec4<f32>';
const [x, y, z] = [value('x', [8]), value('y', [8]), value('z', [8])];

/** A kernel of `body` that reads x and z, four elements at a time and one by one, and writes y. */
const made = (body: string) => {
  const bindings: Record<string, Binding> = {
    x: { value: x, access: 'read', type: FOUR },
    y: { value: y, access: 'update', type: FOUR },
    z: { value: z, access: 'read' },
  };
  const spec = { op: 'test', bindings, workgroupSize: [1, 1, 1], workgroups: [1, 1, 1] } as const;
  return kernel('tiles', {
    ...spec,
    declarations: 'fn first(y: i32) -> vec4<f32> { return x[y + 1]; }',
    body,
  });
};

/** Main's body, after the change. */
const bodyOf = (body: string): string => {
  const { source } = storingHalves(made(body), () => true);
  return source.slice(source.lastIndexOf('uniforms.base.xyz;') + 18, source.lastIndexOf('}')).trim();
};

test('reads, writes and updates go by way of the functions', () => {
  expect(bodyOf('y[i] = x[i] + x[i + 1u];')).toBe(
    'y[i] = to_halves(of_halves(x[i]) + of_halves(x[i + 1u]));',
  );
  expect(bodyOf('y[a[i]] += 2.0 * x[i];')).toBe(
    'y[a[i]] = to_halves(of_halves(y[a[i]]) + (2.0 * of_halves(x[i])));',
  );
  expect(bodyOf('let d = x[i].w * z[i + 1u];')).toBe(
    'let d = of_halves(x[i]).w * of_half(z[(i + 1u) >> 1u], i + 1u);',
  );
  expect(bodyOf('if (x[i].x == 1.0) { y[i] = x[i]; }')).toContain(
    'if (of_halves(x[i]).x == 1.0) { y[i] = to',
  );
  expect(bodyOf('let a = p.x[i] + xx[i];')).toBe('let a = p.x[i] + xx[i];');
});

test('declarations name words, functions before main are changed too, and so are bytes', () => {
  const whole = made('y[i] = x[i];');
  const halves = storingHalves(whole, (id) => id === x.id);
  expect(halves.source).toContain('var<storage, read_write> x: array<vec2<u32>>;');
  expect(halves.source).toContain('var<storage, read_write> y: array<vec4<f32>>;');
  expect(halves.source).toContain('return of_halves(x[y + 1]);');
  expect(halves.source).toContain('y[i] = of_halves(x[i]);');
  expect(halves.bindings.map(({ value: each }) => each.element)).toEqual(['f16', 'f32', 'f32']);
  expect([whole.bytes, halves.bytes]).toEqual([96, 80]);
});

test('a kernel without halves stays the same object', () => {
  const whole = made('y[i] = x[i];');
  expect(storingHalves(whole, () => false)).toBe(whole);
});

test('what cannot be written alone is refused', () => {
  expect(() => bodyOf('y[i].x = 1.0;')).toThrow('written alone');
  expect(() => bodyOf('y[i][2] = 1.0;')).toThrow('written alone');
  expect(canBeHalves({ value: z, access: 'read' })).toBe(true);
  expect(canBeHalves({ value: z, access: 'write' })).toBe(false);
  expect(canBeHalves({ value: z, access: 'read', type: 'u32' })).toBe(false);
});
