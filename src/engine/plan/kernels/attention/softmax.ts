// Softmax over the keys of attention scores, and its gradient, both in place. Not here: the scores
// (attention.ts).
import { type Binding, gridOf, type Kernel, kernel, type KernelSpec } from '../kernel.ts';
import type { Value } from '../value.ts';
import type { Target } from '../target.ts';

/** The scores are [matrices, queries, keys]. */
export interface ScoresGeometry {
  /** Pictures times heads. */
  matrices: number;
  queries: number;
  keys: number;
  /**
   * 1 / sqrt(channels of a head), the factor of the scores. Applied by the softmax and not by the matrix
   * products, so that all products can share one kernel.
   */
  scale: number;
  /**
   * If not null, query n sees the keys 0..n only, where n counts from `firstQuery` on in each matrix. Read by
   * the softmax; its gradient needs no mask, because it is 0 where p is.
   */
  seen: { firstQuery: number } | null;
}

/**
 * In `registers` each lane reduces one row (LANES); in `tiles` each workgroup one row, by a tree (THREADS).
 */
const LANES = 4;
const THREADS = 64;

/** A reduction over a row, in WGSL. */
interface Reduction {
  /** The variable that receives the result. */
  name: string;
  /**
   * Statement that takes element `i` (an f32 or a vec4) into the accumulator `soFar`; may also store to
   * `x[i]`.
   */
  each: (soFar: string) => string;
  /** Initial value of the accumulator. */
  start: string;
  /** Expression that joins two partial results. */
  join: (a: string, b: string) => string;
}

const plus = (a: string, b: string): string => `(${a} + ${b})`;
const larger = (a: string, b: string): string => `max(${a}, ${b})`;

/**
 * One kernel that does the reductions one after the other, each over the keys that are seen, then `last` for
 * each of them, and 0 for the others. With a mask it reads key by key, for the last seen may be any of four.
 */
function rowKernel(
  { family }: Target,
  op: string,
  { matrices, queries, keys, scale, seen }: ScoresGeometry,
  bindings: Record<string, Binding>,
  reductions: readonly Reduction[],
  last: string,
): Kernel[] {
  const four = keys % 4 === 0 && !seen;
  const type = four ? 'vec4<f32>' : 'f32';
  const threads = family === 'tiles' ? THREADS : LANES;
  const step = family === 'tiles' ? THREADS : 1;
  const over = (each: string) => `for (var i = base; i < end; i += ${step}u) { ${each} }`;
  const inLane = ({ name, start, each, join }: Reduction) => /* wgsl */ `
      var ${name}_found = T(${start});
      ${over(each(`${name}_found`))}
      let ${name}_one = ${four ? join(join(`${name}_found.x`, `${name}_found.y`), join(`${name}_found.z`, `${name}_found.w`)) : `${name}_found`};`;
  // After the last barrier the next reduction may overwrite `parts`.
  const inGroup = ({ name, join }: Reduction) => /* wgsl */ `
      parts[lane] = ${name}_one;
      for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) { parts[lane] = ${join('parts[lane]', 'parts[lane + half]')}; }
      }
      workgroupBarrier();
      let ${name} = parts[0];
      workgroupBarrier();`;
  const rows = matrices * queries;
  const spec: KernelSpec = {
    op,
    bindings: Object.fromEntries(
      Object.entries(bindings).map(([name, binding]) => [name, { ...binding, type }]),
    ),
    params: { rows, width: four ? keys / 4 : keys, ...(seen ? { queries, ...seen } : {}) },
    floats: { scale },
    workgroupSize: [threads, 1, 1],
    workgroups: gridOf(rows, family === 'tiles' ? 1 : LANES),
    flops: 4 * (reductions.length + 1) * rows * keys,
    declarations: `alias T = ${type};
      ${family === 'tiles' ? `var<workgroup> parts: array<f32, ${THREADS}>;` : ''}`,
    body: /* wgsl */ `
      let row = ${family === 'tiles' ? 'group.y * 32768u + group.x' : `(group.y * 32768u + group.x) * ${LANES}u + lane`};
      if (row >= params.rows) { return; }
      let first = row * params.width;
      let base = first${family === 'tiles' ? ' + lane' : ''};
      let end = first + ${seen ? 'min(params.width, params.firstQuery + row % params.queries + 1u)' : 'params.width'};
      ${reductions
        .map(
          (one) => inLane(one) + (family === 'tiles' ? inGroup(one) : `let ${one.name} = ${one.name}_one;`),
        )
        .join('\n')}
      ${over(last)}
      ${seen ? `for (var i = end${family === 'tiles' ? ' + lane' : ''}; i < first + params.width; i += ${step}u) { x[i] = 0.0; }` : ''}`,
  };
  return [kernel(family, spec)];
}

/**
 * x = softmax(scale x) over the keys that are seen and 0 at the others, in place, as
 * torch.nn.functional.softmax. Each row's maximum is subtracted before exp, so that exp cannot overflow.
 * `scale` is positive.
 */
export function softmax(target: Target, geometry: ScoresGeometry, { x }: { x: Value }): Kernel[] {
  const most: Reduction = {
    name: 'most',
    // Every lane begins with the row's first element: a lane without a key of its own changes no maximum.
    start: 'x[first]',
    each: (found) => `${found} = max(${found}, x[i]);`,
    join: larger,
  };
  const total: Reduction = {
    name: 'total',
    start: '0.0',
    each: (found) => `let share = exp((x[i] - most) * params.scale); ${found} += share; x[i] = share;`,
    join: plus,
  };
  const bindings: Record<string, Binding> = { x: { value: x, access: 'update' } };
  return rowKernel(target, 'softmax', geometry, bindings, [most, total], 'x[i] = x[i] / total;');
}

/**
 * d = scale p (d - sum over keys of p d), in place: from the gradient with respect to the softmax's output p
 * to the gradient with respect to the unscaled scores.
 */
export function softmaxGradient(
  target: Target,
  geometry: ScoresGeometry,
  { p, d }: { p: Value; d: Value },
): Kernel[] {
  const level: Reduction = {
    name: 'level',
    start: '0.0',
    each: (found) => `${found} += p[i] * d[i];`,
    join: plus,
  };
  const bindings: Record<string, Binding> = {
    p: { value: p, access: 'read' },
    d: { value: d, access: 'update' },
  };
  const last = 'd[i] = p[i] * (d[i] - level) * params.scale;';
  return rowKernel(target, 'softmax backward', { ...geometry, seen: null }, bindings, [level], last);
}
