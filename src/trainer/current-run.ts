// The device and the run on it: made new, opened from a checkpoint, taken over as a fork or an import, started again on a
// new device after a loss. Not here: the loop and the commands (trainer.ts).
import type { StoreClient } from '../checkpoint/store-client.ts';
import { capacityBytes } from '../settings/checkpoint-sizes.ts';
import type { RunConfig } from '../settings/settings.ts';
import { positionOf } from '../settings/calendar.ts';
import { openPictures } from '../data/sets.ts';
import { alphaBar } from '../diffusion/noise-schedule.ts';
import type { Executor, ExecutorState } from '../engine/executor.ts';
import { type Fault, FaultError, faultOf } from '../fault.ts';
import { Artist } from './samples/artist.ts';
import { CallTimes } from './samples/call-times.ts';
import { type CheckpointContent, readContent } from './checkpoint-file.ts';
import type { TrainingDevice } from './training-device.ts';
import { Generator } from './samples/generator.ts';
import { History } from './history.ts';
import type { LoopTools } from './loop.ts';
import type { Outbox } from './outbox.ts';
import { openRunPictures } from './run-pictures.ts';
import { initialState, newRunId, type Run, stampOf, summaryOf } from './run.ts';
import { Saver } from './saver.ts';
import { must, storageRefused } from './trouble.ts';

/** Waits before a lost device is tried again. */
const DEVICE_RETRIES_MS = [0, 2000];

export class CurrentRun {
  readonly #store: StoreClient;
  readonly #outbox: Outbox;
  readonly #onLost: () => void;
  #device: TrainingDevice;
  readonly #times = new CallTimes();
  readonly #settings = new Map<string, RunConfig>();
  #artist: Artist;
  #saver: Saver;
  #generator: Generator;
  #run: Run | null = null;
  /** The device that holds the run's executor. */
  #runDevice: TrainingDevice | null = null;
  #deviceGone = false;
  /** Why the run's pictures are not the ones it began with; null where they are, or once the user confirmed. */
  pictureFault: Fault | null = null;

  /** onLost: the device is gone; nothing more runs on it. */
  constructor(store: StoreClient, outbox: Outbox, device: TrainingDevice, onLost: () => void) {
    this.#store = store;
    this.#outbox = outbox;
    this.#onLost = onLost;
    this.#device = device;
    [this.#artist, this.#saver, this.#generator] = this.#equip(device);
  }

  #equip(device: TrainingDevice): [Artist, Saver, Generator] {
    void device.lost.then(() => {
      if (this.#device !== device) return;
      this.abandonDevice();
      this.#onLost();
    });
    const tools = {
      store: this.#store,
      outbox: this.#outbox,
      times: this.#times,
      settings: this.#settings,
      currentRun: () => this.#run,
    };
    return [
      new Artist(this.#outbox, device.guard, this.#times),
      new Saver(this.#store, this.#outbox, device),
      new Generator(tools, device),
    ];
  }

  get run(): Run | null {
    return this.#run;
  }
  get device(): TrainingDevice {
    return this.#device;
  }
  get artist(): Artist {
    return this.#artist;
  }
  get saver(): Saver {
    return this.#saver;
  }
  get generator(): Generator {
    return this.#generator;
  }
  /** What a loop needs of the device and what is on it. */
  get loopTools(): Omit<LoopTools, 'rate'> {
    return {
      saver: this.#saver,
      artist: this.#artist,
      generator: this.#generator,
      outbox: this.#outbox,
      store: this.#store,
      guard: this.#device.guard,
    };
  }
  /** Nothing of the run is on a device that works; `withDevice` alone does not bring it back. */
  get deviceGone(): boolean {
    return this.#deviceGone || (this.#run !== null && this.#runDevice !== this.#device);
  }

  /** Nothing of the present device is touched any more; the next use starts a new one. */
  abandonDevice(): void {
    this.#deviceGone = true;
    this.#artist.abandon();
    this.#generator.abandon();
  }

  /** After a loss: a new device, tried at 0 and 2 s. Null, or the loss with what the tries reported. */
  async startDeviceAgain(fault: Fault): Promise<Fault | null> {
    this.abandonDevice();
    let { got } = fault;
    for (const wait of DEVICE_RETRIES_MS) {
      this.preparing('The GPU stopped answering; starting it again');
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

  /** A working device: the one there is, or a new one of the same backend. Throws FaultError kind `gpu`. */
  async withDevice(): Promise<void> {
    if (!this.#deviceGone) return;
    const device = await this.#device.startAgain();
    this.#device = device;
    this.#deviceGone = false;
    [this.#artist, this.#saver, this.#generator] = this.#equip(device);
  }

  /** A new run from settings: pictures, a slot in the store, a fresh network. */
  async create(config: RunConfig): Promise<void> {
    this.preparing('Opening the pictures');
    const set = await openPictures(config.dataset, {
      imageSize: config.imageSize,
      maxImages: config.maxImages,
    });
    const runId = newRunId();
    const started = new Date().toISOString();
    this.preparing('Reserving storage');
    must(await this.#store.createRun(runId, started, capacityBytes(config, set.count)));
    this.preparing('Making the network');
    await this.withDevice();
    const executor = await this.#executorFor(config, initialState(config));
    this.pictureFault = null;
    this.#setRun({
      runId,
      parent: '',
      started,
      config,
      dataset: stampOf(set),
      set,
      alphaBar: alphaBar(config.noiseSchedule),
      executor,
      history: new History(),
      globalStep: 0,
    });
    // A plan has compiled its own by now; eager does so within its first steps.
    if (executor.kind === 'eager') this.preparing('Compiling shaders');
  }

  /**
   * The run's executor. That of the run before goes first: the GPU need not hold both. Where it cannot be made there is no
   * run any more, and every checkpoint is where it was. Throws FaultError kind `memory`.
   */
  async #executorFor(config: RunConfig, state: ExecutorState): Promise<Executor> {
    this.#release();
    try {
      return await this.#device.executorFor(config, state, (what, done, total) =>
        this.#outbox.post({ type: 'preparing', what, done, total }),
      );
    } catch (error) {
      this.#run = null;
      this.#outbox.post({ type: 'no-run' });
      throw error;
    }
  }

  /** Makes the content of a checkpoint the current run, which began at `started`. */
  async open(content: CheckpointContent, started: string): Promise<Run> {
    const { facts, state, history } = content;
    const pictures = await openRunPictures(facts.config, facts.dataset);
    await this.withDevice();
    const executor = await this.#executorFor(facts.config, state);
    this.pictureFault = pictures.fault;
    const run: Run = {
      runId: facts.runId,
      parent: facts.parent,
      started,
      config: facts.config,
      dataset: facts.dataset,
      set: pictures.set,
      alphaBar: alphaBar(facts.config.noiseSchedule),
      executor,
      history,
      globalStep: facts.globalStep,
    };
    this.#setRun(run);
    this.#saver.noteLoaded(run);
    return run;
  }

  /** Content as a new run of its own with a parent, written into the store before anything else happens. */
  async adopt(content: CheckpointContent, config: RunConfig, paused: boolean): Promise<void> {
    const { facts } = content;
    const runId = newRunId();
    const started = new Date().toISOString();
    must(await this.#store.createRun(runId, started, capacityBytes(config, facts.dataset.count)));
    if (paused) must(await this.#store.writeNote(runId, { paused: true }));
    const parent = `${facts.runId}@${facts.globalStep}`;
    const run = await this.open({ ...content, facts: { ...facts, config, runId, parent } }, started);
    await this.#saver.begin(run, run.globalStep, Promise.resolve());
    if (await this.#saver.idle()) return;
    this.close();
    throw new FaultError(storageRefused());
  }

  /** The current run again from its newest checkpoint, or from its first step where it has none. */
  async reload(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    const { loaded } = await this.#store.recover([]);
    if (loaded?.record.runId === run.runId) {
      await this.open(readContent(loaded.metadata, loaded.tensors), loaded.started);
    } else {
      // Only a run that began here can begin again.
      if (run.parent !== '') throw new FaultError(storageRefused());
      await this.withDevice();
      const executor = await this.#executorFor(run.config, initialState(run.config));
      this.#setRun({ ...run, executor, history: new History(), globalStep: 0 });
    }
  }

  /** Pictures that differ from those the run began with become the run's own. */
  confirmPictures(): void {
    if (!this.#run?.set) return;
    this.#run.dataset = stampOf(this.#run.set);
    this.pictureFault = null;
  }

  close(): void {
    this.#release();
    this.#run = null;
    this.#outbox.post({ type: 'no-run' });
  }

  #setRun(run: Run): void {
    this.#run = run;
    this.#runDevice = this.#device;
    this.#outbox.post({
      type: 'run',
      run: summaryOf(run),
      globalStep: run.globalStep,
      epoch: positionOf(run.config, run.dataset.count, run.globalStep).epoch,
      losses: run.history.batchLosses(0, run.globalStep),
      epochLosses: run.history.epochLosses,
    });
  }

  /** Memory of a device that is gone went with it. */
  #release(): void {
    this.#artist.cancel();
    if (this.#run && this.#runDevice === this.#device && !this.#deviceGone) this.#run.executor.dispose();
    this.#runDevice = null;
  }

  preparing(what: string): void {
    this.#outbox.post({ type: 'preparing', what, done: 0, total: null });
  }
}
