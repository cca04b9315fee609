// The operations on webgpu and webgl equal float64 loops, forward and backward, in a real browser.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, startDevice } from '../../src/engine/device.ts';
import { checkOp, checkTimestepEmbedding, OP_CASES } from './op-cases.ts';

for (const backend of ['webgpu', 'webgl'] as const) {
  describe(`eagerOps on ${backend}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await startDevice(backend);
      expect(device.backend).toBe(backend);
    });
    afterAll(() => device.dispose());
    for (const op of OP_CASES) it(op.name, () => checkOp(op, 1e-4));
    it('timestepEmbedding', () => checkTimestepEmbedding(1e-4));
  });
}
