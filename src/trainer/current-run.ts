// The device and the run on it: a run is made new, opened from a checkpoint, taken over as a fork or an
// import, or loaded again on a new device after a loss. Not here: the loop and the commands (trainer.ts).
import type { StoreClient } from '../checkpoint/store-client.ts';
import { capacityBytes, poolSlots } from '../settings/checkpoint-sizes.ts';
import { defaultName } from '../settings/run-name.ts';
import type { RunConfig } from '../settings/settings.ts';
import { endingAt, positionOf } from '../settings/calendar.ts';
import { keptFewer } from '../settings/storage-plan.ts';
import { openPictures } from '../data/sets.ts';
import { noiseLevels } from '../diffusion/noise-levels.ts';
import type { Executor, ExecutorState } from '../engine/executor.ts';
import { type Fault, FaultError, faultOf } from '../fault.ts';
import { CallTimes } from './samples/call-times.ts';
import type { CheckpointContent } from './checkpoint-file.ts';
import { type Equipment, type EquipmentTools, equip, type RunDevice } from './equipment.ts';
import { History } from './history.ts';
import { postCheckpoints } from './listing.ts';
import type { Outbox } from './outbox.ts';
import { nameOfFork, nameRun } from './run-names.ts';
import { keepPng, keepSamplesOf } from './keep-png.ts';
import { picturesOf } from './checkpoint-samples.ts';
import { sheetPng } from './samples/sheet-png.ts';
import { openRunPictures, variedLatents } from './run-pictures.ts';
import { newClasses } from './run-classes.ts';
import { newWords } from './run-words.ts';
import { initialState, loadedContent, newRunId, type Run, stampOf, summaryOf } from './run.ts';
import { poolFits, whyNoRoom, withRoomFor } from './storage-room.ts';
import { must, storageRefused } from './trouble.ts';

/** Waits before each try to start a lost device again. */
const DEVICE_RETRIES_MS = [0, 2000];

/** Whether there is a run, and whether a working device holds its executor. */
export type Held =
  | { readonly is: 'none'; readonly run: null }
  | { readonly is: 'on'; readonly run: Run; readonly equipment: Equipment }
  /** The executor has gone with its device, or was freed for the next one. `reload` makes another. */
  | { readonly is: 'lost'; readonly run: Run };

/** What runs need of the store. */
export type RunStore = EquipmentTools['store'] &
  Pick<StoreClient, 'createRun' | 'growPool' | 'writeNote' | 'recover' | 'removeRun'>;

const NONE: Held = { is: 'none', run: null };

export class CurrentRun {
  readonly #store: RunStore;
  readonly #outbox: Outbox;
  readonly #onLost: () => void;
  readonly #tools: EquipmentTools;
  #equipment: Equipment;
  #held: Held = NONE;

  /** onLost: called when the device is gone and nothing more may run on it. */
  constructor(store: RunStore, outbox: Outbox, device: RunDevice, onLost: () => void) {
    this.#store = store;
    this.#outbox = outbox;
    this.#onLost = onLost;
    this.#tools = {
      store,
      outbox,
      times: new CallTimes(),
      facts: new Map(),
      currentRun: () => this.#held.run,
    };
    this.#equipment = this.#equip(device);
  }

  get held(): Held {
    return this.#held;
  }

  /** The newest device's equipment, also after the device is lost. */
  get equipment(): Equipment {
    return this.#equipment;
  }

  // ---------- a lost GPU ----------
  // 1. The browser reports the loss, or a wait for the GPU fails: the equipment is abandoned, the run lost.
  // 2. The loop is told to stop; each wait for the GPU fails by itself (TrainingDevice.guard).
  // 3. The trainer starts a new device (startDeviceAgain); the newest checkpoint is loaded on it (reload).
  // 4. Where no device starts, the run stays `lost`: viewing and export still work, Resume tries again.

  #equip(device: RunDevice): Equipment {
    void device.lost.then(() => {
      if (this.#equipment.device !== device) return;
      this.abandonDevice();
      this.#onLost();
    });
    return equip(device, this.#tools);
  }

  /** Nothing touches the present device any more; the next use starts a new one. */
  abandonDevice(): void {
    const { artist, generator } = this.#equipment;
    this.#equipment = { ...this.#equipment, works: false };
    if (this.#held.is === 'on') this.#held = { is: 'lost', run: this.#held.run };
    artist.abandon();
    generator.abandon();
  }

  /** Tries to start a device, at once and after 2 s. Returns null, or `fault` and the tries' reports. */
  async startDeviceAgain(fault: Fault): Promise<Fault | null> {
    this.abandonDevice();
    let { got } = fault;
    for (const wait of DEVICE_RETRIES_MS) {
      this.#preparing('The GPU stopped answering; starting it again');
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        await this.withDevice();
        return null;
      } catch (error) {
        got = `${got}; then ${faultOf(error).got}`;
      }
    }
    return { ...fault, got };
  }

  /** Makes sure that a device works: this one, or a new one of its backend. Throws FaultError kind `gpu`. */
  async withDevice(): Promise<void> {
    if (this.#equipment.works) return;
    this.#equipment = this.#equip(await this.#equipment.device.startAgain());
    // Two starts at once: a run that was made on the device of the first start is not on the second device.
    if (this.#held.is === 'on') this.#held = { is: 'lost', run: this.#held.run };
  }

  /** Loads the run from its newest checkpoint, or begins it anew where it has none. Throws FaultError. */
  async reload(): Promise<void> {
    const { run } = this.#held;
    if (!run) return;
    const { loaded } = await this.#store.recover([]);
    if (loaded?.record.runId === run.runId) {
      await this.open(loadedContent(loaded), loaded.started);
    } else {
      // A fork or an import does not know the weights it began with: it cannot begin anew.
      if (run.parent !== '') throw new FaultError(storageRefused());
      await this.withDevice();
      const executor = await this.#executorFor(run.config, initialState(run.config));
      this.#setRun({ ...run, executor, history: new History(), globalStep: 0 });
    }
  }

  // ---------- runs ----------

  /**
   * A new run: opens its pictures, reads their captions where its model knows words, reserves a slot in the
   * store, makes a network. `prompts`: of its samples; null: drawn from the captions. Throws FaultError.
   */
  async create(config: RunConfig, prompts: readonly string[] | null): Promise<void> {
    this.#preparing('Opening the pictures');
    const set = await openPictures(config.dataset, {
      imageSize: config.imageSize,
      maxImages: config.maxImages,
    });
    const varied = variedLatents(set, config);
    if (varied) throw new FaultError(varied);
    const words = newWords(config, set, prompts);
    const classes = newClasses(config, set);
    const runId = newRunId();
    const started = new Date().toISOString();
    this.#preparing('Reserving storage');
    const noRoom = await whyNoRoom(this.#store, config, set.count);
    if (noRoom) throw new FaultError(noRoom);
    must(await this.#store.createRun(runId, started, capacityBytes(config, set.count)));
    await this.#name(runId, defaultName(set.info.title, started));
    // Before its first checkpoint the page knows the run by its name, too.
    await postCheckpoints(this.#store, this.#outbox);
    this.#preparing('Building the network');
    await this.withDevice();
    const executor = await this.#executorFor(config, initialState(config));
    this.#setRun({
      runId,
      parent: '',
      started,
      config,
      dataset: stampOf(set),
      set,
      pictureFault: null,
      words,
      classes,
      levels: noiseLevels(config),
      executor,
      history: new History(),
      globalStep: 0,
    });
  }

  /**
   * Compiles what the run's steps need, and posts how far it is. To draw samples less is needed: a run that
   * comes back is validated meanwhile. Throws FaultError kind `gpu`.
   */
  async prepare(): Promise<void> {
    if (this.#held.is !== 'on') return;
    const { run, equipment } = this.#held;
    // Eager compiles within its first steps.
    if (run.executor.kind === 'eager') this.#preparing('Compiling shaders');
    await equipment.device.prepare(run.executor, this.#onProgress);
  }

  /**
   * Makes the run's executor. The previous run's executor is freed first: the GPU need not hold both. On
   * failure there is no current run any more; no checkpoint is touched. Throws FaultError kind `memory`.
   */
  async #executorFor(config: RunConfig, state: ExecutorState): Promise<Executor> {
    this.#release();
    try {
      return await this.#equipment.device.executorFor(config, state, this.#onProgress);
    } catch (error) {
      this.#setNone();
      throw error;
    }
  }

  /** Makes a checkpoint's content the current run. `started`: of the run, ISO 8601. Throws FaultError. */
  async open(content: CheckpointContent, started: string): Promise<Run> {
    const { facts, state, history } = content;
    const pictures = await openRunPictures(facts.config, facts.dataset, facts.classes);
    await this.withDevice();
    const executor = await this.#executorFor(facts.config, state);
    const run: Run = {
      runId: facts.runId,
      parent: facts.parent,
      started,
      config: facts.config,
      dataset: facts.dataset,
      set: pictures.set,
      pictureFault: pictures.fault,
      words: facts.words,
      classes: facts.classes,
      levels: noiseLevels(facts.config),
      executor,
      history,
      globalStep: facts.globalStep,
    };
    this.#setRun(run);
    this.#equipment.saver.noteLoaded(run);
    return run;
  }

  /**
   * Makes a checkpoint's content a new run with a parent. Its first checkpoint is written before anything
   * else happens. `from` a file: the run waits paused, also after a reload, with the samples of the file;
   * from the store: it has the parent's samples so far. Throws FaultError kind `storage` where the store
   * refuses it.
   */
  async adopt(content: CheckpointContent, asked: RunConfig, from: 'file' | 'store'): Promise<void> {
    const { facts, samples } = content;
    const config = await withRoomFor(this.#store, asked, facts.dataset.count);
    const runId = newRunId();
    const started = new Date().toISOString();
    const name = await nameOfFork(this.#store, facts, started);
    must(await this.#store.createRun(runId, started, capacityBytes(config, facts.dataset.count)));
    await this.#name(runId, name);
    if (from === 'file') must(await this.#store.writeNote(runId, { paused: true }));
    // Before the page hears of the run, so that it shows them from the first moment.
    if (from === 'store') await keepSamplesOf(facts.runId, runId, facts.globalStep);
    else if (samples) await keepPng(runId, facts.globalStep, 'samples', await sheetPng(picturesOf(samples)));
    const parent = `${facts.runId}@${facts.globalStep}`;
    const run = await this.open({ ...content, facts: { ...facts, config, runId, parent } }, started);
    await this.#equipment.saver.begin(run, run.globalStep, Promise.resolve());
    if ((await this.#equipment.saver.idle()) === null) {
      if (config !== asked) this.#outbox.post({ type: 'notice', text: keptFewer(asked, config) });
      return;
    }
    this.close();
    throw new FaultError(storageRefused());
  }

  /**
   * The run, as the same run, ends at step `last`: noted in the store before anything else, so that a reload
   * before the next checkpoint knows of it. Throws FaultError kind `storage` where there is no room for the
   * longer run, or the note cannot be written.
   */
  async prolong(last: number): Promise<void> {
    const { run } = this.#held;
    if (!run) return;
    const { count } = run.dataset;
    const config = endingAt(last, run.config, count);
    const { maxSteps, epochs } = config;
    const fits = await poolFits(this.#store, { runId: run.runId, config, imageCount: count });
    const noRoom = fits ? null : await whyNoRoom(this.#store, config, count);
    if (noRoom) throw new FaultError(noRoom);
    must(await this.#store.growPool(run.runId, poolSlots(config, count), capacityBytes(config, count)));
    must(await this.#store.writeNote(run.runId, { length: { maxSteps, epochs }, paused: false }));
    this.#changed({ ...run, config });
  }

  /** Puts a changed run in the place of the one that is held, and tells the page. */
  #changed(run: Run): void {
    if (this.#held.is === 'lost') this.#held = { is: 'lost', run };
    else this.#setRun(run);
  }

  /**
   * Looks again for pictures that were missing or changed, or have been changed since they were opened.
   * Returns what is wrong with them now, or null.
   */
  async findPictures(): Promise<Fault | null> {
    const { run } = this.#held;
    if (!run || (!run.pictureFault && (await run.set?.isCurrent()))) return null;
    const { set, fault } = await openRunPictures(run.config, run.dataset, run.classes);
    this.#changed({ ...run, set, pictureFault: fault });
    return fault;
  }

  /** A name that cannot be noted is reported; the run goes on, and is listed by its default. */
  async #name(runId: string, name: string): Promise<void> {
    try {
      await nameRun(this.#store, runId, name);
    } catch (error) {
      this.#outbox.post({ type: 'fault', fault: faultOf(error) });
    }
  }

  /** Pictures that differ from those the run began with become the run's own. */
  confirmPictures(): void {
    const { run } = this.#held;
    if (!run?.set) return;
    this.#changed({ ...run, dataset: stampOf(run.set), pictureFault: null });
  }

  /** Ends the run in memory; its checkpoints stay. */
  close(): void {
    this.#release();
    this.#setNone();
  }

  #setNone(): void {
    this.#held = NONE;
    this.#outbox.post({ type: 'no-run' });
  }

  #setRun(run: Run): void {
    const equipment = this.#equipment;
    this.#held = equipment.works ? { is: 'on', run, equipment } : { is: 'lost', run };
    this.#outbox.post({
      type: 'run',
      run: summaryOf(run),
      globalStep: run.globalStep,
      epoch: positionOf(run.config, run.dataset.count, run.globalStep).epoch,
      losses: run.history.batchLosses(0, run.globalStep),
      epochLosses: run.history.epochLosses,
    });
  }

  /** Frees the executor's memory; a lost device's memory went with the device. */
  #release(): void {
    this.#equipment.artist.cancel();
    if (this.#held.is !== 'on') return;
    const { run } = this.#held;
    run.executor.dispose();
    this.#held = { is: 'lost', run };
  }

  readonly #onProgress = (what: string, done: number, total: number): void =>
    this.#outbox.post({ type: 'preparing', what, done, total });

  #preparing(what: string): void {
    this.#outbox.post({ type: 'preparing', what, done: 0, total: null });
  }
}
