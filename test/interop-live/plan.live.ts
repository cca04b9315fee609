// Live claims about the plan, in a real browser on webgpu. Run by `npm run test:interop`.
import { startDevice } from '../../src/engine/device/device.ts';
import { createPlanExecutor } from '../../src/engine/plan/run/plan-executor.ts';
import { modelOf } from '../../src/model/model.ts';
import { describeLive } from './live-claims.ts';

const device = await startDevice('webgpu');

describeLive((parameters, config, shape) =>
  createPlanExecutor(device, parameters, modelOf(config).network, {
    inputs: { sample: shape, timestep: [shape[0]] },
  }),
);
