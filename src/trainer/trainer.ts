// The commands that change the current run, and its state. Commands wait for one another; the loop runs
// beside them. Over 400 lines because the commands share one state and one queue. Not here: the loop
// (loop.ts), the device and the run on it (current-run.ts), saving (saver.ts), drawing samples (samples/),
// samples from any checkpoint (generate-requests.ts).
import type { CheckpointRef, Recovery, RunNote } from '../checkpoint/api.ts';
import type { RunConfig } from '../settings/settings.ts';
import { lastStep } from '../settings/calendar.ts';
import { listDatasets } from '../data/sets.ts';
import { type Fault, FaultError, faultOf, type Result } from '../fault.ts';
import type { RunState } from './api.ts';
import type { CheckpointContent } from './checkpoint-file.ts';
import type { Execution } from './metadata-fields.ts';
import type { RunDevice } from './equipment.ts';
import { describeFound, nothingFound } from './found.ts';
import { inParts, inPartsNotice } from './in-parts.ts';
import { Loop, type LoopTools, type SaveAnswer } from './loop.ts';
import type { Outbox } from './outbox.ts';
import { GenerateRequests } from './generate-requests.ts';
import { RateMeter } from './rate-meter.ts';
import { isReadyModel } from '../settings/ready-model.ts';
import { referredContent } from './referred-content.ts';
import { loadedContent, type Run } from './run.ts';
import { withOffers } from './memory-offers.ts';
import { forkConfig, mustBeSteps } from './run-length.ts';
import { CurrentRun, type RunStore } from './current-run.ts';
import { whyNoRoom } from './storage-room.ts';
import { deviceLost, gpuUnavailable, must, notSaved } from './trouble.ts';
import { Turns } from './turns.ts';
import { recallCallMs, rememberCallMs } from './samples/validation-calls.ts';

/** What the trainer needs of the store. */
export type TrainerStore = RunStore & LoopTools['store'];

export class Trainer {
  readonly #store: TrainerStore;
  readonly #outbox: Outbox;
  readonly #current: CurrentRun;
  readonly #rate = new RateMeter();
  readonly #turns = new Turns();
  /** Samples from any checkpoint, with or without a run. */
  readonly generateRequests: GenerateRequests;
  /** Null where no training steps are made. */
  #loop: Loop | null = null;
  /**
   * Ends with the work beside the commands: a loop and all that follows it (the last samples, a roll-back, a
   * device started again), or the samples of a paused run. Never rejects.
   */
  #background: Promise<void> = Promise.resolve();
  #state: RunState = 'idle';
  /** A Pause waits for its turn: the commands before it must not start a loop. */
  #pauseAsked = false;
  /** Commands that want the run at rest and wait for their turn: what is under way must not start a loop. */
  #waiting = 0;
  /** Commands that stop the background's work now: no denoising call begins. */
  #halting = 0;
  /** Skip was pressed while the 16 samples of the found checkpoint are drawn. */
  #skipAsked = false;
  /** A loss that was not finite has sent the run back to a checkpoint. Once for each Train or Resume. */
  #rolledBack = false;

  constructor(store: TrainerStore, outbox: Outbox, device: RunDevice) {
    this.#store = store;
    this.#outbox = outbox;
    // A wait for the GPU rejects when the device is lost; a loop between two waits has to be stopped.
    this.#current = new CurrentRun(store, outbox, device, () => this.#loop?.stop());
    this.generateRequests = new GenerateRequests(this.#current, this.#turns, {
      trains: () => this.#loop !== null,
      background: () => this.#background,
    });
  }

  get runId(): string | null {
    return this.#current.held.run?.runId ?? null;
  }

  /** Runs a command in its turn. What it halted and left as it was goes on afterwards: training, samples. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      try {
        return await work();
      } finally {
        this.#trainOn();
        this.#drawOn();
      }
    });
  }

  /** Trains again where a command only stopped the loop, unless another command wants it stopped. */
  #trainOn(): void {
    const halted = this.#state === 'training' && !this.#loop;
    if (halted && !this.#pauseAsked && this.#waiting === 0) this.#start();
  }

  /** As #inTurn; the outcome is the answer: a fault where the command throws. */
  #answer(work: () => Promise<void>): Promise<Result<null>> {
    return this.#inTurn(async () => {
      try {
        await work();
        return { ok: true, value: null };
      } catch (error) {
        if (this.#state === 'starting') this.#setState(this.#current.held.run ? 'paused' : 'idle');
        return { ok: false, fault: faultOf(error) };
      }
    });
  }

  /** As #answer, for a command that lets nothing before it start or go on with a loop or a validation. */
  #answerAtRest(work: () => Promise<void>): Promise<Result<null>> {
    this.#waiting += 1;
    this.#loop?.stop();
    return this.#answer(async () => {
      await this.#halt();
      this.#waiting -= 1;
      await work();
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

  /** Only a reload reads the note: one that cannot be written is reported, and the run goes on. */
  async #note(runId: string, changes: Partial<RunNote>): Promise<void> {
    try {
      must(await this.#store.writeNote(runId, changes));
    } catch (error) {
      // Also where the store's worker has ended: the background must not reject, each command waits for it.
      this.#outbox.post({ type: 'fault', fault: faultOf(error) });
      this.#current.equipment.saver.forgetSaved();
    }
  }

  // ---------- the loop's life ----------

  /** Only where the run's steps are compiled: see #prepareAndStart. */
  #start(): void {
    const { run } = this.#current.held;
    const { equipment } = this.#current;
    if (!run || this.#pauseAsked || this.#waiting > 0) return this.#setState('paused');
    this.#rate.reset();
    equipment.saver.startAfresh();
    this.#setState('training');
    const outside = { outbox: this.#outbox, store: this.#store, rate: this.#rate };
    this.#loop = new Loop(run, { ...equipment, ...outside });
    this.#background = this.#drive(this.#loop);
  }

  /**
   * Compiles what steps need, where that was not done yet, then trains. `resumedAt`: the step of the
   * checkpoint that the run goes on from; null: from where it stands. Throws FaultError kind `gpu`.
   */
  async #prepareAndStart(resumedAt: number | null = null): Promise<void> {
    await this.#current.prepare();
    if (resumedAt !== null) this.#outbox.post({ type: 'resumed', step: resumedAt });
    this.#start();
  }

  /** Runs the loop to its end, and the last samples after it. Never rejects. */
  async #drive(loop: Loop): Promise<void> {
    try {
      const finished = await loop.train();
      this.#loop = null;
      this.generateRequests.drawOn();
      await this.#current.equipment.saver.idle();
      if (this.#current.held.is === 'lost') throw deviceLost();
      if (!finished) return;
      this.#setState('finished');
      await this.#finishSamples();
    } catch (error) {
      this.#loop = null;
      this.generateRequests.drawOn();
      await this.#trouble(faultOf(error));
    }
  }

  /**
   * Stops the loop, or the drawing, after the step or denoising call in flight, and waits for its end. That
   * end may start more work: repeats until nothing new began. A set under way is kept for the next loop.
   */
  async #halt(): Promise<void> {
    this.#halting += 1;
    let waited: Promise<void> | null = null;
    while (waited !== this.#background) {
      this.#loop?.stop();
      waited = this.#background;
      await waited;
    }
    this.#halting -= 1;
  }

  /** Nothing goes on any more; a run that was training is saved and paused. */
  async #settled(): Promise<void> {
    await this.#halt();
    if (this.#state !== 'training') return;
    await this.#rest();
    // A paused run draws its samples in the background: the command that comes now needs the device alone.
    await this.#halt();
  }

  // ---------- when something fails ----------

  /** Starts a lost device again; goes back once where the loss is not finite; else pauses the run. */
  async #trouble(fault: Fault): Promise<void> {
    if (fault.kind === 'gpu') return this.#restartDevice(fault);
    if (fault.kind === 'not-finite' && !this.#rolledBack) {
      this.#rolledBack = true;
      const text = `${fault.title}. Going back to the last good checkpoint, once.`;
      this.#outbox.post({ type: 'notice', text });
      return this.#reload();
    }
    this.#outbox.post({ type: 'fault', fault });
    const { run } = this.#current.held;
    if (run) await this.#note(run.runId, { paused: true });
    this.#setState(fault.kind === 'internal' ? 'failed' : 'paused');
  }

  /**
   * Two tries to start a lost device; without one the run fails, while viewing and export still work.
   * `paused`: the run waits there afterwards, as before the loss.
   */
  async #restartDevice(fault: Fault, paused = this.#state === 'paused'): Promise<void> {
    this.#setState('starting');
    const refused = await this.#current.startDeviceAgain(fault);
    const { run } = this.#current.held;
    if (!refused) return run ? this.#reload(paused) : this.#setIdle();
    this.#setState('failed');
    this.#outbox.post({ type: 'unavailable', fault: gpuUnavailable(refused, run) });
  }

  /** The run goes on from its newest checkpoint; `paused`: it waits there. */
  async #reload(paused = false): Promise<void> {
    try {
      await this.#current.reload();
      if (paused) return this.#setState('paused');
      await this.#prepareAndStart(this.#current.held.run?.globalStep ?? 0);
    } catch (error) {
      this.#outbox.post({ type: 'fault', fault: faultOf(error) });
      this.#setState('failed');
    }
  }

  // ---------- commands ----------

  /** A new run from the form's settings. `prompts`: see TrainerApi. */
  train(config: RunConfig, prompts: readonly string[] | null): Promise<Result<null>> {
    return this.#answer(async () => {
      await this.#halt();
      this.#setState('starting');
      this.#pauseAsked = false;
      this.#rolledBack = false;
      try {
        await this.#current.create(config, prompts);
        await this.#prepareAndStart();
      } catch (error) {
        this.#setIdle();
        throw await this.#withOffers(error, config);
      }
    });
  }

  /** See TrainingDevice.trainingBytes. Rejects with a fault that says what fits, of GPU or storage. */
  async trainingBytes(config: RunConfig): Promise<number | null> {
    try {
      const bytes = this.#current.equipment.device.trainingBytes(config);
      const pictures = (await listDatasets()).find(({ id }) => id === config.dataset)?.count;
      const noRoom = pictures && (await whyNoRoom(this.#store, config, Math.min(pictures, config.maxImages)));
      if (noRoom) throw new FaultError(noRoom);
      return bytes;
    } catch (error) {
      throw await this.#withOffers(error, config);
    }
  }

  async #withOffers(error: unknown, config: RunConfig): Promise<FaultError> {
    const bytesOf = (other: RunConfig) => this.#current.equipment.device.givenBytes(other);
    return new FaultError(await withOffers(faultOf(error), config, bytesOf), error);
  }

  /**
   * Shows, validates and resumes the newest valid checkpoint of a run that is not closed. A run that Train
   * has begun meanwhile stays.
   */
  recover(): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#current.held.run) return;
      try {
        await this.#recover(null);
      } catch (error) {
        // The store does not answer: what is in it is found by a reload.
        this.#outbox.post({ type: 'fault', fault: faultOf(error) });
        this.#setState('failed');
      }
    });
  }

  /**
   * `imported`: how a run that has just come from a file was trained; null for a run of this machine.
   * `runId`: only a checkpoint of this run is looked for.
   */
  async #recover(imported: Execution | null, runId?: string): Promise<void> {
    const skip: number[] = [];
    const unusable: Recovery['passedOver'] = [];
    for (;;) {
      const { loaded, paused, passedOver } = await this.#store.recover(skip, runId);
      const passed = [...unusable, ...passedOver];
      if (!loaded) {
        this.#setIdle();
        if (passed.length > 0) this.#outbox.post({ type: 'notice', text: nothingFound(passed) });
        return;
      }
      const { record } = loaded;
      let why = 'its samples are not finite';
      try {
        const content = loadedContent(loaded);
        this.#setState('starting');
        const run = await this.#current.open(content, loaded.started);
        const here = this.#current.equipment.device.executionOf(run.executor);
        const found = describeFound(content, record, here, passed, imported);
        this.#outbox.post({ type: 'found', found });
        this.#setState('validating');
        this.#skipAsked = false;
        let calls = 0;
        const mayGoOn = (): boolean => {
          // The first denoising call compiles what drawing needs, before anything that training needs. What
          // fails here fails again where training waits for it.
          if (++calls === 2) void this.#current.prepare().catch(() => undefined);
          return !this.#skipAsked && this.#waiting === 0;
        };
        const checked = await this.#current.equipment.artist.validate(run, run.globalStep, {
          mayGoOn,
          callMs: await recallCallMs(here, run.config),
          onCallMs: (ms) => void rememberCallMs(here, run.config, ms),
        });
        if (checked !== 'not-finite') return await this.#afterValidation(run, paused);
      } catch (error) {
        const fault = faultOf(error);
        if (fault.kind === 'gpu') return this.#restartDevice(fault, paused);
        if (fault.kind !== 'file' && fault.kind !== 'network' && fault.kind !== 'setting')
          return this.#trouble(fault);
        why = `${fault.title}: expected ${fault.expected}, got ${fault.got}`;
      }
      unusable.push({ name: record.name, globalStep: record.globalStep, why });
      skip.push(record.generation);
    }
  }

  async #afterValidation(run: Run, paused: boolean): Promise<void> {
    const { pictureFault } = run;
    if (run.globalStep >= lastStep(run.config, run.dataset.count)) return this.#setState('finished');
    if (pictureFault) this.#outbox.post({ type: 'fault', fault: pictureFault });
    if (!paused && !this.#pauseAsked && this.#waiting === 0 && !pictureFault) {
      return this.#prepareAndStart(run.globalStep);
    }
    if (!paused) await this.#note(run.runId, { paused: true });
    this.#setState('paused');
  }

  /** Ends the validation after the denoising call in flight; the run goes on, or waits, as after it. */
  async skipValidation(): Promise<void> {
    if (this.#state !== 'validating') return;
    this.#skipAsked = true;
    // The validation holds the turn.
    await this.#turns.take(() => Promise.resolve());
  }

  /** Stops after the steps in flight, saves, and stays paused over a reload. */
  pause(): Promise<void> {
    this.#pauseAsked = true;
    this.#loop?.stop();
    return this.#inTurn(async () => {
      await this.#halt();
      if (this.#state === 'training') await this.#rest();
      this.#pauseAsked = false;
    });
  }

  /** Pauses: saves the steps so far, notes the pause for a reload, draws the samples in the background. */
  async #rest(): Promise<void> {
    const { run } = this.#current.held;
    if (!run) return;
    await this.#note(run.runId, { paused: true });
    await this.#saveNow(run);
    this.#setState('paused');
    this.#drawOn();
  }

  /** Returns why the step is not in the store, or null where it is. The saver reports the store's faults. */
  async #saveNow(run: Run): Promise<Fault | null> {
    const { saver, artist } = this.#current.equipment;
    artist.beginProgress(run, run.globalStep);
    if (saver.has(run, run.globalStep)) return null;
    await saver.begin(run, run.globalStep, Promise.resolve());
    const failed = await saver.idle();
    if (saver.gaveUp) this.#outbox.post({ type: 'fault', fault: saver.gaveUp });
    return failed;
  }

  /** Draws what is begun and what waits, until a command halts it. */
  async #finishSamples(): Promise<void> {
    await this.#current.equipment.artist.finish(() => this.#halting === 0);
  }

  /** Goes on in the background with a set of samples, where the run is at rest. */
  #drawOn(): void {
    if (!this.#atRest?.equipment.artist.busy) return;
    const before = this.#background;
    this.#background = before
      .then(() => this.#finishSamples())
      .catch((error: unknown) => this.#trouble(faultOf(error)));
  }

  /** Goes on from a pause; after a failure starts the device again. */
  resume(): Promise<Result<null>> {
    return this.#answer(async () => {
      await this.#halt();
      this.#pauseAsked = false;
      const { is, run } = this.#current.held;
      if (this.#state === 'failed') return this.#restartDevice(deviceLost().fault);
      if (!run || this.#state !== 'paused') return;
      const pictureFault = await this.#current.findPictures();
      if (pictureFault) throw new FaultError(pictureFault);
      await this.#note(run.runId, { paused: false });
      this.#rolledBack = false;
      if (is === 'lost') return this.#reload();
      await this.#prepareAndStart();
    });
  }

  /** A finished run goes on for `steps` more steps, as the same run. */
  trainLonger(steps: number): Promise<Result<null>> {
    return this.#answer(async () => {
      await this.#halt();
      const { is, run } = this.#current.held;
      if (!run || this.#state !== 'finished') return;
      const pictureFault = await this.#current.findPictures();
      if (pictureFault) throw new FaultError(pictureFault);
      const last = run.globalStep + steps;
      mustBeSteps(last);
      await this.#current.prolong(last);
      this.#pauseAsked = false;
      this.#rolledBack = false;
      if (is === 'lost') return this.#reload();
      await this.#prepareAndStart();
    });
  }

  /** The run and its equipment, where nothing trains and the device works; else null. */
  get #atRest() {
    const { held } = this.#current;
    return held.is === 'on' && (this.#state === 'paused' || this.#state === 'finished') ? held : null;
  }

  /**
   * A checkpoint at the next step, or at once where the run is at rest. Answers whether it was saved, once
   * that is known; a fault where the GPU was lost before.
   */
  async saveCheckpoint(): Promise<Result<boolean>> {
    const answer = this.#loop ? await this.#loop.askSave() : await this.#inTurn(() => this.#saveAtRest());
    const { run } = this.#current.held;
    const lost = this.#current.held.is === 'lost' ? deviceLost().fault : null;
    const failed = answer === 'saved' ? null : answer === 'stopped' ? lost : answer;
    // Faults of the store are reported by the saver.
    const told = failed?.kind === 'gpu' || failed?.kind === 'not-finite' || failed?.kind === 'internal';
    return failed && told
      ? { ok: false, fault: notSaved(failed, run) }
      : { ok: true, value: answer === 'saved' };
  }

  async #saveAtRest(): Promise<SaveAnswer> {
    await this.#halt();
    const atRest = this.#atRest;
    return atRest ? ((await this.#saveNow(atRest.run)) ?? 'saved') : 'stopped';
  }

  /** The page may be closed at any moment: a run that trains is saved unless its last save is young. */
  pageHidden(): void {
    this.#loop?.pageHidden();
  }

  /** Saves and closes the current run: it is not found after a reload, its checkpoints stay. */
  newRun(): Promise<Result<null>> {
    return this.#answerAtRest(async () => {
      const { run } = this.#current.held;
      if (run && this.#state === 'training') await this.#saveNow(run);
      await this.#closeRuns();
      this.#setIdle();
    });
  }

  /** Also the runs that the current one was forked from: a reload must not bring an older run back. */
  async #closeRuns(): Promise<void> {
    for (const { runId, note } of (await this.#store.report()).runs) {
      if (!note.closed) await this.#note(runId, { closed: true });
    }
  }

  /** Goes on in an earlier run; as at a reload, its newest checkpoint is found and validated first. */
  continueRun(runId: string): Promise<Result<null>> {
    return this.#answerAtRest(async () => {
      const { run } = this.#current.held;
      if (run && this.#state === 'training') await this.#saveNow(run);
      this.#setState('starting');
      await this.#closeRuns();
      // From here on a reload finds this run, too.
      must(await this.#store.writeNote(runId, { closed: false, paused: false }));
      this.#pauseAsked = false;
      this.#rolledBack = false;
      await this.#recover(null, runId);
      if (this.#state === 'idle') await this.#note(runId, { closed: true });
    });
  }

  /**
   * Stops the current run, without saving it, and deletes it with all its checkpoints. Where the store
   * refuses, for an export that is under way, the run goes on as before.
   */
  deleteRun(): Promise<Result<null>> {
    return this.#answerAtRest(async () => {
      const { run } = this.#current.held;
      if (run) must(await this.#store.removeRun(run.runId));
      await this.#closeRuns();
      this.#setIdle();
    });
  }

  /** A fork: the checkpoint's content as a new run. `changes` and `moreSteps`: see TrainerApi. */
  resumeFrom(
    ref: CheckpointRef,
    changes: Partial<RunConfig>,
    moreSteps: number | null,
  ): Promise<Result<null>> {
    return this.#answerAtRest(async () => {
      await this.#settled();
      const content = await referredContent(this.#store, ref);
      const config = forkConfig(content.facts, changes, moreSteps);
      this.#setState('starting');
      await this.#adopt(content, config, 'store');
      const pictureFault = this.#current.held.run?.pictureFault ?? null;
      if (pictureFault) {
        this.#outbox.post({ type: 'fault', fault: pictureFault });
        this.#setState('paused');
      } else await this.#prepareAndStart();
      const text = isReadyModel(ref)
        ? 'New run from the model that comes with Perennial.'
        : `New run from ${content.facts.name}. The old run is kept.`;
      this.#outbox.post({ type: 'notice', text });
    });
  }

  /** A checkpoint from a file: written into the store as a new run, validated, and left paused. */
  importContent(content: CheckpointContent): Promise<Result<null>> {
    return this.#answerAtRest(async () => {
      await this.#settled();
      const { config, execution } = content.facts;
      const fitting = inParts(config, (smaller) => this.#current.equipment.device.trainingBytes(smaller));
      this.#setState('starting');
      await this.#adopt(content, fitting, 'file');
      if (fitting !== config) this.#outbox.post({ type: 'notice', text: inPartsNotice(config, fitting) });
      // A batch in parts adds its gradients in another order: the bits are not those of whole batches.
      await this.#recover(fitting === config ? execution : { ...execution, kernels: 'whole batches' });
    });
  }

  /** CurrentRun.adopt; where it fails, the run before it comes back from the store. */
  async #adopt(...[content, config, from]: Parameters<CurrentRun['adopt']>): Promise<void> {
    const before = this.#current.held.run;
    try {
      await this.#current.adopt(content, config, from);
    } catch (error) {
      if (before && this.#current.held.run !== before) await this.#recover(null);
      throw error;
    }
  }

  /** Begins the current run's samples from another seed, where the run is at rest. Answers at once. */
  drawSamples(request: { seed: number; weights: 'ema' | 'raw' }): Promise<Result<null>> {
    return this.#answer(async () => {
      await this.#halt();
      const atRest = this.#atRest;
      if (!atRest) return;
      const { run, equipment } = atRest;
      equipment.artist.begin(run, { purpose: 'draw', step: run.globalStep, ...request });
    });
  }

  /** The user accepts pictures that differ from those the run began with. */
  confirmPictures(): Promise<void> {
    return this.#turns.take(async () => this.#current.confirmPictures());
  }
}
