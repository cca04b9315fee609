// The convolution kernels for GPUs in software at odd shapes, with the quad operations of the test's device
// and without: `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { describe, test } from 'vitest';
import { targetOf } from '../../../../../../src/engine/plan/run/plan-device.ts';
import { REGISTERS } from '../../../targets.ts';
import { testDevice } from '../../../test-device.ts';
import { claimConv, DECISIVE_CASES, nameOf, SWEEP_CASES } from '../conv-cases.ts';

const withQuads = targetOf(await testDevice(), 'registers');

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('convolution in registers', () => {
  for (const one of SWEEP_CASES) {
    test(nameOf(one), () => claimConv(withQuads, one));
  }
  for (const one of [...DECISIVE_CASES, ...SWEEP_CASES]) {
    test(`without quads: ${nameOf(one)}`, () => claimConv(REGISTERS, one));
  }
});
