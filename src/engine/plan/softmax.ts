// Softmax over the keys of attention's scores, and its gradient, both in place. Not here: the scores (attention.ts).
import { type Family, gridOf, type Kernel, kernel, type Value } from './kernel.ts';

export interface ScoresGeometry {
  /** Pictures times heads. */
  matrices: number;
  queries: number;
  keys: number;
  /** What the scores are multiplied with: 1 / sqrt(channels of a head). Here, so that both products of a pass are the same kernel. */
  scale: number;
}

/**
 * How far apart queries and keys lie in a matrix of scores: [queries, keys] for `tiles`, whose workgroups sum a row together;
 * [keys, queries] for `registers`, whose lanes each sum one query and read side by side.
 */
export const scoreStrides = (
  family: Family,
  { queries, keys }: Pick<ScoresGeometry, 'queries' | 'keys'>,
): { query: number; key: number } =>
  family === 'tiles' ? { query: keys, key: 1 } : { query: 1, key: queries };

const LANES = 4;
const THREADS = 64;

const flopsOf = ({ matrices, queries, keys }: ScoresGeometry, each: number): number =>
  each * matrices * queries * keys;

/** A query a lane: `base` is where its scores begin, `params.queries` from one key to the next. */
function perLane({ matrices, queries, keys, scale }: ScoresGeometry) {
  return {
    params: { queries, keys },
    floats: { scale },
    workgroupSize: [LANES, 1, 1],
    workgroups: [Math.ceil(queries / LANES), matrices, 1],
    start: /* wgsl */ `
      let query = group.x * ${LANES}u + lane;
      if (query >= params.queries) { return; }
      let base = group.y * params.queries * params.keys + query;
      let end = base + params.keys * params.queries;`,
  } as const;
}

/** A query a workgroup: its lanes take every 64th key and join what they found by a tree. */
function perGroup({ matrices, queries, keys, scale }: ScoresGeometry) {
  return {
    params: { rows: matrices * queries, keys },
    floats: { scale },
    workgroupSize: [THREADS, 1, 1],
    workgroups: gridOf(matrices * queries, 1),
    declarations: `var<workgroup> parts: array<f32, ${THREADS}>;`,
    start: /* wgsl */ `
      let row = group.y * 32768u + group.x;
      if (row >= params.rows) { return; }
      let base = row * params.keys + lane;
      let end = (row + 1u) * params.keys;`,
  } as const;
}

/** `name` = what all lanes hold in `value`, joined; two barriers, so that `parts` may be used again. */
const joined = (name: string, value: string, join: (a: string, b: string) => string) => /* wgsl */ `
      parts[lane] = ${value};
      for (var step = ${THREADS / 2}u; step > 0u; step /= 2u) {
        workgroupBarrier();
        if (lane < step) { parts[lane] = ${join('parts[lane]', 'parts[lane + step]')}; }
      }
      workgroupBarrier();
      let ${name} = parts[0];
      workgroupBarrier();`;

const plus = (a: string, b: string) => `${a} + ${b}`;

/** x = softmax over keys of scale x, less each row's largest first. torch.nn.functional.softmax. */
export function softmax(family: Family, geometry: ScoresGeometry, { x }: { x: Value }): Kernel[] {
  const op = 'softmax';
  const bindings = { x: { value: x, access: 'update' } } as const;
  const flops = flopsOf(geometry, 8);
  const loop = (step: string, each: string) => `for (var i = base; i < end; i += ${step}) { ${each} }`;
  if (family === 'registers') {
    const { start, ...spec } = perLane(geometry);
    const over = (each: string) => loop('params.queries', each);
    return [
      kernel(family, {
        ...spec,
        ...{ op, bindings, flops },
        body: /* wgsl */ `${start}
      var most = x[base];
      ${over('most = max(most, x[i]);')}
      var total = 0.0;
      ${over('let share = exp((x[i] - most) * params.scale); total += share; x[i] = share;')}
      ${over('x[i] /= total;')}`,
      }),
    ];
  }
  const { start, ...spec } = perGroup(geometry);
  const over = (each: string) => loop(`${THREADS}u`, each);
  return [
    kernel(family, {
      ...spec,
      ...{ op, bindings, flops },
      body: /* wgsl */ `${start}
      // Lanes beyond the last key repeat the first.
      var found = x[row * params.keys];
      ${over('found = max(found, x[i]);')}
      ${joined('most', 'found', (a, b) => `max(${a}, ${b})`)}
      var sum = 0.0;
      ${over('let share = exp((x[i] - most) * params.scale); sum += share; x[i] = share;')}
      ${joined('total', 'sum', plus)}
      ${over('x[i] /= total;')}`,
    }),
  ];
}

/** d = scale p (d - sum over keys of p d): from the gradient of the softmaxed p to that of the products. */
export function softmaxGradient(
  family: Family,
  geometry: ScoresGeometry,
  { p, d }: { p: Value; d: Value },
): Kernel[] {
  const op = 'softmax backward';
  const bindings = { p: { value: p, access: 'read' }, d: { value: d, access: 'update' } } as const;
  const flops = flopsOf(geometry, 4);
  const over = (step: string, each: string) => `for (var i = base; i < end; i += ${step}) { ${each} }`;
  if (family === 'registers') {
    const { start, ...spec } = perLane(geometry);
    return [
      kernel(family, {
        ...spec,
        ...{ op, bindings, flops },
        body: /* wgsl */ `${start}
      var total = 0.0;
      ${over('params.queries', 'total += p[i] * d[i];')}
      ${over('params.queries', 'd[i] = p[i] * (d[i] - total) * params.scale;')}`,
      }),
    ];
  }
  const { start, ...spec } = perGroup(geometry);
  return [
    kernel(family, {
      ...spec,
      ...{ op, bindings, flops },
      body: /* wgsl */ `${start}
      var sum = 0.0;
      ${over(`${THREADS}u`, 'sum += p[i] * d[i];')}
      ${joined('total', 'sum', plus)}
      ${over(`${THREADS}u`, 'd[i] = p[i] * (d[i] - total) * params.scale;')}`,
    }),
  ];
}
