// The convolution's kernels for GPUs in software at every odd shape, with quad operations and without:
// `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { describe, test } from 'vitest';
import * as registers from '../../../../../../src/engine/plan/kernels/conv/registers/conv-registers.ts';
import type { Kernel } from '../../../../../../src/engine/plan/kernels/kernel.ts';
import { claimConv, type ConvFamily, DECISIVE_CASES, nameOf, SWEEP_CASES } from '../conv-cases.ts';

/** What a device without `subgroups` compiles. */
const alone = (kernels: Kernel[]): Kernel[] => kernels.map((kernel) => ({ ...kernel, quadSource: null }));
const withoutQuads: ConvFamily = {
  convForward: (geometry, values) => alone(registers.convForward(geometry, values)),
  convInputGradient: (geometry, values) => alone(registers.convInputGradient(geometry, values)),
  convFilterGradient: (geometry, values) => alone(registers.convFilterGradient(geometry, values)),
  filterSplits: registers.filterSplits,
};

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('convolution in registers', () => {
  for (const one of SWEEP_CASES) {
    test(nameOf(one), () => claimConv('registers', registers, one));
  }
  for (const one of [...DECISIVE_CASES, ...SWEEP_CASES]) {
    test(`without quads: ${nameOf(one)}`, () => claimConv('registers', withoutQuads, one));
  }
});
