// Live claims about the plan, in a real browser on webgpu. Run by `npm run test:interop`.
import { startDevice } from '../../src/engine/device/device.ts';
import { createPlanExecutor } from '../../src/engine/plan/run/plan-executor.ts';
import { describeLive } from './live-claims.ts';
import { describeWords } from './words-claims.ts';

const device = await startDevice('webgpu');

describeLive(({ parameters, network }, inputs) =>
  createPlanExecutor(device, parameters, network, { inputs }),
);
describeWords((model, batch) =>
  createPlanExecutor(device, model.parameters, model.network, { inputs: model.inputs(batch) }),
);
