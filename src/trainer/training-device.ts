// The device that the trainer works on: started, watched, and started again after a loss; makes executors.
// Not here: its tests (device-tests.ts), runs (current-run.ts), how each backend starts (engine/device).
import { recall, remember } from '../checkpoint/index-db.ts';
import type { RunConfig } from '../settings/settings.ts';
import { modelOfRun } from '../settings/presets.ts';
import { type Device, raceLost } from '../engine/device/device.ts';
import { createEagerExecutor } from '../engine/eager/eager-executor.ts';
import { createEagerPredictor } from '../engine/eager/eager-predictor.ts';
import type { Executor, ExecutorState, Predictor } from '../engine/executor.ts';
import { createPlanPredictor } from '../engine/plan/run/given-predictor.ts';
import { createPlanExecutor } from '../engine/plan/run/plan-executor.ts';
import { type PlanOptions, targetOf } from '../engine/plan/run/plan-device.ts';
import { givenTrainingBytes, trainingBytes } from '../engine/plan/run/training-bytes.ts';
import { EAGER_KERNELS, PLAN_KERNELS } from '../engine/kernel-versions.ts';
import type { TileChoices } from '../engine/plan/kernels/conv/tile-choice.ts';
import { FaultError } from '../fault.ts';
import type { Machine } from './api.ts';
import type { Execution } from './metadata-fields.ts';
import { type DeviceTests, SLOW_TIMEOUT_MS, startTested, TIMEOUT_MS } from './device-tests.ts';
import { deviceLost } from './trouble.ts';

/** Most time to choose the tile shapes of a new network, on a GPU in hardware. */
const TUNE_MS = 3000;
/** How long after a failed read-back the browser may take to report that the device is lost. */
const LOSS_REPORT_MS = 500;

type DeviceRequest = Pick<RunConfig, 'backend' | 'executor'>;

export class TrainingDevice {
  readonly machine: Machine;
  readonly #device: Device;
  readonly #asked: DeviceRequest;
  readonly #tests: DeviceTests;
  #tiles: TileChoices = {};

  private constructor(device: Device, machine: Machine, asked: DeviceRequest, tests: DeviceTests) {
    this.#device = device;
    this.machine = machine;
    this.#asked = asked;
    this.#tests = tests;
  }

  /**
   * Starts a device, tests the executor that is asked for, and measures its speed; what has passed here
   * before is not done again. Backend `auto` goes on to the next backend where one is missing or fails.
   * Throws FaultError kind `gpu`.
   */
  static async start(asked: DeviceRequest): Promise<TrainingDevice> {
    const { device, tests } = await startTested(asked);
    const kind = tests.kindFor(asked);
    const slow = device.software || device.backend !== 'webgpu';
    const machine: Machine = {
      backend: device.backend,
      executor: kind,
      planFault: tests.planFault,
      gpu: device.gpu,
      slow,
      why: device.why,
      probe: await tests.speedOf(kind),
      maxTensorBytes: device.maxTensorBytes,
    };
    return new TrainingDevice(device, machine, asked, tests);
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
      kernels: plan ? planKernels(this.#device) : `eager ${EAGER_KERNELS}`,
      adapter: this.#device.adapterKey,
      browser: navigator.userAgent,
      ...(plan ? { tiles: this.#tiles } : {}),
    };
  }

  /** The kind of executor that the settings get: `auto` takes the plan where WebGPU runs it correctly. */
  kindFor({ executor }: Pick<RunConfig, 'executor'>): Executor['kind'] {
    return this.#tests.kindFor({ executor });
  }

  /**
   * An executor of the settings' network that holds `state`; `prepare` comes before its first step. Throws
   * FaultError kind `memory` or `gpu`.
   */
  async executorFor(
    config: RunConfig,
    state: ExecutorState,
    onProgress: (what: string, done: number, total: number) => void,
  ): Promise<Executor> {
    const { parameters, network, options } = work(config);
    if (this.kindFor(config) === 'eager') {
      await this.#testEager();
      const eager = createEagerExecutor(this.#device, parameters, network);
      eager.setState(state);
      return eager;
    }
    const timed = this.#tests.tilesAgree && !this.#device.software;
    const tuned = { tiles: await this.#knownTiles(), tuneMs: timed ? TUNE_MS : 0 };
    const making = createPlanExecutor(this.#device, parameters, network, {
      ...options,
      ...tuned,
      onTimed: (done, total) => onProgress('Timing kernels', done, total),
    });
    const plan = await raceLost(making, this.#device, SLOW_TIMEOUT_MS, 'the timing of its kernels');
    this.#tiles = plan.tiles;
    await remember(this.#tilesKey, this.#tiles).catch(() => undefined);
    plan.setState(state);
    return plan;
  }

  /** Compiles what the executor's steps need. Throws FaultError kind `gpu` where the device is lost. */
  async prepare(
    executor: Pick<Executor, 'prepare'>,
    onProgress: (what: string, done: number, total: number) => void = () => undefined,
  ): Promise<void> {
    const compiling = executor.prepare((done, total) => onProgress('Compiling shaders', done, total));
    await raceLost(compiling, this.#device, SLOW_TIMEOUT_MS, 'the compilation of its shaders');
  }

  /** Eager is not tested at the start where the plan is asked for. Throws FaultError kind `gpu`. */
  async #testEager(): Promise<void> {
    const fault = await this.#tests.testGradients();
    if (fault) throw new FaultError(fault);
  }

  /**
   * The settings' network with `weights` (PyTorch's layout, in the order of its parameters), to draw samples,
   * not to train. Releasing its held weights frees all of its memory. Throws FaultError kind `memory`.
   */
  async predictorFor(config: RunConfig, weights: readonly Float32Array[]): Promise<Predictor> {
    const { parameters, network, options } = work(config);
    if (this.kindFor(config) === 'eager') {
      await this.#testEager();
      return createEagerPredictor(this.#device, parameters, network, weights);
    }
    const plan = { inputs: options.inputs, tiles: await this.#knownTiles() };
    return createPlanPredictor(this.#device, parameters, network, plan, weights);
  }

  get #tilesKey(): string {
    return `tiles ${__PLAN_SOURCE__} ${this.#device.adapterKey}`;
  }

  /** Tile shapes chosen on this device before. A lost entry costs only the time to choose again. */
  async #knownTiles(): Promise<TileChoices> {
    if (!this.#tests.tilesAgree) return {};
    const known = await recall(this.#tilesKey).catch(() => undefined);
    return { ...(known as TileChoices | undefined), ...this.#tiles };
  }

  /**
   * The exact GPU bytes of training with these settings; null for eager, which allocates as it goes. Throws
   * FaultError kind `memory` where a buffer would be larger than the device takes.
   */
  trainingBytes(config: RunConfig): number | null {
    if (this.kindFor(config) === 'eager') return null;
    const { parameters, network, options } = work(config);
    return trainingBytes(this.#device, parameters, network, options);
  }

  /**
   * The same bytes where the device gives them now: they are taken and freed at once. Null where it does not;
   * for eager, too.
   */
  async givenBytes(config: RunConfig): Promise<number | null> {
    if (this.kindFor(config) === 'eager') return null;
    const { parameters, network, options } = work(config);
    return givenTrainingBytes(this.#device, parameters, network, options);
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

/** The family of the plan's kernels on this device, and its version. */
function planKernels(device: Device): string {
  const { family } = targetOf(device);
  return `plan ${PLAN_KERNELS[family]}, ${family}`;
}

/** The settings' network as executors take it. */
function work(settings: RunConfig) {
  const { batchSize, gradientAccumulationSteps: microBatches, gradientCheckpointing } = settings;
  const { parameters, network, inputs } = modelOfRun(settings);
  const options: PlanOptions = {
    ...{ inputs: inputs(batchSize), microBatches, gradientCheckpointing },
    precision: settings.precision,
  };
  return { parameters, network, options };
}
