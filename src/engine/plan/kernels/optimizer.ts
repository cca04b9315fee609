// One update of the flat parameter vectors: the global gradient norm, the verdict whether loss and gradients
// are finite, then clipping, AdamW and EMA in one pass. eager/adamw.ts is the same in TensorFlow.js. Not
// here: where the vectors lie (flat-layout.ts), the gradients (backward.ts).
import { CONTROL, CONTROL_LENGTH } from './control.ts';
import { type Binding, gridOf, type Kernel, kernel } from './kernel.ts';
import { BACKOFF, GROWTH, GROWTH_INTERVAL, LARGEST_SCALE, MOST_UNKNOWN, SCALER } from './loss-scaling.ts';
import type { Value } from './value.ts';
import type { Target } from './target.ts';

const LANES = 4;
/** Values of one partial sum, up to MOST_SUMS partial sums; longer vectors have more values in each. */
const PER_SUM = 1024;
const MOST_SUMS = 1024;
/** Blocked summation: sums of BLOCK terms are added to the total, which keeps rounding errors small. */
const BLOCK = 16;

/**
 * Infinities and NaNs have all exponent bits set. The check compares bits, because WGSL implementations may
 * assume that no number is infinite or NaN.
 */
const NOT_FINITE = '0x7f800000u';
/** All bits but the sign. */
const MAGNITUDE = '0x7fffffffu';

const partialSumsOf = (length: number): number =>
  LANES * Math.min(MOST_SUMS / LANES, Math.ceil(length / (LANES * PER_SUM)));

/**
 * WGSL: `sum`, this lane's sum of squares within its workgroup's span, and `found`, the largest of the
 * magnitudes as bits. Bits of non-negative floats order as the floats do, with infinity and NaN on top.
 */
const sumAndWorst = (threads: number): string => /* wgsl */ `
      let first = group.x * params.span;
      let end = min(first + params.span, params.length);
      var sums_of_four = vec4<f32>();
      var worst = vec4<u32>();
      for (var start = first; start < end; start += ${BLOCK * threads}u) {
        let to = min(start + ${BLOCK * threads}u, end);
        var block = vec4<f32>();
        for (var i = start + lane; i < to; i += ${threads}u) {
          let value = gradient[i];
          worst = max(worst, bitcast<vec4<u32>>(value) & vec4<u32>(${MAGNITUDE}));
          block += value * value;
        }
        sums_of_four += block;
      }
      let found = max(max(worst.x, worst.y), max(worst.z, worst.w));
      let sum = (sums_of_four.x + sums_of_four.y) + (sums_of_four.z + sums_of_four.w);`;

/** WGSL: the bits of `sum`; if `found` is not finite, `found` in place of the sum. */
const sumOrWorst = (sum: string, found: string): string =>
  `select(bitcast<u32>(${sum}), ${found}, ${found} >= ${NOT_FINITE})`;

/** Shape of the `sums` that `squareSums` writes for a vector of `length` elements. */
export const squareSumsShape = (length: number): number[] => [partialSumsOf(length)];

/**
 * sums = partial sums of the squares of `gradient` [length], as the bits of f32s; `length` is a multiple of
 * 4. A partial sum over a value that is not finite is that value without its sign: infinity or NaN.
 */
export function squareSums(
  { family }: Target,
  { length }: { length: number },
  { gradient, sums }: { gradient: Value; sums: Value },
): Kernel[] {
  const partialSums = partialSumsOf(length);
  const threads = family === 'tiles' ? 64 : LANES;
  // A workgroup writes one partial sum in `tiles`, and four, one for each lane, in `registers`.
  const groups = family === 'tiles' ? partialSums : partialSums / LANES;
  const span = Math.ceil(length / 4 / groups);
  return [
    kernel(family, {
      op: 'gradient norm',
      bindings: {
        gradient: { value: gradient, access: 'read', type: 'vec4<f32>' },
        sums: { value: sums, access: 'write', type: 'u32' },
      },
      params: { length: length / 4, span },
      workgroupSize: [threads, 1, 1],
      workgroups: [groups, 1, 1],
      flops: 2 * length,
      ...(family === 'tiles'
        ? {
            declarations: /* wgsl */ `
var<workgroup> all_sums: array<f32, 64>;
var<workgroup> all_found: array<u32, 64>;`,
            body: /* wgsl */ `${sumAndWorst(threads)}
      all_sums[lane] = sum;
      all_found[lane] = found;
      for (var step = 32u; step > 0u; step /= 2u) {
        workgroupBarrier();
        if (lane < step) {
          all_sums[lane] += all_sums[lane + step];
          all_found[lane] = max(all_found[lane], all_found[lane + step]);
        }
      }
      if (lane == 0u) { sums[group.x] = ${sumOrWorst('all_sums[0]', 'all_found[0]')}; }`,
          }
        : {
            body: /* wgsl */ `${sumAndWorst(threads)}
      sums[group.x * ${LANES}u + lane] = ${sumOrWorst('sum', 'found')};`,
          }),
    }),
  ];
}

/** Sums that know whether all that was summed is finite, and the words to store for them. */
const CHECKED_SUMS = /* wgsl */ `
struct Sum { total: f32, worst: u32 }
fn plus(sum: Sum, word: u32) -> Sum {
  return Sum(sum.total + bitcast<f32>(word), max(sum.worst, word & ${MAGNITUDE}));
}
// The bits of a number computed from the sum, unless what was summed is not finite.
fn word_of(sum: Sum, number: f32) -> u32 {
  return select(bitcast<u32>(number), sum.worst, sum.worst >= ${NOT_FINITE});
}
fn is_finite(word: u32) -> bool { return (word & ${MAGNITUDE}) < ${NOT_FINITE}; }`;

/** Adds the partial sums of vector `i` to `squares`, a block at a time. */
const addSquares = (
  i: number,
): string => /* wgsl */ `for (var start = 0u; start < params.length${i}; start += ${BLOCK}u) {
        var block = Sum(0.0, squares.worst);
        let to = min(start + ${BLOCK}u, params.length${i});
        for (var i = start; i < to; i++) { block = plus(block, sums${i}[i]); }
        squares = Sum(squares.total + block.total, block.worst);
      }`;

/**
 * WGSL of the verdict in mixed precision. Chooses the control vector of the update by the steps that were
 * skipped, and puts it where `adamW` reads it; then does as torch.amp.GradScaler.update.
 */
const UPDATE_SCALER = /* wgsl */ `
      let unknown = u32(max(scaler[${SCALER.skipped}] - control[${CONTROL.skipped}], 0.0));
      let row = min(unknown, ${MOST_UNKNOWN}u) * ${CONTROL_LENGTH}u;
      for (var i = 0u; i < ${CONTROL_LENGTH}u; i++) { scaler[i] = control[row + i]; }
      let tracked = select(0.0, scaler[${SCALER.growthTracker}] + 1.0, applied);
      let grows = tracked == ${GROWTH_INTERVAL}.0;
      scaler[${SCALER.growthTracker}] = select(tracked, 0.0, grows);
      if (!applied) {
        scaler[${SCALER.scale}] = scale * ${BACKOFF};
        scaler[${SCALER.skipped}] += 1.0;
      } else if (grows && scale < ${LARGEST_SCALE}) {
        scaler[${SCALER.scale}] = scale * ${GROWTH}.0;
      }`;

/**
 * stats [4] = loss, gradient norm, 1 if both are finite else 0, clip factor. loss = sum of `weighted`
 * [pictures] / pictures. The clip factor is that of torch.nn.utils.clip_grad_norm_, min(1, clip / (norm +
 * 1e-6)), and 1 if the clip is 0 or a number is not finite. `sums`: for each of 1 to 4 vectors, what
 * `squareSums` wrote. One invocation adds them all: a few thousand numbers. With a `scaler` (loss-scaling.ts)
 * the gradients are `scale` times too large: the norm is that of the gradients without it, the clip factor
 * takes it out, and the scaler is brought up to date.
 */
export function stepVerdict(
  { family }: Target,
  { pictures }: { pictures: number },
  {
    sums,
    weighted,
    control,
    stats,
    scaler,
  }: { sums: readonly Value[]; weighted: Value; control: Value; stats: Value; scaler: Value | null },
): Kernel[] {
  const named = (name: string, value: Value, access: Binding['access']): [string, Binding] => [
    name,
    { value, access, type: 'u32' },
  ];
  const lengths = Object.fromEntries(sums.map(({ shape }, i) => [`length${i}`, shape[0] as number]));
  return [
    kernel(family, {
      op: 'step verdict',
      bindings: {
        ...Object.fromEntries(sums.map((value, i) => named(`sums${i}`, value, 'read'))),
        ...Object.fromEntries([named('weighted', weighted, 'read'), named('stats', stats, 'write')]),
        control: { value: control, access: 'read' },
        ...(scaler ? { scaler: { value: scaler, access: 'update' } } : {}),
      },
      params: { pictures, ...lengths },
      workgroupSize: [1, 1, 1],
      workgroups: [1, 1, 1],
      declarations: CHECKED_SUMS,
      body: /* wgsl */ `
      var losses = Sum(0.0, 0u);
      for (var i = 0u; i < params.pictures; i++) { losses = plus(losses, weighted[i]); }
      var squares = Sum(0.0, 0u);
      ${sums.map((_, i) => addSquares(i)).join('\n')}
      ${scaler ? `let scale = scaler[${SCALER.scale}];\n      ` : ''}let norm = sqrt(squares.total)${scaler ? ' / scale' : ''};
      let loss_word = word_of(losses, losses.total / f32(params.pictures));
      let norm_word = word_of(squares, norm);
      let applied = is_finite(loss_word) && is_finite(norm_word);
      let clip = control[${CONTROL.gradientClip}];
      var factor = 1.0;
      if (applied && clip > 0.0) { factor = min(1.0, clip / (norm + 1e-6)); }
      stats[0] = loss_word;
      stats[1] = norm_word;
      stats[2] = bitcast<u32>(select(0.0, 1.0, applied));
      stats[3] = bitcast<u32>(factor${scaler ? ' / scale' : ''});${scaler ? UPDATE_SCALER : ''}`,
    }),
  ];
}

/**
 * All vectors [length], except `stats` (of `stepVerdict`) and `control` (of `controlOf`, or the scaler, which
 * begins with it).
 */
export interface AdamW {
  gradient: Value;
  weights: Value;
  expAvg: Value;
  expAvgSq: Value;
  ema: Value;
  stats: Value;
  control: Value;
}

const ADAMW_CONTROL = [
  'newGradient',
  'beta2',
  'newSquare',
  'epsilon',
  'kept',
  'stepSize',
  'correction',
  'newWeight',
] as const;
const THREADS = { tiles: 256, registers: 4 } as const;
/** vec4s of one invocation: on a software GPU, starting an invocation costs more than processing a vec4. */
const RUN = { tiles: 1, registers: 128 } as const;

/**
 * torch.optim.AdamW (single-tensor, in its order of operations) on the clipped gradient, then diffusers'
 * EMAModel on the new weights: the equations at `adamW` in eager/adamw.ts. Writes nothing if `stats` says
 * that loss or norm is not finite. `length` is a multiple of 4.
 */
export function adamW(
  { family }: Target,
  { length }: { length: number },
  { gradient, weights, expAvg, expAvgSq, ema, stats, control }: AdamW,
): Kernel[] {
  const [threads, run] = [THREADS[family], RUN[family]];
  const update = (value: Value): Binding => ({ value, access: 'update', type: 'vec4<f32>' });
  return [
    kernel(family, {
      op: 'adamw',
      bindings: {
        gradient: { value: gradient, access: 'read', type: 'vec4<f32>' },
        weights: update(weights),
        exp_avg: update(expAvg),
        exp_avg_sq: update(expAvgSq),
        ema: update(ema),
        stats: { value: stats, access: 'read' },
        control: { value: control, access: 'read' },
      },
      params: { length: length / 4 },
      workgroupSize: [threads, 1, 1],
      workgroups: gridOf(length / 4, threads * run),
      flops: 18 * length,
      body: /* wgsl */ `
      if (stats[2] == 0.0) { return; }
      let factor = stats[3];
      ${ADAMW_CONTROL.map((name) => `let ${snake(name)} = control[${CONTROL[name]}];`).join('\n')}
      let first = (group.y * 32768u + group.x) * ${threads * run}u;
      let end = min(first + ${threads * run}u, params.length);
      for (var i = first + lane; i < end; i += ${threads}u) {
        let g = gradient[i] * factor;
        let m = exp_avg[i] + (g - exp_avg[i]) * new_gradient;
        let v = exp_avg_sq[i] * beta2 + g * new_square * g;
        let w = weights[i] * kept - m * step_size / (sqrt(v) / correction + epsilon);
        exp_avg[i] = m;
        exp_avg_sq[i] = v;
        weights[i] = w;
        ema[i] -= (ema[i] - w) * new_weight;
      }`,
    }),
  ];
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
