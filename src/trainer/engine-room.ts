// The device under the trainer: started, tested, probed, guarded, started again after a loss. Not here: runs.
import type { RunConfig } from '../config.ts';
import { type Device, raceLost, startDevice } from '../engine/device.ts';
import { createEagerExecutor } from '../engine/eager-executor.ts';
import type { Executor, ExecutorState } from '../engine/executor.ts';
import { probe } from '../engine/probe.ts';
import { gradientSelfTest } from '../engine/self-test.ts';
import { FaultError } from '../fault.ts';
import { networkOf } from '../config.ts';
import { unetParameters } from '../model/parameters.ts';
import { unet } from '../model/unet.ts';
import type { Machine } from './api.ts';
import type { Execution } from './checkpoint-file.ts';
import { deviceLost } from './trouble.ts';

/** No progress for this long counts as a lost device; where a single step may take longer than 30 s it is ten minutes. */
const TIMEOUT_MS = 30_000;
const SLOW_TIMEOUT_MS = 600_000;
const LOSS_TOLD_WITHIN_MS = 500;

export class EngineRoom {
  readonly device: Device;
  readonly machine: Machine;

  private constructor(device: Device, machine: Machine) {
    this.device = device;
    this.machine = machine;
  }

  /** Starts a device and looks at what it can do. Throws FaultError kind `gpu`. */
  static async start(backend: RunConfig['backend']): Promise<EngineRoom> {
    const device = await startDevice(backend);
    const selfTest = await raceLost(gradientSelfTest(device), device, TIMEOUT_MS, 'the gradient self-test');
    if (!selfTest.passed) {
      throw new FaultError({
        kind: 'gpu',
        title: 'This GPU computes wrong gradients',
        what: 'A small test of training failed, so nothing is trained on it. Checkpoints are untouched.',
        expected: 'the gradients that plain JavaScript gives',
        got: selfTest.detail,
        todo: [
          'Update the browser and the graphics driver.',
          'Or train on another backend: add ?backend=webgl or ?backend=cpu to the address.',
        ],
      });
    }
    const slow = device.software || device.backend !== 'webgpu';
    const machine: Machine = {
      backend: device.backend,
      executor: 'eager',
      gpu: device.gpu,
      slow,
      why: device.why,
      selfTest,
      probe: await raceLost(probe(device), device, TIMEOUT_MS, 'the probe of its speed'),
      maxTensorBytes: device.maxTensorBytes,
    };
    return new EngineRoom(device, machine);
  }

  get execution(): Execution {
    return {
      executor: 'eager',
      backend: this.device.backend,
      kernels: 'tfjs 4.22.0',
      adapter: this.device.adapterKey,
      browser: navigator.userAgent,
    };
  }

  /** An executor of the settings' network, holding `state`. */
  executorFor(config: RunConfig, state: ExecutorState): Executor {
    const network = networkOf(config);
    const executor = createEagerExecutor(this.device, unetParameters(network), (ops, weights, x, timesteps) =>
      unet(ops, network, weights, x, timesteps),
    );
    executor.setState(state);
    return executor;
  }

  /** The work's result; a lost or silent device is a FaultError kind `gpu`, whatever the work itself says of it. */
  guard = async <T>(work: Promise<T>): Promise<T> => {
    const timeoutMs = this.machine.slow ? SLOW_TIMEOUT_MS : TIMEOUT_MS;
    try {
      return await raceLost(work, this.device, timeoutMs, 'a training step');
    } catch (error) {
      if (error instanceof FaultError) throw error;
      // A read-back may fail a moment before the device tells that it is lost.
      const told = await Promise.race([
        this.device.lost,
        new Promise<null>((resolve) => setTimeout(resolve, LOSS_TOLD_WITHIN_MS, null)),
      ]);
      throw told === null ? error : deviceLost();
    }
  };
}
