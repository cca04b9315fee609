// The commands that change the current run, and its state. Commands wait for one another; the loop runs beside them.
// Not here: the loop (loop.ts), the device and the run on it (current-run.ts), saving (saver.ts), samples (artist.ts), pictures
// from any checkpoint (generate-requests.ts).
import type { CheckpointRef, Recovery, RunNote } from '../checkpoint/api.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import type { RunConfig } from '../settings/settings.ts';
import { lastStep } from '../settings/calendar.ts';
import { type Fault, faultOf, type Result } from '../fault.ts';
import type { RunState } from './api.ts';
import { type CheckpointContent, type Execution, readContent } from './checkpoint-file.ts';
import type { TrainingDevice } from './training-device.ts';
import { describeFound, nothingFound } from './found.ts';
import { inParts, inPartsNotice } from './in-parts.ts';
import { Loop } from './loop.ts';
import type { Outbox } from './outbox.ts';
import { GenerateRequests } from './generate-requests.ts';
import { RateMeter } from './rate-meter.ts';
import type { Run } from './run.ts';
import { CurrentRun } from './current-run.ts';
import { deviceLost, gpuUnavailable, must } from './trouble.ts';
import { Turns } from './turns.ts';

export class Trainer {
  readonly #store: StoreClient;
  readonly #outbox: Outbox;
  readonly #current: CurrentRun;
  readonly #rate = new RateMeter();
  readonly #turns = new Turns();
  /** From any checkpoint, with or without a run. */
  readonly generateRequests: GenerateRequests;
  #loop: Loop | null = null;
  #looping: Promise<void> = Promise.resolve();
  #state: RunState = 'idle';
  #pauseAsked = false;
  #rolledBack = false;

  constructor(store: StoreClient, outbox: Outbox, device: TrainingDevice) {
    this.#store = store;
    this.#outbox = outbox;
    // Whatever waits for the GPU hears of the loss itself; a loop between two waits is told to stop.
    this.#current = new CurrentRun(store, outbox, device, () => this.#loop?.stop());
    this.generateRequests = new GenerateRequests(this.#current, this.#turns, {
      trains: () => this.#loop !== null,
      going: () => this.#looping,
    });
  }

  get runId(): string | null {
    return this.#current.held.run?.runId ?? null;
  }

  /** In its turn; what goes wrong becomes the answer's fault. */
  #answer(work: () => Promise<void>): Promise<Result<null>> {
    return this.#turns.take(async () => {
      try {
        await work();
        return { ok: true, value: null };
      } catch (error) {
        if (this.#state === 'starting') this.#setState(this.#current.held.run ? 'paused' : 'idle');
        return { ok: false, fault: faultOf(error) };
      }
    });
  }

  #setState(state: RunState): void {
    this.#state = state;
    this.#outbox.post({ type: 'state', state });
  }

  #setIdle(): void {
    this.#current.close();
    this.#setState('idle');
  }

  /** Only a reload would miss a note that could not be written: the user is told, and all goes on. */
  async #note(runId: string, changes: Partial<RunNote>): Promise<void> {
    const noted = await this.#store.writeNote(runId, changes);
    if (!noted.ok) this.#outbox.post({ type: 'fault', fault: noted.fault });
  }

  // ---------- the loop's life ----------

  #start(): void {
    const { held, equipment } = this.#current;
    const { run } = held;
    if (!run || this.#pauseAsked) return this.#setState('paused');
    this.#rate.reset();
    equipment.saver.startAfresh();
    this.#setState('training');
    this.#loop = new Loop(run, {
      ...equipment,
      outbox: this.#outbox,
      store: this.#store,
      rate: this.#rate,
    });
    this.#looping = this.#drive(this.#loop);
  }

  /** Follows the loop to its end; never rejects. */
  async #drive(loop: Loop): Promise<void> {
    try {
      const finished = await loop.train();
      this.#loop = null;
      this.generateRequests.drawOn();
      await this.#current.equipment.saver.idle();
      if (this.#current.held.is === 'lost') throw deviceLost();
      if (!finished) return;
      this.#setState('finished');
      await this.#current.equipment.artist.finish();
    } catch (error) {
      this.#loop = null;
      this.generateRequests.drawOn();
      await this.#trouble(faultOf(error));
    }
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
    const { run } = this.#current.held;
    if (run) await this.#note(run.runId, { paused: true });
    this.#setState(fault.kind === 'internal' ? 'failed' : 'paused');
  }

  async #reload(): Promise<void> {
    try {
      await this.#current.reload();
      this.#outbox.post({ type: 'resumed', step: this.#current.held.run?.globalStep ?? 0 });
      this.#start();
    } catch (error) {
      this.#outbox.post({ type: 'fault', fault: faultOf(error) });
      this.#setState('failed');
    }
  }

  /** After a lost device: a new one at 0 and 2 s, then a calm end in which viewing and export work. */
  async #restartDevice(fault: Fault): Promise<void> {
    this.#setState('starting');
    const refused = await this.#current.startDeviceAgain(fault);
    if (!refused) return this.#current.held.run ? this.#reload() : this.#setIdle();
    this.#setState('failed');
    this.#outbox.post({ type: 'unavailable', fault: gpuUnavailable(refused, this.#current.held.run) });
  }

  // ---------- beginning ----------

  /** A new run from the form's settings. */
  train(config: RunConfig): Promise<Result<null>> {
    return this.#answer(async () => {
      await this.#halt();
      this.#setState('starting');
      this.#pauseAsked = false;
      this.#rolledBack = false;
      try {
        await this.#current.create(config);
      } catch (error) {
        this.#setIdle();
        throw error;
      }
      this.#start();
    });
  }

  trainingBytes(config: RunConfig): number | null {
    return this.#current.equipment.device.trainingBytes(config);
  }

  /** The newest valid checkpoint of a run that is not closed: shown, validated, resumed. */
  recover(): Promise<void> {
    return this.#turns.take(() => this.#recover(null));
  }

  /** `imported`: how the run was trained that has just come from a file. */
  async #recover(imported: Execution | null): Promise<void> {
    const skip: number[] = [];
    const unusable: Recovery['passedOver'] = [];
    for (;;) {
      const { loaded, paused, passedOver } = await this.#store.recover(skip);
      const passed = [...unusable, ...passedOver];
      if (!loaded) return this.#nothingFound(passed);
      const { record } = loaded;
      try {
        const content = readContent(loaded.metadata, loaded.tensors);
        this.#setState('starting');
        const run = await this.#current.open(content, loaded.started);
        const here = this.#current.equipment.device.executionOf(run.executor);
        const found = describeFound(content, record, here, passed, imported);
        this.#outbox.post({ type: 'found', found });
        this.#setState('validating');
        if (await this.#current.equipment.artist.validate(run, run.globalStep))
          return await this.#afterValidation(run, paused);
        unusable.push({
          name: record.name,
          globalStep: record.globalStep,
          why: 'its samples are not finite',
        });
      } catch (error) {
        const fault = faultOf(error);
        if (fault.kind === 'gpu') return this.#restartDevice(fault);
        if (fault.kind !== 'file' && fault.kind !== 'network' && fault.kind !== 'setting')
          return this.#trouble(fault);
        const why = `${fault.title}: expected ${fault.expected}, got ${fault.got}`;
        unusable.push({ name: record.name, globalStep: record.globalStep, why });
      }
      skip.push(record.generation);
    }
  }

  #nothingFound(passed: Recovery['passedOver']): void {
    this.#setIdle();
    this.#outbox.post({ type: 'notice', text: nothingFound(passed) });
  }

  async #afterValidation(run: Run, paused: boolean): Promise<void> {
    const { pictureFault } = run;
    if (run.globalStep >= lastStep(run.config, run.dataset.count)) return this.#setState('finished');
    if (pictureFault) this.#outbox.post({ type: 'fault', fault: pictureFault });
    if (!paused && !this.#pauseAsked && !pictureFault) {
      this.#outbox.post({ type: 'resumed', step: run.globalStep });
      return this.#start();
    }
    if (!paused) await this.#note(run.runId, { paused: true });
    this.#setState('paused');
  }

  // ---------- commands ----------

  pause(): Promise<void> {
    this.#pauseAsked = true;
    this.#loop?.stop();
    return this.#turns.take(async () => {
      await this.#halt();
      if (this.#state === 'training') await this.#rest();
      this.#pauseAsked = false;
    });
  }

  /** Paused: the work so far saved, the wish to stay paused noted, samples in the making finished. */
  async #rest(): Promise<void> {
    const { run } = this.#current.held;
    if (!run) return;
    await this.#note(run.runId, { paused: true });
    await this.#saveNow(run);
    this.#setState('paused');
    this.#finishSamples();
  }

  async #saveNow(run: Run): Promise<void> {
    const { saver, artist } = this.#current.equipment;
    if (saver.has(run, run.globalStep)) return;
    artist.begin(run, { purpose: 'progress', step: run.globalStep, weights: 'ema', seed: run.config.seed });
    await saver.begin(run, run.globalStep, Promise.resolve());
    await saver.idle();
    if (saver.gaveUp) this.#outbox.post({ type: 'fault', fault: saver.gaveUp });
  }

  /** In the background: the next command that needs the device waits for it (#halt). */
  #finishSamples(): void {
    this.#looping = this.#current.equipment.artist.finish().then(
      () => undefined,
      (error: unknown) => this.#trouble(faultOf(error)),
    );
  }

  resume(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#halt();
      this.#pauseAsked = false;
      const { is, run } = this.#current.held;
      if (this.#state === 'failed') return this.#restartDevice(deviceLost().fault);
      if (!run || this.#state !== 'paused') return;
      if (run.pictureFault) return this.#outbox.post({ type: 'fault', fault: run.pictureFault });
      await this.#note(run.runId, { paused: false });
      this.#rolledBack = false;
      if (is === 'lost') return this.#reload();
      this.#start();
    });
  }

  async saveCheckpoint(): Promise<void> {
    if (this.#loop) return this.#loop.askSave();
    return this.#turns.take(async () => {
      await this.#halt();
      const { held } = this.#current;
      if (held.is !== 'on' || (this.#state !== 'paused' && this.#state !== 'finished')) return;
      await this.#saveNow(held.run);
      this.#finishSamples();
    });
  }

  newRun(): Promise<void> {
    this.#loop?.stop();
    return this.#turns.take(async () => {
      await this.#halt();
      const { run } = this.#current.held;
      if (run && this.#state === 'training') await this.#saveNow(run);
      // The runs this one was forked from too: starting over, nothing older comes back by itself.
      for (const { runId, note } of (await this.#store.report()).runs) {
        if (!note.closed) await this.#note(runId, { closed: true });
      }
      this.#setIdle();
    });
  }

  resumeFrom(ref: CheckpointRef, changes: Partial<RunConfig>): Promise<Result<null>> {
    this.#loop?.stop();
    return this.#answer(async () => {
      await this.#halt();
      if (this.#state === 'training') await this.#rest();
      await this.#halt();
      const loaded = must(await this.#store.load(ref));
      const content = readContent(loaded.metadata, loaded.tensors);
      this.#setState('starting');
      await this.#adopt(content, { ...content.facts.config, ...changes }, false);
      const pictureFault = this.#current.held.run?.pictureFault ?? null;
      if (!pictureFault) return this.#start();
      this.#outbox.post({ type: 'fault', fault: pictureFault });
      this.#setState('paused');
    });
  }

  /** A checkpoint from a file: written into the store as a new run, validated, and left paused. */
  importContent(content: CheckpointContent): Promise<Result<null>> {
    this.#loop?.stop();
    return this.#answer(async () => {
      await this.#halt();
      if (this.#state === 'training') await this.#rest();
      await this.#halt();
      const { config, execution } = content.facts;
      const fitting = inParts(config, (smaller) => this.#current.equipment.device.trainingBytes(smaller));
      this.#setState('starting');
      await this.#adopt(content, fitting, true);
      if (fitting !== config) this.#outbox.post({ type: 'notice', text: inPartsNotice(config, fitting) });
      // In parts its gradients are added in another order.
      await this.#recover(fitting === config ? execution : { ...execution, kernels: 'whole batches' });
    });
  }

  /** As CurrentRun.adopt; where that fails, the run before comes back from the store. */
  async #adopt(content: CheckpointContent, config: RunConfig, paused: boolean): Promise<void> {
    const before = this.#current.held.run;
    try {
      await this.#current.adopt(content, config, paused);
    } catch (error) {
      if (before && this.#current.held.run !== before) await this.#recover(null);
      throw error;
    }
  }

  drawSamples(request: { seed: number; weights: 'ema' | 'raw' }): Promise<Result<null>> {
    return this.#answer(async () => {
      await this.#halt();
      const { held } = this.#current;
      if (held.is !== 'on' || (this.#state !== 'paused' && this.#state !== 'finished')) return;
      const { run, equipment } = held;
      const { artist } = equipment;
      artist.begin(run, { purpose: 'draw', step: run.globalStep, ...request });
      await artist.finish();
    });
  }

  /** The user accepts pictures that differ from those the run began with. */
  confirmPictures(): Promise<void> {
    return this.#turns.take(async () => this.#current.confirmPictures());
  }
}
