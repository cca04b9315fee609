// The device that the trainer works on: started, self-tested, timed, watched, and started again after a loss.
// Not here: runs (current-run.ts), how each backend starts (engine/device).
import { recall, remember } from '../checkpoint/index-db.ts';
import type { RunConfig } from '../settings/settings.ts';
import { modelOfRun } from '../settings/presets.ts';
import { type Device, raceLost, startDevice } from '../engine/device/device.ts';
import { createEagerExecutor } from '../engine/eager/eager-executor.ts';
import { createEagerPredictor } from '../engine/eager/eager-predictor.ts';
import type { Executor, ExecutorState, Predictor } from '../engine/executor.ts';
import { createPlanPredictor } from '../engine/plan/run/given-predictor.ts';
import { createPlanExecutor } from '../engine/plan/run/plan-executor.ts';
import { type PlanOptions, targetOf } from '../engine/plan/run/plan-device.ts';
import { trainingBytes } from '../engine/plan/run/training-bytes.ts';
import { EAGER_KERNELS, PLAN_KERNELS } from '../engine/kernel-versions.ts';
import type { TileChoices } from '../engine/plan/kernels/conv/tile-choice.ts';
import { planSelfTest } from '../engine/plan/run/plan-self-test.ts';
import { probePlan } from '../engine/plan/run/plan-probe.ts';
import { probe } from '../engine/eager/eager-probe.ts';
import { gradientSelfTest } from '../engine/eager/eager-self-test.ts';
import { type Fault, FaultError, faultOf } from '../fault.ts';
import type { Machine } from './api.ts';
import type { Execution } from './checkpoint-file.ts';
import { deviceLost } from './trouble.ts';

/** No progress for this long counts as a lost device. On a slow device one step may take more than 30 s. */
const TIMEOUT_MS = 30_000;
const SLOW_TIMEOUT_MS = 600_000;
/** Most time to choose the tile shapes of a new network, on a GPU in hardware. */
const TUNE_MS = 5000;
/** How long after a failed read-back the browser may take to report that the device is lost. */
const LOSS_REPORT_MS = 500;

type DeviceRequest = Pick<RunConfig, 'backend' | 'executor'>;

export class TrainingDevice {
  readonly machine: Machine;
  readonly #device: Device;
  readonly #asked: DeviceRequest;
  #tiles: TileChoices = {};

  private constructor(device: Device, machine: Machine, asked: DeviceRequest) {
    this.#device = device;
    this.machine = machine;
    this.#asked = asked;
  }

  /**
   * Starts a device, tests its gradients and its plan, and measures its speed. Backend `auto` goes on to the
   * next backend where one is missing or fails. Throws FaultError kind `gpu`.
   */
  static async start(asked: DeviceRequest): Promise<TrainingDevice> {
    const { backend, executor } = asked;
    const { device, selfTest } = await startTested(backend);
    // Tested whatever executor is asked for now: a run that is opened later may ask for another one.
    const planFault = device.webgpu ? await planFaultOn(device) : null;
    if (planFault !== null && executor === 'plan') {
      device.dispose();
      throw new FaultError(wrongPlan(planFault));
    }
    const kind = kindOn(device, planFault, executor);
    const speed = kind === 'plan' ? probePlan(device) : probe(device);
    const slow = device.software || device.backend !== 'webgpu';
    const machine: Machine = {
      backend: device.backend,
      executor: kind,
      planFault,
      gpu: device.gpu,
      slow,
      why: device.why,
      selfTest,
      probe: await raceLost(speed, device, SLOW_TIMEOUT_MS, 'the probe of its speed'),
      maxTensorBytes: device.maxTensorBytes,
    };
    return new TrainingDevice(device, machine, asked);
  }

  /** Settles with the reason once the device is gone. */
  get lost(): Promise<string> {
    return this.#device.lost;
  }

  /** Starts a new device of the same backend, after this one is lost. Throws FaultError kind `gpu`. */
  startAgain(): Promise<TrainingDevice> {
    return TrainingDevice.start({ ...this.#asked, backend: this.machine.backend });
  }

  /** How this device computes a run's steps. Where all fields but `tiles` are equal, so are the bits. */
  executionOf({ kind }: Pick<Executor, 'kind'>): Execution {
    const plan = kind === 'plan';
    return {
      executor: kind,
      backend: this.#device.backend,
      kernels: plan ? `plan ${PLAN_KERNELS}, ${targetOf(this.#device).family}` : `eager ${EAGER_KERNELS}`,
      adapter: this.#device.adapterKey,
      browser: navigator.userAgent,
      ...(plan ? { tiles: this.#tiles } : {}),
    };
  }

  /** The kind of executor that the settings get: `auto` takes the plan where WebGPU runs it correctly. */
  kindFor({ executor }: Pick<RunConfig, 'executor'>): Executor['kind'] {
    return kindOn(this.#device, this.machine.planFault, executor);
  }

  /** An executor of the settings' network that holds `state`. Throws FaultError kind `memory` or `gpu`. */
  async executorFor(
    config: RunConfig,
    state: ExecutorState,
    onProgress: (what: string, done: number, total: number) => void,
  ): Promise<Executor> {
    const { parameters, network, options } = work(config);
    if (this.kindFor(config) === 'eager') {
      const eager = createEagerExecutor(this.#device, parameters, network);
      eager.setState(state);
      return eager;
    }
    const tuned = { tiles: await this.#knownTiles(), tuneMs: this.#device.software ? 0 : TUNE_MS };
    const making = createPlanExecutor(this.#device, parameters, network, {
      ...options,
      ...tuned,
      onTimed: (done, total) => onProgress('Timing kernels', done, total),
      onCompiled: (done, total) => onProgress('Compiling shaders', done, total),
    });
    const compiling = 'the compilation of its shaders';
    const plan = await raceLost(making, this.#device, SLOW_TIMEOUT_MS, compiling);
    this.#tiles = plan.tiles;
    await remember(this.#tilesKey, this.#tiles).catch(() => undefined);
    plan.setState(state);
    return plan;
  }

  /**
   * The settings' network with `weights` (PyTorch's layout, in the order of its parameters), to draw samples,
   * not to train. Releasing its held weights frees all of its memory. Throws FaultError kind `memory`.
   */
  async predictorFor(config: RunConfig, weights: readonly Float32Array[]): Promise<Predictor> {
    const { parameters, network, options } = work(config);
    if (this.kindFor(config) === 'eager')
      return createEagerPredictor(this.#device, parameters, network, weights);
    const plan = { inputs: options.inputs, tiles: await this.#knownTiles() };
    return createPlanPredictor(this.#device, parameters, network, plan, weights);
  }

  get #tilesKey(): string {
    return `tiles ${PLAN_KERNELS} ${this.#device.adapterKey}`;
  }

  /** Tile shapes chosen on this device before. A lost entry costs only the time to choose again. */
  async #knownTiles(): Promise<TileChoices> {
    const known = await recall(this.#tilesKey).catch(() => undefined);
    return { ...(known as TileChoices | undefined), ...this.#tiles };
  }

  /**
   * The exact GPU bytes of training with these settings; null for eager, which allocates as it goes. Throws
   * FaultError kind `memory` where a buffer would be larger than the device takes; the fault names a batch
   * size that fits.
   */
  trainingBytes(config: RunConfig): number | null {
    if (this.kindFor(config) === 'eager') return null;
    const fit = (batchSize: number): number | Fault => {
      const { parameters, network, options } = work({ ...config, batchSize });
      try {
        return trainingBytes(this.#device, parameters, network, options);
      } catch (error) {
        return faultOf(error);
      }
    };
    const asked = fit(config.batchSize);
    if (typeof asked === 'number') return asked;
    let smaller = config.batchSize >> 1;
    while (smaller >= 1 && typeof fit(smaller) !== 'number') smaller >>= 1;
    if (smaller < 1) throw new FaultError({ ...asked, todo: ['Choose a smaller preset.'] });
    throw new FaultError({
      ...asked,
      todo: [`Choose batch size ${smaller}: it fits.`],
      fittingBatch: smaller,
    });
  }

  /** The result of `work`. Throws FaultError kind `gpu` where the device is lost or silent meanwhile. */
  guard = async <T>(work: Promise<T>): Promise<T> => {
    const timeoutMs = this.machine.slow ? SLOW_TIMEOUT_MS : TIMEOUT_MS;
    try {
      return await raceLost(work, this.#device, timeoutMs, 'a training step');
    } catch (error) {
      if (error instanceof FaultError) throw error;
      // A read-back may fail a moment before the browser reports the loss.
      const lost = await Promise.race([
        this.#device.lost,
        new Promise<null>((resolve) => setTimeout(resolve, LOSS_REPORT_MS, null)),
      ]);
      throw lost === null ? error : deviceLost();
    }
  };
}

/** A device that passed the gradient self-test, and what the test reported. Throws FaultError kind `gpu`. */
async function startTested(
  backend: RunConfig['backend'],
): Promise<{ device: Device; selfTest: Machine['selfTest'] }> {
  // `auto` tests one device after another.
  const reports = new Map<Device, Machine['selfTest']>();
  const device = await startDevice(backend, async (started) => {
    const report = await raceLost(gradientSelfTest(started), started, TIMEOUT_MS, 'the gradient self-test');
    reports.set(started, report);
    return report.passed ? null : wrongGradients(report.detail);
  });
  const selfTest = reports.get(device);
  if (!selfTest) throw new Error('a device was started without its self-test');
  return { device, selfTest };
}

function wrongGradients(got: string): Fault {
  return {
    kind: 'gpu',
    title: 'This GPU computes wrong gradients',
    what: 'A small test of training failed, so nothing is trained on it. Checkpoints are untouched.',
    expected: 'the gradients that plain JavaScript gives',
    got,
    todo: [
      'Update the browser and the graphics driver.',
      'Or train on another backend: add ?backend=webgl or ?backend=cpu to the address.',
    ],
  };
}

const kindOn = (
  { webgpu }: Device,
  planFault: string | null,
  executor: RunConfig['executor'],
): Executor['kind'] => (executor !== 'eager' && webgpu !== null && planFault === null ? 'plan' : 'eager');

/** What the plan's self-test found wrong, or null. Throws FaultError kind `gpu` for a lost device. */
async function planFaultOn(device: Device): Promise<string | null> {
  const test = planSelfTest(device).catch((error: unknown) => ({ passed: false, detail: String(error) }));
  const { passed, detail } = await raceLost(test, device, SLOW_TIMEOUT_MS, "the plan's self-test");
  return passed ? null : detail;
}

function wrongPlan(got: string): Fault {
  return {
    kind: 'gpu',
    title: 'The plan computes wrong numbers on this GPU',
    what: 'A small test of training failed, so nothing is trained with it. Checkpoints are untouched.',
    expected: 'the numbers that plain JavaScript gives',
    got,
    todo: ['Remove executor=plan from the address: plain TensorFlow.js then trains, more slowly.'],
  };
}

/** The settings' network as executors take it. */
function work(settings: RunConfig) {
  const { batchSize, gradientAccumulationSteps } = settings;
  const { parameters, network, inputs } = modelOfRun(settings);
  const options: PlanOptions = { inputs: inputs(batchSize), microBatches: gradientAccumulationSteps };
  return { parameters, network, options };
}
