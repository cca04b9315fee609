// The operations on webgpu and webgl equal float64 loops, forward and backward, in a real browser; on webgpu
// also with the kernels that a GPU in hardware gets.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, startDevice } from '../../../src/engine/device/device.ts';
import { chooseKernels } from '../../../src/engine/device/webgpu.ts';
import { eagerOpsOn } from '../../../src/engine/eager/eager-ops.ts';
import { checkOp, checkTimestepEmbedding, OP_CASES } from '../op-cases.ts';

for (const backend of ['webgpu', 'webgl'] as const) {
  describe(`eager's operations on ${backend}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await startDevice(backend);
      expect(device.backend).toBe(backend);
    });
    afterAll(() => device.dispose());
    for (const op of OP_CASES) it(op.name, () => checkOp(eagerOpsOn(device), op, 1e-4));
    it('timestepEmbedding', () => checkTimestepEmbedding(eagerOpsOn(device), 1e-4));
  });
}

describe("eager's operations on webgpu, with a hardware GPU's kernels", () => {
  let device: Device;
  beforeAll(async () => {
    device = await startDevice('webgpu');
    chooseKernels(false);
  });
  afterAll(() => device.dispose());
  const chosen = OP_CASES.filter(({ name }) => /conv2d|linear|attention/.test(name));
  for (const op of chosen) it(op.name, () => checkOp(eagerOpsOn({ ...device, software: false }), op, 1e-4));
});
