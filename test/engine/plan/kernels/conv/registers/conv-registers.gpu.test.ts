// The convolution's kernels for GPUs in software compute what plain loops in float64 do.
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
