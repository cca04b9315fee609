// The trainer: the current run, its state, and the commands that change it. Commands wait for one another; the loop runs
// beside them. Not here: the loop (loop.ts), saving (saver.ts), samples (artist.ts), files (import-file.ts).
import type { CheckpointRef } from '../checkpoint/api.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import { lastStep, type RunConfig } from '../config.ts';
import { openPictures } from '../data/sets.ts';
import { alphaBar } from '../diffusion/noise-schedule.ts';
import { type Fault, FaultError, faultOf, type Result } from '../fault.ts';
import type { RunState } from './api.ts';
import { Artist } from './artist.ts';
import { type CheckpointContent, readContent } from './checkpoint-file.ts';
import { EngineRoom } from './engine-room.ts';
import { describeFound } from './found.ts';
import { History } from './history.ts';
import { Loop } from './loop.ts';
import type { Outbox } from './outbox.ts';
import { openRunPictures } from './run-pictures.ts';
import { RateMeter } from './rate-meter.ts';
import { epochAt, initialState, newRunId, type Run, stampOf, summaryOf } from './run.ts';
import { Saver } from './saver.ts';
import { capacityBytes } from '../checkpoint/sizes.ts';

/** Waits before a lost device is tried again. */
const DEVICE_RETRIES_MS = [0, 2000];

/** The device and what works on it; made anew after a loss. */
interface Workshop {
  room: EngineRoom;
  artist: Artist;
  saver: Saver;
}

export class Trainer {
  readonly #store: StoreClient;
  readonly #outbox: Outbox;
  readonly #rate = new RateMeter();
  #shop: Workshop;
  #run: Run | null = null;
  #loop: Loop | null = null;
  #looping: Promise<void> = Promise.resolve();
  #commands: Promise<unknown> = Promise.resolve();
  #state: RunState = 'idle';
  #pauseAsked = false;
  #rolledBack = false;
  #deviceGone = false;
  /** Why the run's pictures are not the ones it began with; null once the user confirmed or where they are. */
  #pictureFault: Fault | null = null;

  constructor(store: StoreClient, outbox: Outbox, room: EngineRoom) {
    this.#store = store;
    this.#outbox = outbox;
    this.#shop = this.#equip(room);
  }

  get runId(): string | null {
    return this.#run?.runId ?? null;
  }

  #equip(room: EngineRoom): Workshop {
    void room.device.lost.then(() => {
      if (this.#shop.room !== room) return;
      this.#deviceGone = true;
      // Nothing runs on it: the loss is met when the next command needs the device.
      this.#loop?.stop();
    });
    return {
      room,
      artist: new Artist(this.#outbox, room.guard),
      saver: new Saver(this.#store, this.#outbox, room.execution),
    };
  }

  /** Runs commands one after another. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#commands.then(work);
    this.#commands = result.catch(() => undefined);
    return result;
  }

  /** As #exclusive; what goes wrong becomes the answer's fault. */
  #answer<T>(work: () => Promise<T>): Promise<Result<T>> {
    return this.#exclusive(async () => {
      try {
        return { ok: true, value: await work() };
      } catch (error) {
        return { ok: false, fault: faultOf(error) };
      }
    });
  }

  #setState(state: RunState): void {
    this.#state = state;
    this.#outbox.post({ type: 'state', state });
  }

  // ---------- opening a run ----------

  /** A new run from the form's settings. */
  train(config: RunConfig): Promise<Result<null>> {
    return this.#answer(async () => {
      await this.#halt();
      this.#setState('starting');
      try {
        this.#outbox.post({ type: 'preparing', what: 'Opening the pictures', done: 0, total: null });
        const set = await openPictures(config.dataset, {
          imageSize: config.imageSize,
          maxImages: config.maxImages,
        });
        const started = new Date().toISOString();
        const runId = newRunId();
        this.#outbox.post({ type: 'preparing', what: 'Reserving storage', done: 0, total: null });
        must(await this.#store.createRun(runId, started, capacityBytes(config, set.count)));
        this.#outbox.post({ type: 'preparing', what: 'Making the network', done: 0, total: null });
        await this.#withDevice();
        const executor = this.#shop.room.executorFor(config, initialState(config));
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
          resumedAt: [],
        });
        this.#pictureFault = null;
        this.#pauseAsked = false;
        this.#outbox.post({ type: 'preparing', what: 'Compiling shaders', done: 0, total: null });
        this.#start();
        return null;
      } catch (error) {
        this.#clearRun();
        throw error;
      }
    });
  }

  /** The newest valid checkpoint of a run that is not closed: shown, validated, resumed. */
  recover(): Promise<void> {
    return this.#exclusive(() => this.#recover(false));
  }

  async #recover(imported: boolean): Promise<void> {
    const skip: number[] = [];
    const unusable: { name: string; globalStep: number; why: string }[] = [];
    for (;;) {
      const { loaded, paused, passedOver } = await this.#store.recover(skip);
      if (!loaded) {
        this.#clearRun();
        const worst = [...unusable, ...passedOver][0];
        if (worst)
          this.#outbox.post({ type: 'notice', text: `${worst.name} could not be used: ${worst.why}` });
        return;
      }
      const { record } = loaded;
      try {
        const content = readContent(loaded.metadata, loaded.tensors);
        const run = await this.#open(content);
        this.#outbox.post({
          type: 'found',
          found: describeFound(
            content,
            record,
            this.#shop.room.execution,
            [...unusable, ...passedOver],
            imported,
          ),
        });
        this.#setState('validating');
        if (await this.#shop.artist.validate(run, run.globalStep))
          return await this.#afterValidation(run, paused);
        unusable.push({
          name: record.name,
          globalStep: record.globalStep,
          why: 'its samples are not finite',
        });
      } catch (error) {
        const fault = faultOf(error);
        if (fault.kind === 'gpu') return this.#restartDevice(fault);
        if (fault.kind !== 'file' && fault.kind !== 'network' && fault.kind !== 'setting') throw error;
        unusable.push({
          name: record.name,
          globalStep: record.globalStep,
          why: `${fault.title}: expected ${fault.expected}, got ${fault.got}`,
        });
      }
      skip.push(record.generation);
    }
  }

  async #afterValidation(run: Run, paused: boolean): Promise<void> {
    if (run.globalStep >= lastStep(run.config, run.dataset.count)) return this.#setState('finished');
    if (this.#pictureFault) this.#outbox.post({ type: 'fault', fault: this.#pictureFault });
    if (paused || this.#pauseAsked || this.#pictureFault) {
      this.#pauseAsked = false;
      if (!paused) await this.#store.writeNote(run.runId, { paused: true });
      return this.#setState('paused');
    }
    run.resumedAt.push(run.globalStep);
    this.#start();
  }

  /** Makes the content of a checkpoint the current run. */
  async #open(content: CheckpointContent): Promise<Run> {
    this.#setState('starting');
    const { facts, state, history } = content;
    const pictures = await openRunPictures(facts.config, facts.dataset);
    await this.#withDevice();
    const run: Run = {
      runId: facts.runId,
      parent: facts.parent,
      started: facts.created,
      config: facts.config,
      dataset: facts.dataset,
      set: pictures.set,
      alphaBar: alphaBar(facts.config.noiseSchedule),
      executor: this.#shop.room.executorFor(facts.config, state),
      history,
      globalStep: facts.globalStep,
      resumedAt: this.#run?.runId === facts.runId ? this.#run.resumedAt : [],
    };
    this.#pictureFault = pictures.fault;
    this.#setRun(run);
    this.#shop.saver.noteLoaded(run);
    return run;
  }

  #setRun(run: Run): void {
    this.#releaseExecutor();
    this.#run = run;
    this.#outbox.post({
      type: 'run',
      run: summaryOf(run),
      globalStep: run.globalStep,
      epoch: epochAt(run.config, run.dataset.count, run.globalStep),
      losses: run.history.batchLosses(0, run.globalStep),
      epochLosses: run.history.epochLosses,
      resumedAt: run.resumedAt,
    });
  }

  #clearRun(): void {
    this.#releaseExecutor();
    this.#run = null;
    this.#outbox.post({ type: 'no-run' });
    this.#setState('idle');
  }

  #releaseExecutor(): void {
    this.#shop.artist.cancel();
    if (this.#run && !this.#deviceGone) this.#run.executor.dispose();
  }

  // ---------- the loop's life ----------

  #start(): void {
    const run = this.#run;
    if (!run || this.#pauseAsked) return this.#setState('paused');
    const { room, artist, saver } = this.#shop;
    this.#rate.reset();
    this.#setState('training');
    const loop = new Loop(run, {
      saver,
      artist,
      outbox: this.#outbox,
      store: this.#store,
      rate: this.#rate,
      guard: room.guard,
    });
    this.#loop = loop;
    this.#looping = this.#drive(loop, saver);
  }

  /** Follows the loop to its end; never rejects. */
  async #drive(loop: Loop, saver: Saver): Promise<void> {
    try {
      const finished = await loop.train();
      this.#loop = null;
      await saver.idle();
      if (this.#deviceGone) throw deviceLost();
      if (finished) await this.#finish();
    } catch (error) {
      this.#loop = null;
      await this.#trouble(faultOf(error));
    }
  }

  async #finish(): Promise<void> {
    this.#setState('finished');
    await this.#shop.artist.finish();
  }

  /** Stops the loop and waits until it has ended, whatever it went through on the way. */
  async #halt(): Promise<void> {
    let waited: Promise<void> | null = null;
    while (waited !== this.#looping) {
      this.#loop?.stop();
      waited = this.#looping;
      await waited;
    }
  }

  async #trouble(fault: Fault): Promise<void> {
    if (fault.kind === 'gpu') return this.#restartDevice(fault);
    if (fault.kind === 'not-finite' && !this.#rolledBack) {
      this.#rolledBack = true;
      this.#outbox.post({
        type: 'notice',
        text: `${fault.title}. Going back to the last good checkpoint, once.`,
      });
      return this.#reload();
    }
    this.#outbox.post({ type: 'fault', fault });
    if (this.#run) await this.#store.writeNote(this.#run.runId, { paused: true });
    this.#setState(fault.kind === 'internal' ? 'failed' : 'paused');
  }

  /** The current run again from its newest checkpoint, or from its first step where it has none. */
  async #reload(): Promise<void> {
    const run = this.#run;
    if (!run) return this.#clearRun();
    try {
      const { loaded } = await this.#store.recover([]);
      if (loaded?.record.runId === run.runId) {
        await this.#open(readContent(loaded.metadata, loaded.tensors));
      } else {
        await this.#withDevice();
        this.#setRun({
          ...run,
          executor: this.#shop.room.executorFor(run.config, initialState(run.config)),
          history: new History(),
          globalStep: 0,
        });
      }
      this.#run?.resumedAt.push(this.#run.globalStep);
      this.#start();
    } catch (error) {
      this.#outbox.post({ type: 'fault', fault: faultOf(error) });
      this.#setState('failed');
    }
  }

  /** After a lost device: a new one at 0 and 2 s, then a calm end in which viewing and export work. */
  async #restartDevice(fault: Fault): Promise<void> {
    this.#deviceGone = true;
    this.#shop.artist.abandon();
    this.#setState('starting');
    for (const wait of DEVICE_RETRIES_MS) {
      this.#outbox.post({
        type: 'preparing',
        what: 'The GPU stopped answering; starting it again',
        done: 0,
        total: null,
      });
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        await this.#withDevice();
        return this.#run ? await this.#reload() : this.#clearRun();
      } catch (error) {
        fault = { ...faultOf(error), got: `${fault.got}; then ${faultOf(error).got}` };
      }
    }
    this.#outbox.post({ type: 'unavailable', fault: gpuUnavailable(fault, this.#run) });
    this.#setState('failed');
  }

  /** A working device: the one there is, or a new one of the same backend. Throws FaultError kind `gpu`. */
  async #withDevice(): Promise<void> {
    if (!this.#deviceGone) return;
    const room = await EngineRoom.start(this.#shop.room.machine.backend);
    this.#deviceGone = false;
    this.#shop = this.#equip(room);
  }

  // ---------- commands ----------

  pause(): Promise<void> {
    this.#pauseAsked = true;
    this.#loop?.stop();
    return this.#exclusive(async () => {
      await this.#halt();
      if (this.#run && this.#state === 'training') await this.#rest(this.#run);
      this.#pauseAsked = false;
    });
  }

  /** Paused: the work so far saved, the wish to stay paused noted, samples in the making finished. */
  async #rest(run: Run): Promise<void> {
    await this.#store.writeNote(run.runId, { paused: true });
    await this.#saveNow(run);
    this.#setState('paused');
    this.#looping = this.#shop.artist.finish().catch((error: unknown) => this.#trouble(faultOf(error)));
  }

  async #saveNow(run: Run): Promise<boolean> {
    const { saver, artist } = this.#shop;
    if (saver.has(run, run.globalStep)) return true;
    artist.begin(run, { purpose: 'progress', step: run.globalStep, weights: 'ema', seed: run.config.seed });
    await saver.begin(run, run.globalStep, Promise.resolve());
    const saved = await saver.idle();
    if (saver.gaveUp) this.#outbox.post({ type: 'fault', fault: saver.gaveUp });
    return saved;
  }

  resume(): Promise<void> {
    return this.#exclusive(async () => {
      await this.#halt();
      this.#pauseAsked = false;
      const run = this.#run;
      if (this.#state === 'failed') return this.#restartDevice(deviceLost().fault);
      if (!run || this.#state !== 'paused') return;
      if (this.#pictureFault) return this.#outbox.post({ type: 'fault', fault: this.#pictureFault });
      await this.#store.writeNote(run.runId, { paused: false });
      this.#rolledBack = false;
      if (this.#deviceGone) return this.#reload();
      this.#start();
    });
  }

  saveCheckpoint(): Promise<void> {
    if (this.#loop) {
      this.#loop.askSave();
      return Promise.resolve();
    }
    return this.#exclusive(async () => {
      const run = this.#run;
      if (!run || this.#deviceGone || (this.#state !== 'paused' && this.#state !== 'finished')) return;
      await this.#halt();
      await this.#saveNow(run);
      this.#looping = this.#shop.artist.finish().catch((error: unknown) => this.#trouble(faultOf(error)));
    });
  }

  newRun(): Promise<void> {
    this.#loop?.stop();
    return this.#exclusive(async () => {
      await this.#halt();
      const run = this.#run;
      if (run) {
        if (this.#state === 'training') await this.#saveNow(run);
        await this.#store.writeNote(run.runId, { closed: true });
      }
      this.#clearRun();
    });
  }

  resumeFrom(ref: CheckpointRef, changes: Partial<RunConfig>): Promise<Result<null>> {
    this.#loop?.stop();
    return this.#answer(async () => {
      await this.#halt();
      if (this.#run && this.#state === 'training') await this.#saveNow(this.#run);
      const loaded = must(await this.#store.load(ref));
      const content = readContent(loaded.metadata, loaded.tensors);
      await this.#adopt(content, { ...content.facts.config, ...changes }, false);
      if (this.#pictureFault) {
        this.#outbox.post({ type: 'fault', fault: this.#pictureFault });
        this.#setState('paused');
      } else this.#start();
      return null;
    });
  }

  /** A checkpoint from a file: written into the store as a new run, validated, and left paused. */
  importContent(content: CheckpointContent): Promise<Result<null>> {
    this.#loop?.stop();
    return this.#answer(async () => {
      await this.#halt();
      if (this.#run && this.#state === 'training') await this.#rest(this.#run);
      await this.#adopt(content, content.facts.config, true);
      await this.#recover(true);
      return null;
    });
  }

  /** Content as a new run of its own with a parent, written into the store before anything else. */
  async #adopt(content: CheckpointContent, config: RunConfig, paused: boolean): Promise<void> {
    const { facts } = content;
    const runId = newRunId();
    const started = new Date().toISOString();
    must(await this.#store.createRun(runId, started, capacityBytes(config, facts.dataset.count)));
    if (paused) await this.#store.writeNote(runId, { paused: true });
    const run = await this.#open({
      ...content,
      facts: { ...facts, config, runId, parent: `${facts.runId}@${facts.globalStep}`, created: started },
    });
    await this.#shop.saver.begin(run, run.globalStep, Promise.resolve());
    if (!(await this.#shop.saver.idle())) throw new FaultError(storageRefused());
  }

  drawSamples(request: { seed: number; weights: 'ema' | 'raw' }): Promise<Result<null>> {
    return this.#answer(async () => {
      const run = this.#run;
      if (!run || (this.#state !== 'paused' && this.#state !== 'finished')) return null;
      await this.#halt();
      await this.#withDevice();
      this.#shop.artist.begin(run, { purpose: 'draw', step: run.globalStep, ...request });
      await this.#shop.artist.finish();
      return null;
    });
  }

  /** The user accepts pictures that differ from those the run began with. */
  confirmPictures(): Promise<void> {
    return this.#exclusive(() => {
      const run = this.#run;
      if (run?.set) {
        run.dataset = stampOf(run.set);
        this.#pictureFault = null;
      }
      return Promise.resolve();
    });
  }
}

function must<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new FaultError(result.fault);
}

function deviceLost(): FaultError {
  return new FaultError({
    kind: 'gpu',
    title: 'The GPU stopped answering',
    what: 'Checkpoints are safe.',
    expected: 'a working device',
    got: 'the device was lost',
    todo: [],
  });
}

function storageRefused(): Fault {
  return {
    kind: 'storage',
    title: 'The checkpoint could not be written into the store',
    what: 'Nothing was changed.',
    expected: 'room for one checkpoint',
    got: 'the store refused it',
    todo: ['Delete checkpoints that you do not need, then try again.'],
  };
}

function gpuUnavailable(fault: Fault, run: Run | null): Fault {
  const at = run ? ` at step ${run.globalStep}` : '';
  return {
    kind: 'gpu',
    title: 'The GPU stopped answering',
    what: `Training stopped${at}, and two tries to start the GPU again failed. Your checkpoints are safe.`,
    expected: 'a working device',
    got: fault.got,
    todo: [
      'Close every window of this browser and open Perennial again. It goes on from the newest checkpoint, with the same result.',
      'If it happens again, close other programs that use the GPU, or choose a smaller batch.',
    ],
  };
}
