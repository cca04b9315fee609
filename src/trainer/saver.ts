// Saves checkpoints while training goes on: a snapshot between two steps, everything else in the background,
// one checkpoint at a time; a failed save is tried again.
// Not here: at which steps (settings/checkpoint-schedule.ts), bytes on disk (checkpoint/).
import { savedAnew } from '../checkpoint/storage-fault.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import { type Fault, faultOf } from '../fault.ts';
import { fileMetadata, fileTensors } from './checkpoint-file.ts';
import { keepPng } from './keep-png.ts';
import { postCheckpoints } from './listing.ts';
import type { TrainingDevice } from './training-device.ts';
import type { Outbox } from './outbox.ts';
import { autosaveEveryMs } from '../settings/autosave.ts';
import { lossPlotPng } from './loss-plot.ts';
import { factsAt, type Run } from './run.ts';
import { spreadEvery } from '../settings/checkpoint-schedule.ts';
import { capacityBytes } from '../settings/checkpoint-sizes.ts';

/**
 * Why a save is made. `due`: by the schedule or because the user asked; it stays as retention says.
 * `autosave`: by the clock or because the page was hidden; it makes room for the next save.
 */
export type SaveReason = 'due' | 'autosave';

/** Minutes until the next try after each failure in a row; after the last failure there is no other try. */
const RETRY_MINUTES = [1, 2, 4];

/** A save under way. */
interface Save {
  step: number;
  reason: SaveReason;
  snapshot: ReturnType<Run['executor']['snapshot']>;
  settled: Promise<void>;
  /** How long training waited for the snapshot to be taken. */
  pauseMs: number;
}

export class Saver {
  readonly #store: Pick<StoreClient, 'save' | 'report' | 'metadataOf'>;
  readonly #outbox: Outbox;
  readonly #device: Pick<TrainingDevice, 'guard' | 'executionOf'>;
  #current: Promise<Fault | null> = Promise.resolve(null);
  #lastSave = performance.now();
  #failures = 0;
  /** When and why a failed save is tried again. */
  #retry: { at: number; reason: SaveReason } | null = null;
  /** Of the last save: see autosaveEveryMs. */
  #last = { costMs: 0, bytes: 0 };
  /** Run and step of the newest checkpoint that was committed. */
  #committed: { runId: string; step: number } | null = null;
  /** The fault of the last try after three failures in a row; the loop then ends with it. */
  gaveUp: Fault | null = null;

  constructor(
    store: Pick<StoreClient, 'save' | 'report' | 'metadataOf'>,
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

  /** The store may have lost what it had: no step counts as saved. */
  forgetSaved(): void {
    this.#committed = null;
  }

  /** Training starts or resumes: `dueByTime` counts from now, and earlier failures are forgotten. */
  startAfresh(): void {
    this.#lastSave = performance.now();
    this.#failures = 0;
    this.#retry = null;
    this.gaveUp = null;
  }

  /** Milliseconds of training since the last save, or since training started or resumed. */
  get ageMs(): number {
    return performance.now() - this.#lastSave;
  }

  /**
   * Why the clock asks for a save: it is time for an autosave, or a failed save is to be tried again. Null:
   * neither. `everyMinutes`: the setting checkpointEveryMinutes.
   */
  dueByTime(everyMinutes: number): SaveReason | null {
    if (this.#retry) return performance.now() >= this.#retry.at ? this.#retry.reason : null;
    const { costMs, bytes } = this.#last;
    return this.ageMs >= autosaveEveryMs(everyMinutes, costMs, bytes) ? 'autosave' : null;
  }

  /**
   * Saves step `step`, in the background; waits first for a save that is still under way. Call it right after
   * that step was encoded, and encode no other before it resolves: the snapshot holds the newest weights.
   * `settled` resolves when the step's loss is in the history, and rejects where the step was not applied:
   * nothing is saved then.
   */
  async begin(run: Run, step: number, settled: Promise<void>, reason: SaveReason = 'due'): Promise<void> {
    const asked = performance.now();
    await this.#current;
    const snapshot = run.executor.snapshot();
    this.#lastSave = performance.now();
    this.#retry = null;
    const pauseMs = this.#lastSave - asked;
    this.#current = this.#save(run, { step, reason, snapshot, settled, pauseMs });
  }

  /** Resolves when nothing is being saved: why the last save failed, or null where it is in the store. */
  idle(): Promise<Fault | null> {
    return this.#current;
  }

  async #save(run: Run, { step, reason, snapshot, settled, pauseMs }: Save): Promise<Fault | null> {
    const started = performance.now();
    const autosave = reason === 'autosave';
    const facts = factsAt(run, step, this.#device.executionOf(run.executor));
    try {
      const stepMade = settled.then(() => performance.now());
      const [state, from] = await Promise.all([this.#device.guard(snapshot), stepMade]);
      // An autosave is not worth a line that comes and goes.
      if (!autosave) this.#outbox.post({ type: 'saving', name: facts.name, step });
      const tensors = fileTensors(run.executor.parameters, state, run.history, facts);
      const { lossScale } = state;
      const metadata = await fileMetadata(lossScale ? { ...facts, lossScale } : facts, tensors);
      const result = await this.#store.save({
        runId: run.runId,
        name: facts.name,
        globalStep: step,
        epoch: facts.epoch,
        created: facts.created,
        meanLoss: run.history.meanOfLast(100, step),
        autosave,
        tensors,
        metadata,
        keepNewest: run.config.keepNewest,
        spreadEvery: spreadEvery(run.config, run.dataset.count),
        capacityBytes: capacityBytes(run.config, run.dataset.count),
      });
      if (!result.ok) return this.#failed(facts.name, result.fault, reason);
      const { record } = result.value;
      if (result.value.vanished !== null)
        this.#outbox.post({ type: 'fault', fault: savedAnew(record.name, result.value.vanished) });
      this.#committed = { runId: run.runId, step };
      this.#last = { costMs: pauseMs + performance.now() - from, bytes: record.sizeBytes };
      this.#failures = 0;
      this.#outbox.post({
        type: 'saved',
        record,
        pauseMs,
        totalMs: performance.now() - started,
      });
      await postCheckpoints(this.#store, this.#outbox);
      if (!autosave) await this.#drawPlot(run, step);
      return null;
    } catch (error) {
      const fault = faultOf(error);
      // The loop throws the same fault at the same step and is stopped by it; here it only ends the save.
      if (fault.kind === 'not-finite' || fault.kind === 'gpu') return fault;
      return this.#failed(facts.name, fault, reason);
    }
  }

  #failed(name: string, fault: Fault, reason: SaveReason): Fault {
    const minutes = RETRY_MINUTES[this.#failures];
    this.#failures += 1;
    if (minutes === undefined || this.#failures >= RETRY_MINUTES.length) {
      this.gaveUp = {
        ...fault,
        title: `${name} could not be saved, in ${this.#failures} tries`,
        todo: ['Export checkpoint: it keeps the newest saved one.', ...fault.todo],
      };
      return fault;
    }
    this.#retry = { at: performance.now() + minutes * 60_000, reason };
    this.#outbox.post({
      type: 'fault',
      fault: {
        ...fault,
        what: `${fault.what} Training goes on, older checkpoints are whole, and the next try is in ${minutes} min.`,
      },
    });
    return fault;
  }

  async #drawPlot(run: Run, step: number): Promise<void> {
    const plot = await lossPlotPng(run.history.batchLosses(0, step), `Training loss, step ${step}`);
    await keepPng(run.runId, step, 'training_loss', plot);
  }
}
