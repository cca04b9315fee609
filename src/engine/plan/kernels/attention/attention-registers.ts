// Attention of narrow heads for GPUs in software, without scores in memory: one dispatch forward, two
// backward. On such a GPU loading or storing a score costs as much as computing it again from 8 channels. A
// quad computes 16 queries (or, for the gradients of k and v, 16 keys); its lanes load one key (or query)
// each and pass it round. Not here: wide heads (attention.ts), the equations (attention.ts), GPUs in hardware
// (attention-tiles.ts).
//
// Measured on SwiftShader, 16 pictures, 64 queries and keys, 4 heads of 8 channels, processor
// time: forward 33 to 8 ms, backward 52 to 25, against products and softmax in memory.
import { type Binding, gridOf, type Kernel, kernel } from '../kernel.ts';
import { QUAD, TILE_OF_GROUP } from '../conv/registers/quads.ts';
import { lines, range } from '../wgsl-text.ts';
import type { Target } from '../target.ts';
import type { AttentionBackward, AttentionForward, AttentionGeometry } from './attention-operands.ts';
import { reading, type Tokens, tokensOf, writing } from './attention-tokens.ts';

/**
 * Channels of a head at least and at most. A narrower head costs exponentials, which are computed again here;
 * a wider one has too many numbers for each lane.
 */
const NARROWEST = 4;
const WIDEST = 8;

/** Queries (or keys) that a lane holds, and that a quad holds. */
const HELD = 4;
const PER_QUAD = QUAD * HELD;
const held = range(HELD);

/** Below every score. */
const LOWEST = '-3.0e38';

/** Whether these kernels serve the geometry. */
export const isNarrow = ({ channels, heads }: AttentionGeometry): boolean =>
  channels / heads >= NARROWEST && channels / heads <= WIDEST;

/** What the three kernels have in common; each quad computes PER_QUAD of `rows` queries or keys. */
function narrowKernel(
  { subgroups }: Target,
  op: string,
  geometry: AttentionGeometry,
  rows: 'queries' | 'keys',
  { bindings, params, bases }: Tokens,
  more: Record<string, Binding>,
  products: number,
  body: string,
): Kernel {
  const { batch, heads, queries, keys, channels, mask } = geometry;
  const blocks = Math.ceil(geometry[rows] / PER_QUAD);
  const tiles = batch * heads * blocks;
  return kernel('registers', {
    op,
    bindings: { ...bindings, ...more },
    params: { tiles, blocks, heads, queries, keys, causal: Number(mask === 'causal'), ...params },
    floats: { scale: 1 / Math.sqrt(channels / heads) },
    workgroupSize: [QUAD, 1, 1],
    workgroups: gridOf(tiles, 1),
    quads: subgroups,
    flops: 2 * products * batch * queries * keys * channels,
    body: /* wgsl */ `${TILE_OF_GROUP}
let first = tile % params.blocks * ${PER_QUAD}u;
let matrix = tile / params.blocks;
let head = matrix % params.heads;
let picture = matrix / params.heads;
${bases}
${lines(held, (r) => `let row${r} = first + ${QUAD * r}u + lane;`)}
${lines(held, (r) => `let at${r} = min(row${r}, params.${rows} - 1u);`)}
${body}`,
  });
}

/** The tokens that a quad reads at a time, one in each lane. */
const passed = (quads: boolean) => range(quads ? QUAD : 1);

/** WGSL: `<name>_of<n>`, the n-th lane's `name`. */
const pass = (quads: boolean, name: string, n: number): string =>
  `let ${name}_of${n} = ${quads ? `quadBroadcast(${name}, ${n}u)` : name};`;

/** WGSL: the terms added in order. */
const sum = (items: readonly number[], term: (item: number) => string): string => items.map(term).join(' + ');

/** WGSL: the sum over the channels of `<a><c>` times b(c). The same order everywhere, so the same scores. */
const dot = (channels: readonly number[], a: string, b: (c: number) => string): string =>
  sum(channels, (c) => `${a}${c} * ${b(c)}`);

/** WGSL: `<name><c>` for every channel. */
const load = (channels: readonly number[], name: string, element: (c: number) => string): string =>
  channels.map((c) => `let ${name}${c} = ${element(c)};`).join(' ');

/** WGSL: `other`, the token that this lane reads, its operands, and those of the tokens i, i + 1, ... */
const loadOther = (
  quads: boolean,
  rows: 'queries' | 'keys',
  channels: readonly number[],
  element: Tokens['element'],
  names: readonly string[],
): string => /* wgsl */ `let other = min(i${quads ? ` + lane % ${QUAD}u` : ''}, params.${rows} - 1u);
${lines(names, (name) => load(channels, name, (c) => element(name, 'other', c)))}
${lines(passed(quads), (n) => lines(names, (name) => lines(channels, (c) => pass(quads, `${name}${c}`, n))))}`;

/** WGSL: `store` for every query (or key) that this lane holds. */
const storeHeld = (rows: 'queries' | 'keys', store: (r: number) => string): string =>
  lines(held, (r) => `if (row${r} < params.${rows}) {\n${store(r)}\n}`);

/** WGSL: the end of the keys that any query of this quad sees, and of those that query r sees. */
const SEEN = /* wgsl */ `let causal = params.causal != 0u;
let end = select(params.keys, min(params.keys, first + ${PER_QUAD}u), causal);
${lines(held, (r) => `let seen${r} = select(params.keys, min(params.keys, row${r} + 1u), causal);`)}`;

const channelsOf = ({ channels, heads }: AttentionGeometry) => range(channels / heads);

/**
 * One dispatch: y, and `scores`. The softmax runs along the keys with the largest score so far, as in Milakov
 * & Gimelshein 2018, "Online normalizer calculation for softmax".
 */
export function narrowForward(
  target: Target,
  geometry: AttentionGeometry,
  { q, k, v, y, scores }: AttentionForward,
): Kernel[] {
  const quads = target.subgroups;
  const [channels, others] = [channelsOf(geometry), passed(quads)];
  const tokens = tokensOf(geometry, {
    ...reading('queries', { q }),
    ...reading('keys', { k, v }),
    ...writing('queries', { y }),
  });
  const { element } = tokens;
  const score = (r: number, n: number) =>
    `let score${r}_${n} = select(${LOWEST}, ${dot(channels, `q${r}_`, (c) => `k${c}_of${n}`)}, i + ${n}u < seen${r});`;
  const step = lines(
    held,
    (r) => /* wgsl */ `${lines(others, (n) => score(r, n))}
let higher${r} = ${others.reduce((most, n) => `max(${most}, score${r}_${n})`, `most${r}`)};
let fade${r} = exp((most${r} - higher${r}) * params.scale);
most${r} = higher${r};
${lines(others, (n) => `let share${r}_${n} = exp((score${r}_${n} - higher${r}) * params.scale);`)}
total${r} = total${r} * fade${r} + ${sum(others, (n) => `share${r}_${n}`)};
${lines(channels, (c) => `y${r}_${c} = y${r}_${c} * fade${r} + ${sum(others, (n) => `share${r}_${n} * v${c}_of${n}`)};`)}`,
  );
  const body = /* wgsl */ `${SEEN}
${lines(
  held,
  (r) => /* wgsl */ `${load(channels, `q${r}_`, (c) => element('q', `at${r}`, c))}
${lines(channels, (c) => `var y${r}_${c} = 0.0;`)}
var most${r} = ${LOWEST};
var total${r} = 0.0;`,
)}
for (var i = 0u; i < end; i += ${others.length}u) {
${loadOther(quads, 'keys', channels, element, ['k', 'v'])}
${step}
}
${storeHeld(
  'queries',
  (r) => /* wgsl */ `let inverse = 1.0 / total${r};
${lines(channels, (c) => `${element('y', `row${r}`, c)} = y${r}_${c} * inverse;`)}
let to = 2u * (matrix * params.queries + row${r});
stats[to] = most${r};
stats[to + 1u] = inverse;`,
)}`;
  const stats: Binding = { value: scores, access: 'write' };
  return [narrowKernel(target, 'attention', geometry, 'queries', tokens, { stats }, 2, body)];
}

/** Two dispatches: dq, with `work`, then dk and dv. The equations stand at `attentionBackward`. */
export const narrowBackward = (
  target: Target,
  geometry: AttentionGeometry,
  values: AttentionBackward,
): Kernel[] => [queryGradient(target, geometry, values), keyGradients(target, geometry, values)];

/**
 * dq, and `work`: rowsum(P dP), which is the sum of y dy over a query's channels, because y = P v and
 * dP = dy v^T.
 */
function queryGradient(
  target: Target,
  geometry: AttentionGeometry,
  { q, k, v, y, dy, scores, work, dq }: AttentionBackward,
): Kernel {
  const quads = target.subgroups;
  const [channels, others] = [channelsOf(geometry), passed(quads)];
  const tokens = tokensOf(geometry, {
    ...reading('queries', { q }),
    ...reading('keys', { k, v }),
    ...reading('queries', { y, dy }),
    ...writing('queries', { dq }),
  });
  const { element } = tokens;
  const slope = (r: number, n: number) => {
    const score = dot(channels, `q${r}_`, (c) => `k${c}_of${n}`);
    const share = `select(0.0, exp((${score} - most${r}) * params.scale) * inverse${r}, i + ${n}u < seen${r})`;
    return `let slope${r}_${n} = ${share} * (${dot(channels, `dy${r}_`, (c) => `v${c}_of${n}`)} - level${r});`;
  };
  const step = lines(held, (r) =>
    [
      lines(others, (n) => slope(r, n)),
      lines(channels, (c) => `dq${r}_${c} += ${sum(others, (n) => `slope${r}_${n} * k${c}_of${n}`)};`),
    ].join('\n'),
  );
  const body = /* wgsl */ `${SEEN}
${lines(
  held,
  (r) => /* wgsl */ `${load(channels, `q${r}_`, (c) => element('q', `at${r}`, c))}
${load(channels, `dy${r}_`, (c) => element('dy', `at${r}`, c))}
let level${r} = ${sum(channels, (c) => `dy${r}_${c} * ${element('y', `at${r}`, c)}`)};
if (row${r} < params.queries) { work[matrix * params.queries + row${r}] = level${r}; }
let most${r} = stats[2u * (matrix * params.queries + at${r})];
let inverse${r} = stats[2u * (matrix * params.queries + at${r}) + 1u];
${lines(channels, (c) => `var dq${r}_${c} = 0.0;`)}`,
)}
for (var i = 0u; i < end; i += ${others.length}u) {
${loadOther(quads, 'keys', channels, element, ['k', 'v'])}
${step}
}
${storeHeld('queries', (r) => lines(channels, (c) => `${element('dq', `row${r}`, c)} = dq${r}_${c} * params.scale;`))}`;
  const more: Record<string, Binding> = {
    stats: { value: scores, access: 'read' },
    work: { value: work, access: 'write' },
  };
  return narrowKernel(target, 'attention backward', geometry, 'queries', tokens, more, 3, body);
}

/** dk and dv. */
function keyGradients(
  target: Target,
  geometry: AttentionGeometry,
  { q, k, v, dy, scores, work, dk, dv }: AttentionBackward,
): Kernel {
  const quads = target.subgroups;
  const [channels, others] = [channelsOf(geometry), passed(quads)];
  const tokens = tokensOf(geometry, {
    ...reading('queries', { q }),
    ...reading('keys', { k, v }),
    ...reading('queries', { dy }),
    ...writing('keys', { dk, dv }),
  });
  const { element } = tokens;
  const numbers = ['most', 'inverse', 'level'];
  const shares = (r: number, n: number) => {
    const score = dot(channels, `k${r}_`, (c) => `q${c}_of${n}`);
    const seen = `(i + ${n}u < params.queries) & (row${r} < i + ${n}u + ahead)`;
    const share = `exp((${score} - most_of${n}) * params.scale) * inverse_of${n}`;
    return /* wgsl */ `let share${r}_${n} = select(0.0, ${share}, ${seen});
let slope${r}_${n} = share${r}_${n} * (${dot(channels, `v${r}_`, (c) => `dy${c}_of${n}`)} - level_of${n});`;
  };
  const step = lines(held, (r) =>
    [
      lines(others, (n) => shares(r, n)),
      lines(channels, (c) => `dv${r}_${c} += ${sum(others, (n) => `share${r}_${n} * dy${c}_of${n}`)};`),
      lines(channels, (c) => `dk${r}_${c} += ${sum(others, (n) => `slope${r}_${n} * q${c}_of${n}`)};`),
    ].join('\n'),
  );
  // Query n sees key m if m < n + ahead.
  const body = /* wgsl */ `let ahead = select(params.keys, 1u, params.causal != 0u);
${lines(
  held,
  (r) => /* wgsl */ `${load(channels, `k${r}_`, (c) => element('k', `at${r}`, c))}
${load(channels, `v${r}_`, (c) => element('v', `at${r}`, c))}
${lines(channels, (c) => `var dk${r}_${c} = 0.0; var dv${r}_${c} = 0.0;`)}`,
)}
for (var i = select(0u, first, params.causal != 0u); i < params.queries; i += ${others.length}u) {
${loadOther(quads, 'queries', channels, element, ['q', 'dy'])}
let most = stats[2u * (matrix * params.queries + other)];
let inverse = stats[2u * (matrix * params.queries + other) + 1u];
let level = work[matrix * params.queries + other];
${lines(others, (n) => lines(numbers, (name) => pass(quads, name, n)))}
${step}
}
${storeHeld('keys', (r) =>
  lines(
    channels,
    (c) =>
      `${element('dk', `row${r}`, c)} = dk${r}_${c} * params.scale; ${element('dv', `row${r}`, c)} = dv${r}_${c};`,
  ),
)}`;
  const more: Record<string, Binding> = {
    stats: { value: scores, access: 'read' },
    work: { value: work, access: 'read' },
  };
  return narrowKernel(target, 'attention backward', geometry, 'keys', tokens, more, 4, body);
}
