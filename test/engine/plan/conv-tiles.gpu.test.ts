// The convolution kernels for GPUs in hardware against float64 loops, at the shapes that decide. Every odd shape is in
// conv-tiles.sweep.gpu.test.ts.
import { test } from 'vitest';
import * as tiles from '../../../src/engine/plan/conv-tiles.ts';
import { claimConv, DECISIVE_CASES, nameOf } from './conv-cases.ts';

for (const one of DECISIVE_CASES) test(nameOf(one), () => claimConv('tiles', tiles, one));
