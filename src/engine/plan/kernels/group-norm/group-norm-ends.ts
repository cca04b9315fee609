// Group norm of channels that come from two values, as those of a UNet's skips do: its kernels join them on the way, and part
// the gradient on the way back. Not here: the norm itself (group-norm-registers.ts, group-norm-tiles.ts).
import { gradientTo } from '../elementwise.ts';
import type { GroupNormBackward, GroupNormForward, GroupNormGeometry } from './geometry.ts';
import { type Binding, PLACE } from '../kernel.ts';
import { rowsIn, type Value } from '../value.ts';

export type Element = 'f32' | 'vec4<f32>';

/** What a kernel binds, reads as parameters, and does with element `at` of x: pixel `pixel` of channel `channel`. */
interface End {
  bindings: Record<string, Binding>;
  params: Record<string, number>;
  /** For all pixels of a channel. */
  before: (picture: string, channel: string) => string;
  each: (pixel: string) => string;
}

/** Fours where a group's channels come so, and those of the first part, if there are two. */
export function elementOf({ channels, groups }: GroupNormGeometry, first: Value | null = null): Element {
  const counts = [channels / groups, first?.shape.at(-1) ?? 0];
  return counts.every((count) => count % 4 === 0) ? 'vec4<f32>' : 'f32';
}

/** `part_first` and `part_span`: where the channel's first pixel lies in its part, and how far the next; `is_first`: of the two. */
const partOf = (picture: string, channel: string) => /* wgsl */ `
        let is_first = ${channel} < params.split;
        let part_span = select(params.stride - params.split, params.split, is_first);
        let part_first = ${picture} * params.pixels * part_span + ${channel} - select(params.split, 0u, is_first);`;

const paramsOf = (first: Value, type: Element) => ({
  split: (first.shape.at(-1) as number) / (type === 'f32' ? 1 : 4),
});

/** `value`, which is x's; where it is joined it is written there, too. */
export function gathering({ x, joins }: GroupNormForward, type: Element): End {
  if (!joins) {
    const bindings: Record<string, Binding> = { x: { value: x, access: 'read', type } };
    return { bindings, params: {}, before: () => '', each: () => 'let value = x[at];' };
  }
  return {
    bindings: {
      a: { value: joins.a, access: 'read', type },
      b: { value: joins.b, access: 'read', type },
      x: { value: x, access: 'write', type },
    },
    params: paramsOf(joins.a, type),
    before: partOf,
    each: (pixel) => /* wgsl */ `let part_at = part_first + ${pixel} * part_span;
          var value: T;
          if (is_first) { value = a[part_at]; } else { value = b[part_at]; }
          x[at] = value;`,
  };
}

/** Stores `slope`, the gradient at `at`, with what is to be added to it: `result`. */
export function scattering({ add, to }: GroupNormBackward, type: Element): End {
  if ('dx' in to) {
    const { bindings, term } = gradientTo('dx', add, to.dx, type);
    return {
      bindings,
      params: {},
      before: () => '',
      each: () => `let result = slope${term('at')}; dx[at] = result;`,
    };
  }
  const { a, b } = to;
  const part = (onto: boolean): Binding['access'] => (onto ? 'update' : 'write');
  return {
    bindings: {
      ...(add ? { dx: { value: add, access: 'read', type } } : {}),
      da: { value: a.value, access: part(a.onto), type },
      db: { value: b.value, access: part(b.onto), type },
    },
    params: paramsOf(a.value, type),
    before: partOf,
    each: (pixel) => /* wgsl */ `let part_at = part_first + ${pixel} * part_span;
          let result = slope${add ? ' + dx[at]' : ''};
          if (is_first) { da[part_at] ${a.onto ? '+=' : '='} result; } else { db[part_at] ${b.onto ? '+=' : '='} result; }`,
  };
}

/** Where a picture's sums go: `put` stores `value` for a channel. */
export function summing({ pictureSums }: GroupNormBackward, type: Element) {
  if (!pictureSums) return null;
  const { whole, first, stride } = rowsIn(pictureSums);
  const size = type === 'f32' ? 1 : 4;
  return {
    bindings: { pictureSums: { value: whole, access: 'write', type } } satisfies Record<string, Binding>,
    params: { sumsStride: stride / size },
    place: first / size,
    put: (picture: string, channel: string, value: string) =>
      `pictureSums[${picture} * params.sumsStride + ${PLACE} + ${channel}] = ${value};`,
  };
}
