// How long the training loop waits for the pictures of a step: the trainer's own loop over a stored set, with
// steps that take a given time, or steps of a network on the software GPU. Not here: printing (main.ts).
import { openPictures } from '../../src/data/sets.ts';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import { startDevice } from '../../src/engine/device/device.ts';
import type { Executor, StepStats } from '../../src/engine/executor.ts';
import { createPlanExecutor } from '../../src/engine/plan/run/plan-executor.ts';
import { modelOfRun, presetConfig } from '../../src/settings/presets.ts';
import type { RunConfig } from '../../src/settings/settings.ts';
import { History } from '../../src/trainer/history.ts';
import { Loop, type LoopTools } from '../../src/trainer/loop.ts';
import { RateMeter } from '../../src/trainer/rate-meter.ts';
import { initialState, type Run, stampOf } from '../../src/trainer/run.ts';
import { trainingStep } from '../../src/trainer/training-step.ts';

/** What `bench:data` asks: `small`'s network and settings with the batch of `cifar`. */
const BATCH = 64;

export interface Waits {
  /** Means over all steps but the first, which nothing was read ahead for. */
  waitMs: number;
  stepMs: number;
}

/** A stored set, and the edge of its pictures. */
interface Stored {
  id: string;
  size: number;
}

const configOf = ({ id, size }: Stored, steps: number): RunConfig => ({
  ...presetConfig('small'),
  dataset: id,
  imageSize: size,
  batchSize: BATCH,
  maxSteps: steps,
});

/** Milliseconds in which the pictures of a step are read with nothing beside it, mean of `steps`. */
export async function readAlone(stored: Stored, steps: number): Promise<number> {
  const config = configOf(stored, steps);
  const set = await openPictures(stored.id, config);
  const learning = { config, levels: noiseLevels(config), words: null, classes: null };
  const started = performance.now();
  for (let step = 0; step < steps; step++) await trainingStep(learning, set, steps, step);
  return (performance.now() - started) / steps;
}

/** Steps that take `stepMs` each, as those of a GPU: nothing is computed. */
export function waitsBesideTimer(stored: Stored, steps: number, stepMs: number): Promise<Waits> {
  let free = 0;
  return train(configOf(stored, steps), {
    step: async (batches): Promise<StepStats> => {
      // A GPU makes one step after another, whenever they were given to it.
      free = Math.max(free, performance.now()) + stepMs;
      await new Promise((resolve) => setTimeout(resolve, free - performance.now()));
      const perSample = new Float32Array(batches.length * BATCH).fill(1);
      return { loss: 1, perSample, gradientNorm: 1, applied: true };
    },
  });
}

/** Steps of the network itself, on the software GPU. */
export async function waitsBesideNetwork(stored: Stored, steps: number): Promise<Waits> {
  const config = configOf(stored, steps);
  const device = await startDevice('webgpu');
  const { parameters, network, inputs } = modelOfRun(config);
  const plan = { inputs: inputs(BATCH), microBatches: 1 };
  const executor = await createPlanExecutor(device, parameters, network, plan);
  await executor.prepare();
  executor.setState(initialState(config));
  const waits = await train(config, { step: (...given) => executor.step(...given) });
  executor.dispose();
  device.dispose();
  return waits;
}

/** Trains all steps of `config` by the trainer's loop, which saves and draws nothing. */
async function train(config: RunConfig, executor: Pick<Executor, 'step'>): Promise<Waits> {
  const set = await openPictures(config.dataset, config);
  const run: Run = {
    ...{ runId: 'bench', parent: '', started: '', globalStep: 0, pictureFault: null },
    ...{ config, set, history: new History(), dataset: stampOf(set), levels: noiseLevels(config) },
    ...{ words: null, classes: null },
    executor: executor as Executor,
  };
  const rate = new WaitLog();
  await new Loop(run, { ...IDLE, rate }).train();
  return rate.means();
}

/** Keeps every wait and every end of a step. */
class WaitLog extends RateMeter {
  readonly #waits: number[] = [];
  readonly #ends: number[] = [];

  override async waitingFor<T>(pictures: Promise<T>): Promise<T> {
    const since = performance.now();
    const made = await pictures;
    this.#waits.push(performance.now() - since);
    return made;
  }

  override tick(): void {
    this.#ends.push(performance.now());
  }

  means(): Waits {
    const steps = this.#ends.length - 1;
    return {
      waitMs: this.#waits.slice(1).reduce((sum, ms) => sum + ms, 0) / steps,
      stepMs: ((this.#ends.at(-1) ?? 0) - (this.#ends[0] ?? 0)) / steps,
    };
  }
}

const nothing = (): Promise<null> => Promise.resolve(null);

const IDLE: Omit<LoopTools, 'rate'> = {
  artist: { busy: false, beginProgress: () => undefined, advance: nothing },
  generator: { advance: () => Promise.resolve() },
  outbox: { post: () => undefined, progress: () => undefined },
  saver: {
    ...{ gaveUp: null, ageMs: 0, idle: nothing },
    dueByTime: () => null,
    begin: () => Promise.resolve(),
  },
  store: {
    growPool: () => Promise.resolve({ ok: true, value: 1e6 }),
    report: () =>
      Promise.resolve({ ...{ runs: [], evicted: false }, usedBytes: 0, quotaBytes: null, persisted: true }),
  },
  device: { guard: (work) => work },
};
