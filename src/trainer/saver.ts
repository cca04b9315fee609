// Saves checkpoints while training goes on: a snapshot between two steps, everything else in the background,
// one checkpoint at a time; a failed save is tried again.
// Not here: at which steps (settings/checkpoint-schedule.ts), bytes on disk (checkpoint/).
import type { StoreClient } from '../checkpoint/store-client.ts';
import { type Fault, faultOf } from '../fault.ts';
import { fileMetadata, fileTensors } from './checkpoint-file.ts';
import { keepPng } from './keep-png.ts';
import { postCheckpoints } from './listing.ts';
import type { TrainingDevice } from './training-device.ts';
import type { Outbox } from './outbox.ts';
import { lossPlotPng } from './loss-plot.ts';
import { factsAt, type Run } from './run.ts';
import { spreadEvery } from '../settings/checkpoint-schedule.ts';
import { capacityBytes } from '../settings/checkpoint-sizes.ts';

/** Minutes until the next try after each failure in a row; after the last failure there is no other try. */
const RETRY_MINUTES = [1, 2, 4];

export class Saver {
  readonly #store: Pick<StoreClient, 'save' | 'report'>;
  readonly #outbox: Outbox;
  readonly #device: Pick<TrainingDevice, 'guard' | 'executionOf'>;
  #current: Promise<boolean> = Promise.resolve(true);
  #lastSave = performance.now();
  #failures = 0;
  #retryAt = Infinity;
  /** Run and step of the newest checkpoint that was committed. */
  #committed: { runId: string; step: number } | null = null;
  /** The fault of the last try after three failures in a row; the loop then ends with it. */
  gaveUp: Fault | null = null;

  constructor(
    store: Pick<StoreClient, 'save' | 'report'>,
    outbox: Outbox,
    device: Pick<TrainingDevice, 'guard' | 'executionOf'>,
  ) {
    this.#store = store;
    this.#outbox = outbox;
    this.#device = device;
  }

  /** The checkpoint of this step is in the store already. */
  has(run: Run, step: number): boolean {
    return this.#committed?.runId === run.runId && this.#committed.step === step;
  }

  /** The run was just opened from its checkpoint: that step is in the store. */
  noteLoaded(run: Run): void {
    this.#committed = { runId: run.runId, step: run.globalStep };
    this.#lastSave = performance.now();
  }

  /** Training starts or resumes: `dueByTime` counts from now, and earlier failures are forgotten. */
  startAfresh(): void {
    this.#lastSave = performance.now();
    this.#failures = 0;
    this.#retryAt = Infinity;
    this.gaveUp = null;
  }

  /** Whether `minutes` have passed since the last save, or a failed save is to be tried again. */
  dueByTime(minutes: number): boolean {
    const now = performance.now();
    return now >= this.#retryAt || (this.#retryAt === Infinity && now - this.#lastSave >= minutes * 60_000);
  }

  /**
   * Saves step `step`, in the background; waits first for a save that is still under way. Call it right after
   * that step was encoded, and encode no other before it resolves: the snapshot holds the newest weights.
   * `settled` resolves when the step's loss is in the history, and rejects where the step was not applied:
   * nothing is saved then.
   */
  async begin(run: Run, step: number, settled: Promise<void>): Promise<void> {
    const asked = performance.now();
    await this.#current;
    const snapshot = run.executor.snapshot();
    this.#lastSave = performance.now();
    this.#retryAt = Infinity;
    this.#current = this.#save(run, step, snapshot, settled, this.#lastSave - asked);
  }

  /** Resolves when nothing is being saved; false where the last save failed. */
  idle(): Promise<boolean> {
    return this.#current;
  }

  async #save(
    run: Run,
    step: number,
    snapshot: ReturnType<Run['executor']['snapshot']>,
    settled: Promise<void>,
    pauseMs: number,
  ): Promise<boolean> {
    const started = performance.now();
    const facts = factsAt(run, step, this.#device.executionOf(run.executor));
    try {
      const [state] = await Promise.all([this.#device.guard(snapshot), settled]);
      this.#outbox.post({ type: 'saving', name: facts.name, step });
      const tensors = fileTensors(run.executor.parameters, state, run.history, facts);
      const metadata = await fileMetadata(facts, tensors);
      const result = await this.#store.save({
        runId: run.runId,
        name: facts.name,
        globalStep: step,
        epoch: facts.epoch,
        created: facts.created,
        meanLoss: run.history.meanOfLast(100, step),
        tensors,
        metadata,
        keepNewest: run.config.keepNewest,
        spreadEvery: spreadEvery(run.config, run.dataset.count),
        capacityBytes: capacityBytes(run.config, run.dataset.count),
      });
      if (!result.ok) return this.#failed(facts.name, result.fault);
      this.#committed = { runId: run.runId, step };
      this.#failures = 0;
      this.#outbox.post({
        type: 'saved',
        record: result.value.record,
        pauseMs,
        totalMs: performance.now() - started,
      });
      await postCheckpoints(this.#store, this.#outbox);
      await this.#drawPlot(run, step);
      return true;
    } catch (error) {
      const fault = faultOf(error);
      // The loop throws the same fault at the same step and is stopped by it; here it only ends the save.
      if (fault.kind === 'not-finite' || fault.kind === 'gpu') return false;
      return this.#failed(facts.name, fault);
    }
  }

  #failed(name: string, fault: Fault): boolean {
    const minutes = RETRY_MINUTES[this.#failures];
    this.#failures += 1;
    if (minutes === undefined || this.#failures >= RETRY_MINUTES.length) {
      this.gaveUp = {
        ...fault,
        title: `${name} could not be saved, in ${this.#failures} tries`,
        todo: ['Export checkpoint: it keeps the newest saved one.', ...fault.todo],
      };
      return false;
    }
    this.#retryAt = performance.now() + minutes * 60_000;
    this.#outbox.post({
      type: 'fault',
      fault: {
        ...fault,
        what: `${fault.what} Training goes on, older checkpoints are whole, and the next try is in ${minutes} min.`,
      },
    });
    return false;
  }

  async #drawPlot(run: Run, step: number): Promise<void> {
    const plot = await lossPlotPng(run.history.batchLosses(0, step), `Training loss, step ${step}`);
    await keepPng(run.runId, step, 'training_loss', plot);
  }
}
