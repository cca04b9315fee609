// The convolution's kernels for GPUs in software compute what plain loops in float64 do.
import { describe, test } from 'vitest';
import * as registers from '../../../../../../src/engine/plan/kernels/conv/registers/conv-registers.ts';
import { claimConv, DECISIVE_CASES, nameOf } from '../conv-cases.ts';

describe('convolution in registers', () => {
  for (const one of DECISIVE_CASES) {
    test(nameOf(one), () => claimConv('registers', registers, one));
  }
});
