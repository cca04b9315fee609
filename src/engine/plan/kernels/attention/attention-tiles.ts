// Attention of narrow heads for GPUs in hardware, without scores in memory (Dao et al. 2022,
// "FlashAttention"): one dispatch forward, two backward. An invocation holds one query (or, for the gradients
// of k and v, one key); the workgroup brings the others into workgroup memory, STAGED at a time. Not here:
// wide heads (attention.ts), the equations (attention.ts), GPUs in software (attention-registers.ts).
//
// Estimated on a Radeon 780M (bench/gpu-judge), six attentions of 16 pictures, 64 tokens, 16 heads of 8
// channels, against products and softmax in memory: both passes 3.9 to 0.7 ms, 66 to 18 dispatches.
import { type Binding, gridOf, type Kernel, kernel } from '../kernel.ts';
import { sizeForIntel, type Target } from '../target.ts';
import type { Value } from '../value.ts';
import { lines, range, unroll } from '../wgsl-text.ts';
import type { AttentionBackward, AttentionForward, AttentionGeometry } from './attention-operands.ts';
import { inFours, reading, type Tokens, tokensOf, writing } from './attention-tokens.ts';

/** Channels of a head at most: the gradients of k and v hold four times as many numbers in registers. */
const WIDEST = 16;

/** Invocations of a workgroup, and tokens in workgroup memory. */
const STAGED = 64;
/** Tokens whose scores are looked at together, which is rarer than one by one. */
const TOGETHER = 4;
const together = range(TOGETHER);

/** Below every score. */
const LOWEST = '-3.0e38';

/** Whether these kernels serve the geometry. */
export const isNarrow = ({ channels, heads }: AttentionGeometry): boolean =>
  (channels / heads) % 4 === 0 && channels / heads <= WIDEST;

type Side = 'queries' | 'keys';

/** What the operands of a kernel are, and how WGSL reads and writes the vec4s of a head's channels. */
interface Fours extends Omit<Tokens, 'element'> {
  /** Expression: the j-th vec4 of the operand's token `at`. */
  read: (name: string, at: string, j: number) => string;
  /** Statement: stores the vec4 `value` there. */
  write: (name: string, at: string, j: number, value: string) => string;
}

function foursOf(geometry: AttentionGeometry, operands: Parameters<typeof tokensOf>[1]): Fours {
  const all = Object.values(operands).every(({ value }) => inFours(value));
  const { element, ...tokens } = tokensOf(geometry, operands, all ? 4 : 1);
  const each = (name: string, at: string, j: number) => range(4).map((c) => element(name, at, 4 * j + c));
  return {
    ...tokens,
    read: (name, at, j) => (all ? element(name, at, j) : `vec4<f32>(${each(name, at, j).join(', ')})`),
    write: (name, at, j, value) =>
      all
        ? `${element(name, at, j)} = ${value};`
        : lines(each(name, at, j), (one, c) => `${one} = (${value})[${c}];`),
  };
}

/** A kernel whose invocations hold one of `rows` each and go over the tokens of the other side. */
interface Walk {
  op: string;
  rows: Side;
  /** Operands of the other side, brought into workgroup memory. */
  staged: readonly string[];
  /** Further numbers of each token of the other side, as a vec4 in `numbers`; none if empty. */
  numbers: string;
  tokens: Fours;
  bindings: Record<string, Binding>;
  /** Multiplied matrices, for the count of operations. */
  products: number;
  /** Statements before the walk, with `at`, this invocation's row, in range. */
  before: string;
  /** Statements for TOGETHER tokens from `start + i` on: see `other`. */
  step: string;
  /** Statements for a row in range. */
  after: string;
}

/** WGSL: the j-th vec4 of the n-th token that is looked at. */
const other = (name: string, fours: number, j: number, n: number): string =>
  `${name}_tile[(i + ${n}u) * ${fours}u + ${j}u]`;

function walk(target: Target, geometry: AttentionGeometry, of: Walk): Kernel {
  const { op, rows, staged, numbers, tokens, bindings, products, before, step, after } = of;
  const { batch, heads, queries, keys, channels, mask } = geometry;
  const causal = mask === 'causal';
  const others: Side = rows === 'keys' ? 'queries' : 'keys';
  const fours = channels / heads / 4;
  const blocks = Math.ceil(geometry[rows] / STAGED);
  const tiles = batch * heads * blocks;
  // A query sees the keys up to its own place, a key the queries from its place on.
  const from = causal && rows === 'keys' ? 'first' : '0u';
  const end = causal && rows === 'queries' ? `min(params.keys, first + ${STAGED}u)` : `params.${others}`;
  return kernel('tiles', {
    op,
    bindings: { ...tokens.bindings, ...bindings },
    params: { tiles, blocks, heads, queries, keys, ...tokens.params },
    floats: { scale: 1 / Math.sqrt(channels / heads) },
    workgroupSize: [STAGED, 1, 1],
    workgroups: gridOf(tiles, 1),
    subgroupSize: sizeForIntel(target),
    flops: 2 * products * batch * queries * keys * channels,
    declarations: /* wgsl */ `
${lines(staged, (name) => `var<workgroup> ${name}_tile: array<vec4<f32>, ${STAGED * fours}>;`)}
${numbers === '' ? '' : `var<workgroup> numbers_tile: array<vec4<f32>, ${STAGED}>;`}`,
    body: /* wgsl */ `
      let tile = group.y * 32768u + group.x;
      if (tile >= params.tiles) { return; }
      let first = tile % params.blocks * ${STAGED}u;
      let matrix = tile / params.blocks;
      let head = matrix % params.heads;
      let picture = matrix / params.heads;
      ${tokens.bases}
      let row = first + lane;
      let at = min(row, params.${rows} - 1u);
      ${before}
      let end = ${end};
      for (var start = ${from}; start < end; start += ${STAGED}u) {
        let token = min(start + lane, params.${others} - 1u);
        ${lines(staged, (name) =>
          unroll(fours, (j) => `${name}_tile[lane * ${fours}u + ${j}u] = ${tokens.read(name, 'token', j)};`),
        )}
        ${numbers === '' ? '' : `numbers_tile[lane] = ${numbers};`}
        workgroupBarrier();
        let count = min(${STAGED}u, end - start);
        for (var i = 0u; i < count; i += ${TOGETHER}u) {
          ${step}
        }
        workgroupBarrier();
      }
      if (row < params.${rows}) {
        ${after}
      }`,
  });
}

const foursIn = ({ channels, heads }: AttentionGeometry): number => channels / heads / 4;

/** WGSL: `let <name>_<j>`, the row's own vec4s of an operand. */
const load = (geometry: AttentionGeometry, { read }: Fours, name: string): string =>
  unroll(foursIn(geometry), (j) => `let ${name}_${j} = ${read(name, 'at', j)};`);

const sums = (geometry: AttentionGeometry, name: string): string =>
  unroll(foursIn(geometry), (j) => `var ${name}_sum_${j} = vec4<f32>(0.0);`);

/** WGSL: the product of the row's `own` and the n-th token's `name`. The same order everywhere. */
const product = (geometry: AttentionGeometry, own: string, name: string, n: number): string => {
  const fours = foursIn(geometry);
  return range(fours)
    .map((j) => `dot(${own}_${j}, ${other(name, fours, j, n)})`)
    .join(' + ');
};

/** WGSL: adds `factor` times the n-th token's `name` to the sums of `to`. */
const addTimes = (geometry: AttentionGeometry, to: string, factor: string, name: string, n: number) => {
  const fours = foursIn(geometry);
  return unroll(fours, (j) => `${to}_sum_${j} += ${factor} * ${other(name, fours, j, n)};`);
};

const store = (geometry: AttentionGeometry, { write }: Fours, name: string, factor: string): string =>
  unroll(foursIn(geometry), (j) => write(name, 'row', j, `${name}_sum_${j}${factor}`));

/** WGSL: `value`, or `hidden` where the row and the n-th token of the other side do not see each other. */
function ifSeen(
  { mask, ...counts }: AttentionGeometry,
  rows: Side,
  n: number,
  hidden: string,
  value: string,
): string {
  const others: Side = rows === 'keys' ? 'queries' : 'keys';
  const token = `start + i + ${n}u`;
  const inside = `${token} < params.${others}`;
  if (mask === 'causal') {
    const order = rows === 'keys' ? `row <= ${token}` : `${token} <= row`;
    return `select(${hidden}, ${value}, (${inside}) & (${order}))`;
  }
  return counts[others] % TOGETHER === 0 ? value : `select(${hidden}, ${value}, ${inside})`;
}

/**
 * One dispatch: y, and `scores`. The softmax runs along the keys with the largest score so far, as in Milakov
 * & Gimelshein 2018, "Online normalizer calculation for softmax".
 */
export function narrowForward(
  target: Target,
  geometry: AttentionGeometry,
  { q, k, v, y, scores }: AttentionForward,
): Kernel[] {
  const tokens = foursOf(geometry, {
    ...reading('queries', { q }),
    ...reading('keys', { k, v }),
    ...writing('queries', { y }),
  });
  const most = together.reduce((so, n) => `max(${so}, score_${n})`, 'most');
  const step = /* wgsl */ `${lines(
    together,
    (n) => `let score_${n} = ${ifSeen(geometry, 'queries', n, LOWEST, product(geometry, 'q', 'k', n))};`,
  )}
          let higher = ${most};
          let fade = exp((most - higher) * params.scale);
          most = higher;
          ${lines(together, (n) => `let share_${n} = exp((score_${n} - higher) * params.scale);`)}
          total = total * fade + ((share_0 + share_1) + (share_2 + share_3));
          ${unroll(foursIn(geometry), (j) => `y_sum_${j} *= fade;`)}
          ${lines(together, (n) => addTimes(geometry, 'y', `share_${n}`, 'v', n))}`;
  return [
    walk(target, geometry, {
      ...{ op: 'attention', rows: 'queries', staged: ['k', 'v'], numbers: '', tokens, products: 2 },
      bindings: { stats: { value: scores, access: 'write' } },
      before: /* wgsl */ `${load(geometry, tokens, 'q')}
      ${sums(geometry, 'y')}
      var most = ${LOWEST};
      var total = 0.0;`,
      step,
      after: /* wgsl */ `let inverse = 1.0 / total;
        ${store(geometry, tokens, 'y', ' * inverse')}
        let to = 2u * (matrix * params.queries + row);
        stats[to] = most;
        stats[to + 1u] = inverse;`,
    }),
  ];
}

/** Two dispatches: dq, with `work`, then dk and dv. The equations stand at `attentionBackward`. */
export const narrowBackward = (
  target: Target,
  geometry: AttentionGeometry,
  values: AttentionBackward,
): Kernel[] => [queryGradient(target, geometry, values), keyGradients(target, geometry, values)];

const statsAndWork = (scores: Value, work: Value, access: Binding['access']): Record<string, Binding> => ({
  stats: { value: scores, access: 'read' },
  work: { value: work, access },
});

/**
 * dq, and `work`: rowsum(P dP), which is the sum of y dy over a query's channels, because y = P v and
 * dP = dy v^T.
 */
function queryGradient(
  target: Target,
  geometry: AttentionGeometry,
  { q, k, v, y, dy, scores, work, dq }: AttentionBackward,
): Kernel {
  const tokens = foursOf(geometry, {
    ...reading('queries', { q }),
    ...reading('keys', { k, v }),
    ...reading('queries', { y, dy }),
    ...writing('queries', { dq }),
  });
  const level = range(foursIn(geometry))
    .map((j) => `dot(dy_${j}, ${tokens.read('y', 'at', j)})`)
    .join(' + ');
  return walk(target, geometry, {
    ...{ op: 'attention backward', rows: 'queries', staged: ['k', 'v'], numbers: '', tokens, products: 3 },
    bindings: statsAndWork(scores, work, 'write'),
    before: /* wgsl */ `${load(geometry, tokens, 'q')}
      ${load(geometry, tokens, 'dy')}
      ${sums(geometry, 'dq')}
      let level = ${level};
      let most = stats[2u * (matrix * params.queries + at)];
      let inverse = stats[2u * (matrix * params.queries + at) + 1u];`,
    step: lines(
      together,
      (n) => /* wgsl */ `let score_${n} = ${product(geometry, 'q', 'k', n)};
          let share_${n} = exp((score_${n} - most) * params.scale) * inverse;
          let dp_${n} = ${product(geometry, 'dy', 'v', n)};
          let slope_${n} = ${ifSeen(geometry, 'queries', n, '0.0', `share_${n} * (dp_${n} - level)`)};
          ${addTimes(geometry, 'dq', `slope_${n}`, 'k', n)}`,
    ),
    after: /* wgsl */ `${store(geometry, tokens, 'dq', ' * params.scale')}
        work[matrix * params.queries + row] = level;`,
  });
}

/** dk and dv. */
function keyGradients(
  target: Target,
  geometry: AttentionGeometry,
  { q, k, v, dy, scores, work, dk, dv }: AttentionBackward,
): Kernel {
  const tokens = foursOf(geometry, {
    ...reading('queries', { q }),
    ...reading('keys', { k, v }),
    ...reading('queries', { dy }),
    ...writing('keys', { dk, dv }),
  });
  const query = 'matrix * params.queries + token';
  return walk(target, geometry, {
    ...{ op: 'attention backward', rows: 'keys', staged: ['q', 'dy'], tokens, products: 4 },
    numbers: `vec4<f32>(stats[2u * (${query})], stats[2u * (${query}) + 1u], work[${query}], 0.0)`,
    bindings: statsAndWork(scores, work, 'read'),
    before: /* wgsl */ `${load(geometry, tokens, 'k')}
      ${load(geometry, tokens, 'v')}
      ${sums(geometry, 'dk')}
      ${sums(geometry, 'dv')}`,
    step: lines(
      together,
      (n) => /* wgsl */ `let numbers_${n} = numbers_tile[i + ${n}u];
          let score_${n} = ${product(geometry, 'k', 'q', n)};
          let power_${n} = exp((score_${n} - numbers_${n}.x) * params.scale);
          let share_${n} = ${ifSeen(geometry, 'keys', n, '0.0', `power_${n} * numbers_${n}.y`)};
          let slope_${n} = share_${n} * (${product(geometry, 'v', 'dy', n)} - numbers_${n}.z);
          ${addTimes(geometry, 'dv', `share_${n}`, 'dy', n)}
          ${addTimes(geometry, 'dk', `slope_${n}`, 'q', n)}`,
    ),
    after: /* wgsl */ `${store(geometry, tokens, 'dk', ' * params.scale')}
        ${store(geometry, tokens, 'dv', '')}`,
  });
}
