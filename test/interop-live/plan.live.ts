// Live claims about the plan, in a real browser on webgpu. Run by `npm run test:interop`.
import { startDevice } from '../../src/engine/device/device.ts';
import { createPlanExecutor } from '../../src/engine/plan/run/plan-executor.ts';
import { unet } from '../../src/model/unet.ts';
import { describeLive } from './live-claims.ts';

const device = await startDevice('webgpu');

describeLive((parameters, config, shape) =>
  createPlanExecutor(device, parameters, (ops, weights, inputs) => unet(ops, config, weights, inputs), {
    inputs: { sample: shape, timestep: [shape[0]] },
  }),
);
