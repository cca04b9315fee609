// From noise to picture as an ODE, over any falling list of noise levels: Euler's method (DDIM with eta 0 is
// the same where nothing is clipped), DPM-Solver++ 2M (Lu et al. 2022, arXiv:2211.01095) and UniPC of order 2
// with B2(h) (Zhao et al. 2023, arXiv:2302.04867), as diffusers' DPMSolverMultistepScheduler and
// UniPCMultistepScheduler. Not here: the levels, and clean pictures from predictions (sampler.ts).
//
// Symbols: a call leads from level s to level t; m the clean picture that it predicts; m' that of the call
//          before; lambda = ln(signal / sigma); h = lambda_t - lambda_s.
import type { NoiseLevel } from './noise-levels.ts';

export type SolverName = 'euler' | 'dpmpp_2m' | 'unipc';

/** Remembers the calls before: one solver for one set of samples at a time, call after call from 0. */
export interface Solver {
  /**
   * The samples after call `i`, a new array. x: the samples that the call read; clean: the clean pictures
   * that it predicts.
   */
  step(i: number, x: Float32Array, clean: Float32Array): Float32Array<ArrayBuffer>;
}

/** A call that was made: the samples that it led on from, and m. */
interface Made {
  x: Float32Array;
  clean: Float32Array;
}

const logSnr = ({ signal, sigma }: NoiseLevel): number => Math.log(signal / sigma);

/**
 * One call of any order, in a form that is exact where signal_s is 0 or sigma_t is 0: x_t = ratio x_s +
 * gain (m + correction), with ratio = sigma_t / sigma_s and gain = signal_t (1 - e^-h). correction: by index.
 */
function lead(
  s: NoiseLevel,
  t: NoiseLevel,
  { x, clean }: Made,
  correction: (k: number) => number,
): Float32Array<ArrayBuffer> {
  const ratio = t.sigma / s.sigma;
  const gain = t.signal - s.signal * ratio;
  return x.map((value, k) => ratio * value + gain * ((clean[k] as number) + correction(k)));
}

/**
 * UniPC's weights of D1 and of m_t - m, from the system R rho = b of UniPC-2 (diffusers'
 * `multistep_uni_c_bh_update`). slope: h over the h of the call before; 0 where that is infinite.
 */
function correctorWeights(h: number, slope: number): [number, number] {
  const base = Math.expm1(-h);
  const first = base / -h - 1;
  const second = first / -h - 0.5;
  const [b0, b1] = [first / base, (2 * second) / base];
  const rho = ((b0 - b1) * slope) / (slope + 1);
  return [rho, b0 - rho];
}

/**
 * A solver over `levels`, whose calls are one fewer: sigma falls strictly, and the last level is the clean
 * picture. The first call and the last are of order 1 (diffusers' `lower_order_final`). Throws where calls
 * are not made in order.
 */
export function createSolver(name: SolverName, levels: readonly NoiseLevel[]): Solver {
  const lambdas = levels.map(logSnr);
  const lambda = (i: number): number => lambdas[i] as number;
  const level = (i: number): NoiseLevel => levels[i] as NoiseLevel;
  const slope = (i: number): number => (lambda(i + 1) - lambda(i)) / (lambda(i) - lambda(i - 1));
  const isFirstOrder = (i: number): boolean => name === 'euler' || i === 0 || i === levels.length - 2;
  /** The newest calls, newest first, two at most. */
  let made: Made[] = [];
  let next = 0;

  /** m - m' times the slope: how m goes on in a straight line. */
  const trend =
    (i: number, { clean }: Made, before: Made | undefined) =>
    (k: number) =>
      before ? slope(i) * ((clean[k] as number) - (before.clean[k] as number)) : 0;

  /** UniPC: call i - 1 once more, now that the next prediction is known. */
  function corrected(i: number, last: Made, before: Made | undefined, clean: Float32Array): Float32Array {
    const s = i - 1;
    const ahead = (k: number): number => (clean[k] as number) - (last.clean[k] as number);
    if (isFirstOrder(s)) return lead(level(s), level(i), last, (k) => 0.5 * ahead(k));
    const line = trend(s, last, before);
    const [ofTrend, ofAhead] = correctorWeights(lambda(i) - lambda(s), slope(s));
    return lead(level(s), level(i), last, (k) => ofTrend * line(k) + ofAhead * ahead(k));
  }

  return {
    step(i, x, clean) {
      if (i === 0) [made, next] = [[], 0];
      if (i !== next) throw new Error(`call ${i} of a solver that expects call ${next}`);
      const [last, before] = made;
      const now = { x: name === 'unipc' && last ? corrected(i, last, before, clean) : x, clean };
      const line = trend(i, now, last);
      [made, next] = [[now, ...made.slice(0, 1)], i + 1];
      return lead(level(i), level(i + 1), now, isFirstOrder(i) ? () => 0 : (k) => 0.5 * line(k));
    },
  };
}
