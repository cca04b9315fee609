// Live claims about eager (TensorFlow.js, cpu backend). Run by `npm run test:interop`.
import { startDevice } from '../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../src/engine/eager/eager-executor.ts';
import { unet } from '../../src/model/unet.ts';
import { describeLive } from './live-claims.ts';

const device = await startDevice('cpu');

describeLive((parameters, config) =>
  Promise.resolve(
    createEagerExecutor(device, parameters, (ops, weights, inputs) => unet(ops, config, weights, inputs)),
  ),
);
