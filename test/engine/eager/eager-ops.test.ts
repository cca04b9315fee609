// The operations on TensorFlow.js' cpu backend equal float64 loops, forward and backward. The same on GPUs:
// eager-ops.gpu.test.ts.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startDevice } from '../../../src/engine/device/device.ts';
import { eagerOpsOn } from '../../../src/engine/eager/eager-ops.ts';
import { GELU, QUICK_GELU } from '../activation-numbers.ts';
import { CPU } from '../cpu-device.ts';
import { checkOp, checkTimestepEmbedding, OP_CASES } from '../op-cases.ts';

beforeAll(async () => {
  await startDevice('cpu');
});

describe("eager's operations on cpu", () => {
  for (const op of OP_CASES) it(op.name, () => checkOp(eagerOpsOn(CPU), op, 2e-5));
  for (const [of, numbers] of [
    ['gelu', GELU],
    ['quickGelu', QUICK_GELU],
  ] as const) {
    it(`${of} and its slope are PyTorch's`, () => {
      const x = tf.tensor1d(numbers.map(([at]) => at));
      const { value, grad } = tf.valueAndGrad((at) => eagerOpsOn(CPU)[of](at))(x);
      const [got, slopes] = [value.dataSync(), grad.dataSync()];
      numbers.forEach(([at, wanted, slope], i) => {
        expect(Math.abs(got[i]! - wanted), `at ${at}`).toBeLessThan(1e-6);
        expect(Math.abs(slopes[i]! - slope), `slope at ${at}`).toBeLessThan(1e-6);
      });
      tf.dispose([x, value, grad]);
    });
  }
  // float32 products of angles up to 999 are off by up to 3e-5, in PyTorch too.
  it('timestepEmbedding', () => checkTimestepEmbedding(eagerOpsOn(CPU), 6e-5));
});
