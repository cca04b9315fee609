// Attention, softmax(q k^T / sqrt(C / heads)) v, and its gradient, as batched matrix products. A mask is the
// softmax's: products over hidden keys are computed, and multiplied by 0. The scores are computed in chunks
// of pictures, heads or queries, so that their memory is bounded. Not here: the projections to q, k and v
// (conv/conv.ts), the kernels (batched-matmul.ts, softmax.ts), narrow heads (attention-tiles.ts,
// attention-registers.ts).
import type { AttentionBackward, AttentionForward, AttentionGeometry } from './attention-operands.ts';
import * as registers from './attention-registers.ts';
import * as tiles from './attention-tiles.ts';
import { narrowScores, narrowWork } from './attention-tokens.ts';
import type { MatrixLayout } from './batched-matmul-operands.ts';
import { batchedMatmul } from './batched-matmul.ts';
import type { Kernel } from '../kernel.ts';
import { rowsIn, type Value } from '../value.ts';
import { storesHalves, type Target } from '../target.ts';
import { softmax, softmaxGradient } from './softmax.ts';

/**
 * Scores of one chunk at most: 16 MiB. If one chunk is enough, the backward pass reads the forward pass's
 * scores.
 */
const MOST_SCORES = 2 ** 22;

/** One chunk: some pictures, or some heads of one picture, or some queries of one head. */
interface Chunk {
  picture: number;
  pictures: number;
  head: number;
  heads: number;
  query: number;
  queries: number;
}

/**
 * Size of the portions if `count` items are cut into as few even portions of at most `most` items as
 * possible.
 */
const portion = (count: number, most: number): number =>
  Math.ceil(count / Math.ceil(count / Math.max(1, most)));

const starts = (count: number, each: number): number[] =>
  Array.from({ length: Math.ceil(count / each) }, (_, i) => i * each);

/** [pictures, heads, queries] of a whole chunk; the last chunks may be smaller. */
function chunkShape({ batch, queries, keys, heads }: AttentionGeometry): [number, number, number] {
  const perHead = queries * keys;
  if (heads * perHead <= MOST_SCORES)
    return [portion(batch, MOST_SCORES / (heads * perHead)), heads, queries];
  if (perHead <= MOST_SCORES) return [1, portion(heads, MOST_SCORES / perHead), queries];
  return [1, 1, portion(queries, MOST_SCORES / keys)];
}

function chunksOf(geometry: AttentionGeometry): Chunk[] {
  const [pictures, heads, queries] = chunkShape(geometry);
  return starts(geometry.batch, pictures).flatMap((picture) =>
    starts(geometry.heads, heads).flatMap((head) =>
      starts(geometry.queries, queries).map((query) => ({
        ...{ picture, head, query },
        pictures: Math.min(pictures, geometry.batch - picture),
        heads: Math.min(heads, geometry.heads - head),
        queries: Math.min(queries, geometry.queries - query),
      })),
    ),
  );
}

/**
 * Shapes of the temporaries `scores` and `work`, and whether the backward pass reads the forward pass's
 * scores instead of computing them again: not where activations are halves, for scores are float32 and would
 * be a large part of what is kept. A function of family, precision and geometry alone.
 */
export function attentionMemory(
  target: Pick<Target, 'family' | 'precision'>,
  geometry: AttentionGeometry,
): {
  scores: number[];
  work: number[];
  keepsScores: boolean;
} {
  if (narrowIn(target).isNarrow(geometry))
    return { scores: narrowScores(geometry), work: narrowWork(geometry), keepsScores: true };
  const shape = [...chunkShape(geometry), geometry.keys];
  const keepsScores = !storesHalves(target) && chunksOf(geometry).length === 1;
  return { scores: shape, work: shape, keepsScores };
}

/** The kernels of narrow heads, which keep no scores. */
const narrowIn = ({ family }: Pick<Target, 'family'>) => (family === 'tiles' ? tiles : registers);

const transposed = (matrix: MatrixLayout): MatrixLayout => ({
  ...matrix,
  row: matrix.column,
  column: matrix.row,
});

/**
 * The three matrix products of a chunk, batched over its pictures and heads. For one head, scores and shares
 * are [queries, keys], the others [tokens, C / heads].
 */
function productsOf(target: Target, geometry: AttentionGeometry, chunk: Chunk) {
  const { keys, channels, heads } = geometry;
  const width = channels / heads;
  const tokens = (of: Value, count: number, from: number) => {
    const { whole, first, stride } = rowsIn(of);
    const offset = (chunk.picture * count + from) * stride + first + chunk.head * width;
    const layout: MatrixLayout = { offset, outer: count * stride, inner: width, row: stride, column: 1 };
    return { value: whole, layout };
  };
  const queriesOf = (of: Value) => tokens(of, geometry.queries, chunk.query);
  const keysOf = (of: Value) => tokens(of, keys, 0);
  const perHead = chunk.queries * keys;
  const scores: MatrixLayout = {
    offset: 0,
    outer: chunk.heads * perHead,
    inner: perHead,
    row: keys,
    column: 1,
  };
  const batches = [chunk.pictures, chunk.heads] as const;
  const rows = {
    matrices: chunk.pictures * chunk.heads,
    queries: chunk.queries,
    keys,
    scale: 1 / Math.sqrt(width),
    seen: geometry.mask === 'causal' ? { firstQuery: chunk.query } : null,
  };
  /** to [queries, keys] = a b^T. */
  const compare = (a: Value, b: Value, to: Value): Kernel[] => {
    const [left, right] = [queriesOf(a), keysOf(b)];
    const layout = { a: left.layout, b: transposed(right.layout), c: scores, accumulate: false };
    const size = { batches, m: chunk.queries, n: keys, k: width };
    return batchedMatmul(target, size, { a: left.value, b: right.value, c: to }, layout);
  };
  /** to [queries, C / heads] = shares [queries, keys] x [keys, C / heads]. */
  const toQueries = (shares: Value, x: Value, to: Value): Kernel[] => {
    const [right, result] = [keysOf(x), queriesOf(to)];
    const layout = { a: scores, b: right.layout, c: result.layout, accumulate: false };
    const size = { batches, m: chunk.queries, n: width, k: keys };
    return batchedMatmul(target, size, { a: shares, b: right.value, c: result.value }, layout);
  };
  /**
   * to [keys, C / heads] = shares^T x [queries, C / heads], accumulated over the chunks of a head's queries.
   */
  const toKeys = (shares: Value, x: Value, to: Value): Kernel[] => {
    const [right, result] = [queriesOf(x), keysOf(to)];
    const layout = {
      ...{ a: transposed(scores), b: right.layout, c: result.layout },
      accumulate: chunk.query > 0,
    };
    const size = { batches, m: keys, n: width, k: chunk.queries };
    return batchedMatmul(target, size, { a: shares, b: right.value, c: result.value }, layout);
  };
  return { rows, compare, toQueries, toKeys };
}

/**
 * y = softmax(q k^T / sqrt(C / heads)) v: Vaswani et al. 2017, "Attention Is All You Need", eq. 1;
 * torch.nn.functional.scaled_dot_product_attention.
 */
export function attentionForward(
  target: Target,
  geometry: AttentionGeometry,
  values: AttentionForward,
): Kernel[] {
  const narrow = narrowIn(target);
  if (narrow.isNarrow(geometry)) return narrow.narrowForward(target, geometry, values);
  const { q, k, v, y, scores } = values;
  return chunksOf(geometry).flatMap((chunk) => {
    const { rows, compare, toQueries } = productsOf(target, geometry, chunk);
    return [...compare(q, k, scores), ...softmax(target, rows, { x: scores }), ...toQueries(scores, v, y)];
  });
}

/**
 * With P the softmaxed scores, 0 where a key is hidden: dv = P^T dy; dP = dy v^T; dS = P (dP - rowsum(P dP));
 * dq = dS k / sqrt(C / heads); dk = dS^T q / sqrt(C / heads). P is recomputed unless the forward pass kept
 * it.
 */
export function attentionBackward(
  target: Target,
  geometry: AttentionGeometry,
  values: AttentionBackward,
): Kernel[] {
  const narrow = narrowIn(target);
  if (narrow.isNarrow(geometry)) return narrow.narrowBackward(target, geometry, values);
  const { q, k, v, dy, scores, work, dq, dk, dv } = values;
  const { keepsScores } = attentionMemory(target, geometry);
  return chunksOf(geometry).flatMap((chunk) => {
    const { rows, compare, toQueries, toKeys } = productsOf(target, geometry, chunk);
    const again = keepsScores ? [] : [...compare(q, k, scores), ...softmax(target, rows, { x: scores })];
    return [
      ...again,
      ...toKeys(scores, dy, dv),
      ...compare(dy, v, work),
      ...softmaxGradient(target, rows, { p: scores, d: work }),
      ...toQueries(work, k, dq),
      ...toKeys(work, q, dk),
    ];
  });
}
