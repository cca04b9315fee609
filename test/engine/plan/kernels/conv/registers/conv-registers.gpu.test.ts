// The convolution kernels for GPUs in software agree with plain float64 loops, in a few cases that cover the
// code paths. Not here: all other shapes (conv-registers.sweep.gpu.test.ts).
import { describe, test } from 'vitest';
import { targetOf } from '../../../../../../src/engine/plan/run/plan-device.ts';
import { testDevice } from '../../../test-device.ts';
import { claimConv, DECISIVE_CASES, nameOf } from '../conv-cases.ts';

const target = targetOf(await testDevice(), 'registers');

describe('convolution in registers', () => {
  for (const one of DECISIVE_CASES) {
    test(nameOf(one), () => claimConv(target, one));
  }
});
