// How a group norm's kernels read x and store its gradient. If x is the concatenation of two values, as
// behind a UNet's skip connections, the forward kernel concatenates while it reads, and the backward kernel
// splits while it stores. And what the kernels of all GPUs bind and declare alike. Not here: the norm itself
// (group-norm-registers.ts, group-norm-tiles.ts, group-norm-held.ts).
import { siluFunctions } from '../activations.ts';
import { gradientTo } from '../gradient-to.ts';
import type { GroupNormBackward, GroupNormForward, GroupNormGeometry, InputGradient } from './geometry.ts';
import { type Binding, PLACE } from '../kernel.ts';
import { lines } from '../wgsl-text.ts';
import { rowsIn, type Value } from '../value.ts';

/** WGSL type of one element: a channel, or a vec4 of channels. */
export type Element = 'f32' | 'vec4<f32>';

/** Bindings, parameters and WGSL statements for one end of a kernel: reading x, or storing its gradient. */
interface End {
  bindings: Record<string, Binding>;
  params: Record<string, number>;
  /** Statements before the loop over the pixels of a channel. */
  before: (picture: string, channel: string) => string;
  /** Statements for element `at` of x, which is pixel `pixel` of that channel. */
  each: (pixel: string) => string;
  /**
   * The same for elements `at_0`, `at_1`, ... with all loads before any store; `only`: for some of them.
   * Reading x declares `value_0`, ...; storing its gradient takes `slope_0`, ... and declares `result_0`, ...
   */
  several: (pixels: readonly string[], only?: readonly number[]) => string;
}

/**
 * vec4 if 4 divides the channels of a group and, if x is a concatenation, the channels of its first input.
 * `first`: that first input, [B, pixels, channels].
 */
export function elementOf({ channels, groups }: GroupNormGeometry, first: Value | null = null): Element {
  const counts = [channels / groups, first?.shape.at(-1) ?? 0];
  return counts.every((count) => count % 4 === 0) ? 'vec4<f32>' : 'f32';
}

/** vec4 if 4 divides all channels and those of the first input: groups may lie side by side in an element. */
export const wideElementOf = ({ channels }: GroupNormGeometry, first: Value | null = null): Element =>
  [channels, first?.shape.at(-1) ?? 0].every((count) => count % 4 === 0) ? 'vec4<f32>' : 'f32';

/**
 * WGSL: `is_first`, whether the channel belongs to the first concatenated input; `part_first`, the index of
 * the channel's first pixel in its own input; `part_span`, the distance from one pixel to the next there.
 */
const inputOf = (picture: string, channel: string) => /* wgsl */ `
        let is_first = ${channel} < params.split;
        let part_span = select(params.stride - params.split, params.split, is_first);
        let part_first = ${picture} * params.pixels * part_span + ${channel} - select(params.split, 0u, is_first);`;

const paramsOf = (first: Value, type: Element) => ({
  split: (first.shape.at(-1) as number) / (type === 'f32' ? 1 : 4),
});

/**
 * Reads `value`, an element of x; if x is a concatenation, reads it from its own input and stores it in x.
 */
export function gathering({ x, joins }: GroupNormForward, type: Element): End {
  if (!joins) {
    const bindings: Record<string, Binding> = { x: { value: x, access: 'read', type } };
    return {
      bindings,
      params: {},
      before: () => '',
      each: () => 'let value = x[at];',
      several: (pixels) => lines(pixels, (_, k) => `let value_${k} = x[at_${k}];`),
    };
  }
  return {
    bindings: {
      a: { value: joins.a, access: 'read', type },
      b: { value: joins.b, access: 'read', type },
      x: { value: x, access: 'write', type },
    },
    params: paramsOf(joins.a, type),
    before: inputOf,
    each: (pixel) => /* wgsl */ `let part_at = part_first + ${pixel} * part_span;
          var value: T;
          if (is_first) { value = a[part_at]; } else { value = b[part_at]; }
          x[at] = value;`,
    several: (pixels) => {
      const from = (name: string) =>
        lines(pixels, (pixel, k) => `value_${k} = ${name}[part_first + ${pixel} * part_span];`);
      return /* wgsl */ `${lines(pixels, (_, k) => `var value_${k}: T;`)}
      if (is_first) { ${from('a')} } else { ${from('b')} }
      ${lines(pixels, (_, k) => `x[at_${k}] = value_${k};`)}`;
    },
  };
}

/**
 * Stores `result` = `slope` (the gradient at `at`) plus what is to be added to it, in dx or in one of the
 * inputs'.
 */
export function scattering({ add, to }: GroupNormBackward, type: Element): End {
  if ('dx' in to) {
    const { bindings, term } = gradientTo('dx', add, to.dx, type);
    return {
      bindings,
      params: {},
      before: () => '',
      each: () => `let result = slope${term('at')}; dx[at] = result;`,
      several: (pixels, only = pixels.map((_, k) => k)) => /* wgsl */ `
      ${lines(only, (k) => `let result_${k} = slope_${k}${term(`at_${k}`)};`)}
      ${lines(only, (k) => `dx[at_${k}] = result_${k};`)}`,
    };
  }
  const { a, b } = to;
  const access = ({ onto }: InputGradient): Binding['access'] => (onto ? 'update' : 'write');
  return {
    bindings: {
      ...(add ? { dx: { value: add, access: 'read', type } } : {}),
      da: { value: a.value, access: access(a), type },
      db: { value: b.value, access: access(b), type },
    },
    params: paramsOf(a.value, type),
    before: inputOf,
    each: (pixel) => /* wgsl */ `let part_at = part_first + ${pixel} * part_span;
          let result = slope${add ? ' + dx[at]' : ''};
          if (is_first) { da[part_at] ${a.onto ? '+=' : '='} result; } else { db[part_at] ${b.onto ? '+=' : '='} result; }`,
    several: (pixels, only = pixels.map((_, k) => k)) => {
      const to = (name: string, { onto }: InputGradient) => {
        const at = (k: number) => `${name}[part_first + ${pixels[k]} * part_span]`;
        const olds = onto ? lines(only, (k) => `let old_${k} = ${at(k)};`) : '';
        return `${olds}
        ${lines(only, (k) => `${at(k)} = ${onto ? `old_${k} + ` : ''}result_${k};`)}`;
      };
      return /* wgsl */ `${lines(only, (k) => `let result_${k} = slope_${k}${add ? ` + dx[at_${k}]` : ''};`)}
      if (is_first) { ${to('da', a)} } else { ${to('db', b)} }`;
    },
  };
}

/**
 * Stores the sums over each picture's pixels: `put` stores `value` for one channel. Null if there is no
 * pictureSums.
 */
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

const typed = (type: Element) => ({
  read: (value: Value): Binding => ({ value, access: 'read', type }),
  write: (value: Value): Binding => ({ value, access: 'write', type }),
});

/** The bindings of a forward kernel that reads x by `source`. */
export function forwardBindings(
  { affine, y, stats }: GroupNormForward,
  type: Element,
  source: End,
): Record<string, Binding> {
  const { read, write } = typed(type);
  return { ...source.bindings, affine: read(affine), y: write(y), stats: typed('f32').write(stats) };
}

/** The bindings of a backward kernel that stores the gradient by `target`, and sums it by `picture`. */
export function backwardBindings(
  { x, stats, affine, dy, sums }: GroupNormBackward,
  type: Element,
  target: End,
  picture: ReturnType<typeof summing>,
): Record<string, Binding> {
  const { read, write } = typed(type);
  return {
    ...{ x: read(x), stats: typed('f32').read(stats), affine: read(affine), dy: read(dy) },
    ...{ ...target.bindings, sums: write(sums), ...picture?.bindings },
  };
}

/** WGSL: SiLU, its slope, and `total`, the sum of an element's channels. */
export const elementFunctions = (four: boolean): string => /* wgsl */ `${siluFunctions(four)}
fn total(x: T) -> f32 { return ${four ? '(x.x + x.y) + (x.z + x.w)' : 'x'}; }`;
