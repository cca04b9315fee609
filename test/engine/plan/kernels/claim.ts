// Runs kernels on given numbers and compares what they wrote. Not a test: the claims about kernels call it.
import { expect } from 'vitest';
import type { Kernel } from '../../../../src/engine/plan/kernels/kernel.ts';
import { elementsOf, type Value } from '../../../../src/engine/plan/kernels/value.ts';
import { difference } from './comparison.ts';
import { runKernels } from './run-kernels.ts';

/** Runs the kernels; every expected value has to agree within `tolerance`, relative to its largest number. */
export async function claim(
  list: Kernel[],
  given: [Value, ArrayLike<number>][],
  expected: [Value, ArrayLike<number>][],
  tolerance: number,
): Promise<void> {
  const read = await runKernels(list, new Map(given));
  for (const [each, numbers] of expected) {
    expect(difference(read(each), numbers), each.label).toBeLessThan(tolerance);
    expect(numbers).toHaveLength(elementsOf(each));
  }
}
