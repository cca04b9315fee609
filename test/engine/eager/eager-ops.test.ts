// The operations on TensorFlow.js' cpu backend equal float64 loops, forward and backward. The same on GPUs:
// eager-ops.gpu.test.ts.
import { beforeAll, describe, it } from 'vitest';
import { startDevice } from '../../../src/engine/device/device.ts';
import { eagerOpsOn } from '../../../src/engine/eager/eager-ops.ts';
import { CPU } from '../cpu-device.ts';
import { checkOp, checkTimestepEmbedding, OP_CASES } from '../op-cases.ts';

beforeAll(async () => {
  await startDevice('cpu');
});

describe("eager's operations on cpu", () => {
  for (const op of OP_CASES) it(op.name, () => checkOp(eagerOpsOn(CPU), op, 2e-5));
  // float32 products of angles up to 999 are off by up to 3e-5, in PyTorch too.
  it('timestepEmbedding', () => checkTimestepEmbedding(eagerOpsOn(CPU), 6e-5));
});
