// Live claims about eager (TensorFlow.js, cpu backend). Run by `npm run test:interop`.
import { startDevice } from '../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../src/engine/eager/eager-executor.ts';
import { describeLive } from './live-claims.ts';
import { describeWords } from './words-claims.ts';

const device = await startDevice('cpu');

describeLive(({ parameters, network }) => Promise.resolve(createEagerExecutor(device, parameters, network)));
describeWords(({ parameters, network }) => Promise.resolve(createEagerExecutor(device, parameters, network)));
