// What the claims about kernels share: the relative difference of two vectors, and the ways in which a
// gradient can accumulate. Not a test. Not here: running kernels (run-kernels.ts).
import type { Value } from '../../../../src/engine/plan/kernels/value.ts';
import { wavy } from '../../reference.ts';
import { value } from './run-kernels.ts';

/**
 * Largest absolute difference, relative to the largest absolute expected number. Infinity where a number is
 * NaN.
 */
export function difference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  const most = Array.from(expected).reduce((max, y) => Math.max(max, Math.abs(y)), 1e-30);
  return Array.from(expected).reduce((max, y, i) => {
    const off = Math.abs((got[i] as number) - y) / most;
    return Number.isNaN(off) ? Infinity : Math.max(max, off);
  }, 0);
}

/** To what a gradient is added: nothing, another value, or the old content of the result itself. */
export type Adding = 'nothing' | 'other' | 'in place';

/** Operands of an accumulating gradient. */
export interface Adds {
  add: Value | null;
  dx: Value;
  /** The numbers of `add`, if it is not null. */
  given: [Value, Float64Array][];
  /** What the result has to contain in addition to the gradient. */
  before: Float64Array;
}

/** A gradient dx of the given shape that accumulates as `how` says. */
export function adding(how: Adding, shape: number[], seed: number): Adds {
  const dx = value('dx', shape);
  const before = wavy(shape, seed).data;
  if (how === 'nothing') return { add: null, dx, given: [], before: before.fill(0) };
  const add = how === 'other' ? value('add', shape) : dx;
  return { add, dx, given: [[add, before]], before };
}
