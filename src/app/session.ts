// The page's life: takes the tab's lock, starts the worker, brings back the newest run, and carries out the
// commands of the screen. Over 400 lines because it is the one place that knows every command. Not here: what
// events do to the state (apply-event.ts), a run's stored PNGs (stored-pngs.ts).
import { proxy } from 'comlink';
import { firstPreset, hasWords } from '../settings/preset-families.ts';
import type { RunConfig } from '../settings/settings.ts';
import { type Fault, faultOf, type Result } from '../fault.ts';
import type { CheckpointRef, TrainerEvent } from '../trainer/api.ts';
import { dismissed, turned, withFault } from './alerts.ts';
import { applyEvents } from './apply-event.ts';
import { BrowsedSet } from './browsed-set.ts';
import { CaptionsOfForm } from './captions-of-form.ts';
import type { Commands } from './commands.ts';
import { download } from './download.ts';
import { Exchange } from './exchange.ts';
import { Generating } from './generating.ts';
import type { GivenFiles, Giving, Reading } from './given-files.ts';
import { onLaunchedFile, watchInstall } from './install.ts';
import { type Updates, watchUpdates } from './offline.ts';
import { nearestSheetStep, storedPng, sheetSteps, sheetBitmap } from './stored-pngs.ts';
import {
  deletePicturesQuestion,
  evicted,
  fallenBack,
  keptElsewhere,
  newRunQuestion,
  noSuchSet,
  removeStoppedQuestion,
} from './questions.ts';
import { openPatiently } from './open-patiently.ts';
import { onPageHidden } from './page-hidden.ts';
import { ReachedNote } from './reached.ts';
import { recipeIn } from './recipe.ts';
import { RunForm } from './run-form.ts';
import type { Pressed, Question, State } from './state.ts';
import { saveBeforeLeaving } from './save-before-leaving.ts';
import { askToPersist, checkStorage, whyTemporary } from './storage.ts';
import { HandOver } from './hand-over.ts';
import { type ImportRequest, namesNoSet, PictureSets } from './picture-sets.ts';
import { StoredRuns } from './stored-runs.ts';
import { holdTab, type TabHold } from './tab-lock.ts';
import { holdWakeLock } from './wake-lock.ts';
import { keptForLater, trainOnceChecked } from './early-train.ts';
import { startTrainer, type TrainerClient } from './worker-client.ts';

const WAITING_FOR_FILES = 'Waiting for the page that was open before to end';
/** Training pictures that are shown beside a sample. */
const NEAREST = 3;
const BUSY = new Set(['starting', 'validating', 'training']);

export class Session {
  readonly #state: State;
  readonly #form: RunForm;
  #trainer: TrainerClient | null = null;
  #stopTrainer = (): void => undefined;
  #updates: Updates | null = null;
  #install: ReturnType<typeof watchInstall> | null = null;
  #wake: { release(): void } | null = null;
  readonly #reached: ReachedNote;
  #tab: TabHold | null = null;
  #handOver: HandOver | null = null;
  readonly #exchange: Exchange;
  readonly #generating: Generating;
  readonly #sets: PictureSets;
  readonly #browsed: BrowsedSet;
  readonly #captions: CaptionsOfForm;
  readonly #runs: StoredRuns;

  constructor(state: State, address: URLSearchParams) {
    this.#state = state;
    this.#reached = new ReachedNote(state);
    this.#exchange = new Exchange(
      state,
      (fault) => this.#fault(fault, true),
      (given) => void this.#importPictures(() => Promise.resolve(given)),
    );
    this.#generating = new Generating(state);
    this.#sets = new PictureSets(state, (dataset) => this.#setForm({ dataset }));
    this.#browsed = new BrowsedSet(state, (before, now) => this.#sets.changed(before, now));
    this.#runs = new StoredRuns(state, {
      call: (work) => this.#call(work),
      press: (what, work) => this.#press(what, work),
      refreshStore: () => this.#refreshStore(),
    });
    this.#form = new RunForm(
      state,
      address,
      async (config) => (await this.#trainer?.trainingBytes(config)) ?? null,
    );
    this.#captions = new CaptionsOfForm(state, async (request) => {
      const answer = (await this.#trainer?.captionFacts(request)) ?? null;
      if (answer?.ok === false) this.#fault(answer.fault);
      return answer;
    });
    trainOnceChecked(state, () => void this.#train());
  }

  // ---------- opening ----------

  /** From the first paint to a run that goes on by itself, or to a page that waits for Train. */
  async open(): Promise<void> {
    for (const fault of this.#form.readAddress()) this.#fault(fault);
    this.#updates = watchUpdates(
      (update) => (this.#state.update.value = { ...this.#state.update.value, ...update }),
    );
    this.#install = watchInstall(
      (installable) => (this.#state.update.value = { ...this.#state.update.value, installable }),
    );
    onPageHidden(() => {
      this.#reached.write();
      void this.#trainer?.pageHidden();
    });
    this.#handOver = new HandOver({
      asked: () => void this.#letGo(),
      free: () => this.#tab?.take(),
      kept: () => {
        this.#state.pressed.value = null;
        this.#fault(keptElsewhere());
      },
    });
    const storage = await checkStorage();
    const temporary = storage.opfs ? await whyTemporary() : storage.why;
    if (temporary) this.#fault(temporary);
    await this.#takeTab();
    onLaunchedFile(
      (file) => this.commands.importCheckpoint([file]),
      (error) => this.#fault(faultOf(error)),
    );
  }

  /** Starts the trainer in this tab as soon as no other tab trains. */
  async #takeTab(): Promise<void> {
    const tab = await holdTab();
    this.#tab = tab;
    if (!tab.held) {
      await this.#watchElsewhere();
      await tab.whenFree;
      this.#state.notice.value = this.#state.pressed.value = null;
    }
    this.#handOver?.hold(true);
    void tab.lost.then(() => this.#yieldTab());
    await this.#startTrainer();
  }

  /** Another tab has taken the lock: waits until that tab is gone, or until Use here is pressed. */
  async #yieldTab(): Promise<void> {
    this.#handOver?.hold(false);
    this.#stop();
    await this.#takeTab();
  }

  /** Ends the trainer, which releases the store's files. */
  #stop(): void {
    this.#stopTrainer();
    this.#trainer = null;
    const { saving, preparing, importing, question, exporting, offered, pressed, runState } = this.#state;
    this.#state.foundPictures.value = null;
    this.#sets.forgetFiles();
    saving.value = preparing.value = importing.value = question.value = null;
    exporting.value = offered.value = pressed.value = null;
    this.#generating.forget();
    this.#browsed.forget();
    runState.value = 'elsewhere';
    this.#stateChanged();
  }

  /** Use here was pressed in another tab: saves what this tab trains, and lets the store go. */
  async #letGo(): Promise<void> {
    if (this.#trainer && !(await this.#saveRun())) {
      this.#handOver?.keep();
      return;
    }
    this.#stop();
    this.#handOver?.letGo();
  }

  /** Another tab trains: shows the list of checkpoints from the index; nothing can be changed. */
  async #watchElsewhere(): Promise<void> {
    this.#state.runState.value = 'elsewhere';
    this.#state.notice.value =
      'A run is open in another tab of this browser. This tab takes over when that tab is closed.';
    await this.#runs.listFromIndex();
  }

  async #startTrainer(): Promise<void> {
    const state = this.#state;
    state.runState.value = 'starting';
    state.preparing.value = { what: 'Checking this computer', done: 0, total: null };
    this.#stopTrainer();
    this.#generating.forget();
    const { trainer, stop } = startTrainer((message) => this.#crashed(message));
    this.#trainer = trainer;
    this.#stopTrainer = stop;
    this.#form.newTrainer();
    const { backend, executor } = state.form.value;
    // Events that a stopped worker posted earlier are ignored.
    const hear = (events: TrainerEvent[]) => this.#trainer === trainer && this.#hear(events);
    const opened = await openPatiently(
      () => trainer.open({ backend, executor }, proxy(hear)),
      () => (state.preparing.value = { what: WAITING_FOR_FILES, done: 0, total: null }),
    );
    if (!opened.ok) {
      this.#fault(opened.fault);
      state.runState.value = opened.fault.kind === 'gpu' ? 'unavailable' : 'failed';
      state.pressed.value = null;
      await this.#runs.listFromIndex();
      return;
    }
    // Only now: the page asks anew at once.
    this.#browsed.forget();
    const { machine, store, datasets, stopped } = opened.value;
    state.machine.value = machine;
    state.store.value = store;
    state.persisted.value = store.persisted;
    state.datasets.value = datasets;
    this.#sets.showStopped(stopped);
    if (machine.why) this.#fault(fallenBack(machine.why, machine.backend));
    if (store.evicted) this.#fault(evicted());
    if (namesNoSet(state)) this.#fault(this.#missingSet());
    if (!state.presetChosen.value && machine.slow)
      this.#form.usePreset(firstPreset(hasWords(state.form.value), true));
    await this.#form.estimate();
    await this.#reached.read();
    await trainer.recover();
    this.#reached.tellUnsaved();
  }

  #crashed(message: string): void {
    this.#generating.forget();
    this.#state.pressed.value = null;
    this.#state.runState.value = 'failed';
    this.#fault({
      kind: 'internal',
      title: 'The training worker stopped',
      what: 'Checkpoints are untouched.',
      expected: 'a running worker',
      got: message,
      todo: ['Reload the page: the run goes on from its newest checkpoint.'],
    });
  }

  // ---------- events ----------

  #hear(events: TrainerEvent[]): void {
    applyEvents(this.#state, events, {
      fault: (fault) => this.#fault(fault),
      runOpened: () => {
        void this.#preview();
        void this.#form.expectStep();
      },
      checkpointsChanged: () => void this.#refreshStore(),
      sheetsChanged: (runId) => void this.#loadFrames(runId),
      stateChanged: () => this.#stateChanged(),
    });
  }

  #stateChanged(): void {
    const busy = BUSY.has(this.#state.runState.value);
    if (busy && !this.#wake) this.#wake = holdWakeLock((held) => (this.#state.wakeLock.value = held));
    if (!busy) {
      this.#wake?.release();
      this.#wake = null;
      void this.#form.rememberSpeed();
      if (this.#state.runState.value === 'idle') void this.#preview();
    }
  }

  async #loadFrames(runId: string): Promise<void> {
    const steps = await sheetSteps(runId);
    if (this.#state.run.value?.runId === runId) this.#state.frames.value = steps.map((step) => ({ step }));
  }

  /** `answers`: it is the answer to what the user pressed. */
  #fault(fault: Fault, answers = false): void {
    const { alerts } = this.#state;
    alerts.value = withFault(alerts.value, fault, answers);
  }

  /** Waits for an answer: true, or false where it is a fault. `answers`: as for #fault. */
  async #do(work: Promise<Result<unknown> | void>, answers = true): Promise<boolean> {
    try {
      const result = await work;
      if (!result || result.ok) return true;
      this.#fault(result.fault, answers);
    } catch (error) {
      this.#fault(faultOf(error), answers);
    }
    return false;
  }

  // ---------- the form ----------

  #setForm(changes: Partial<RunConfig>): void {
    this.#form.change(changes);
    if (changes.preset || 'dataset' in changes || 'imageSize' in changes) void this.#preview();
  }

  async #preview(): Promise<void> {
    await this.#do(this.#sets.preview(this.#trainer), false);
  }

  // ---------- commands ----------

  readonly commands: Commands = {
    setForm: (changes) => this.#setForm(changes),
    setPrompts: (prompts) => this.#captions.setPrompts(prompts),
    train: () => void this.#train(),
    pause: () => void this.#press('pause', (trainer) => trainer.pause()),
    resume: () => void this.#press('resume', (trainer) => trainer.resume()),
    saveCheckpoint: () => void this.#press('save', (trainer) => trainer.saveCheckpoint()),
    skipValidation: () => void this.#press('skip', (trainer) => trainer.skipValidation()),
    newRun: () => this.#ask(newRunQuestion(() => void this.#newRun())),
    continueRun: (runId) => void this.#runs.continue(runId),
    renameRun: (runId, name) => void this.#call((trainer) => trainer.renameRun(runId, name)),
    deleteRun: (runId) => this.#runs.askDelete(runId),
    retryGpu: () => void this.#retryGpu(),
    useHere: () => {
      this.#state.pressed.value = { what: 'use-here', ref: null };
      this.#handOver?.ask();
    },
    exportCheckpoint: (ref) => this.#exchange.ask(ref),
    confirmExport: (kind, weights) =>
      void this.#call((trainer) => this.#exchange.export(trainer, kind, weights)),
    dismissExport: () => (this.#state.exporting.value = null),
    importCheckpoint: (files) => void this.#call((trainer) => this.#exchange.inspect(trainer, files)),
    takeFiles: (give, addTo) => void this.#takeFiles(give, addTo),
    chooseModel: (which) => void this.#call((trainer) => this.#exchange.choose(trainer, which)),
    takePicturesInstead: () => this.#exchange.takePicturesInstead(),
    confirmImport: (answers) => void this.#call((trainer) => this.#exchange.import(trainer, answers)),
    dismissImport: () => (this.#state.offered.value = null),
    resumeFrom: (...of) => void this.#press('resume-from', (trainer) => trainer.resumeFrom(...of), of[0]),
    trainLonger: (steps) => void this.#press('train-longer', (trainer) => trainer.trainLonger(steps)),
    keepCheckpoint: (ref, kept) => void this.#call((trainer) => trainer.keepCheckpoint(ref, kept)),
    deleteCheckpoint: (ref) => this.#runs.askDeleteCheckpoint(ref),
    drawSamples: (seed, weights) => void this.#call((trainer) => trainer.drawSamples({ seed, weights })),
    generate: (asked) => void this.#call((trainer) => this.#generating.generate(trainer, asked)),
    cancelGenerate: () => void this.#call((trainer) => this.#generating.cancel(trainer)),
    drawingFacts: (ref) => this.#generating.facts(this.#trainer, ref),
    unread: (ref, prompts) => this.#generating.unread(this.#trainer, ref, prompts),
    dismissRecipe: () => (this.#state.recipe.value = null),
    saveGenerated: (which) => void this.#do(this.#generating.save(which)),
    importPictures: (give, addTo) => void this.#importPictures(give, addTo),
    showFirst: (wanted) => (this.#state.showsFirst.value = wanted),
    lookAgain: (chosen) => void this.#call((trainer) => this.#sets.lookAgain(trainer, chosen)),
    importFound: (chosen) => void this.#do(this.#sets.importFound(this.#trainer, chosen)),
    dismissPictures: () => (this.#state.foundPictures.value = null),
    stopImport: () => void this.#call((trainer) => trainer.stopImport()),
    stopLooking: () => void this.#call((trainer) => this.#sets.stopLooking(trainer)),
    goOnImport: (folder, give) => void this.#do(this.#sets.goOn(this.#trainer, folder, give)),
    useStopped: (folder) => void this.#call((trainer) => this.#sets.useStopped(trainer, folder)),
    removeStopped: (folder) => this.#askRemoveStopped(folder),
    deletePictures: (id) => this.#askDeletePictures(id),
    renamePictures: (id, title) => void this.#renamePictures(id, title),
    browse: (query) => void this.#call((trainer) => this.#browsed.look(trainer, query)),
    tiles: (...of) => this.#known((trainer) => this.#browsed.tiles(trainer, ...of)),
    notes: (...of) => this.#known((trainer) => this.#browsed.notes(trainer, ...of)),
    affected: (edit) => this.#known((trainer) => this.#browsed.affected(trainer, edit)),
    editCaptions: (...of) => this.#done((trainer) => this.#browsed.edit(trainer, ...of)),
    cutSquare: async (...of) => (await this.#known((trainer) => this.#browsed.cut(trainer, ...of))) ?? false,
    original: (dataset, index, files) =>
      this.#known((trainer) => this.#browsed.original(trainer, { dataset, index, files })),
    removePictures: (indices) => this.#done((trainer) => this.#browsed.remove(trainer, indices)),
    restorePictures: (indices) => this.#done((trainer) => this.#browsed.restore(trainer, indices)),
    undoChange: () => this.#done((trainer) => this.#browsed.undo(trainer)),
    findDuplicates: (likeness) =>
      void this.#call((trainer) => this.#browsed.findDuplicates(trainer, likeness)),
    dismissDuplicates: () => (this.#state.duplicates.value = null),
    exportCaptions: (form) => this.#done((trainer) => this.#browsed.export(trainer, form)),
    nearest: (dataset, sample) =>
      this.#known((trainer) => this.#browsed.nearest(trainer, { dataset, ...sample, count: NEAREST })),
    stopComparing: () => void this.#call((trainer) => trainer.stopComparing()),
    confirmPictures: () => void this.#confirmPictures(),
    freeStepCheckpoints: (runId) => void this.#runs.askFree(runId),
    testCheckpointSystem: () => this.#testStore(),
    refreshStore: () => void this.#refreshStore(),
    sheet: (step, runId) => sheetBitmap(runId ?? this.#state.run.value?.runId, step),
    nearestSheetStep: (step, runId) => nearestSheetStep(runId ?? this.#state.run.value?.runId, step),
    thumbnail: (dataset) => this.#sets.thumbnail(this.#trainer, dataset),
    downloadPng: (kind, step) => void this.#downloadPng(kind, step),
    dismissFault: () => (this.#state.alerts.value = dismissed(this.#state.alerts.value)),
    nextFault: () => (this.#state.alerts.value = turned(this.#state.alerts.value)),
    dismissBrought: () => (this.#state.brought.value = null),
    dismissQuestion: () => (this.#state.question.value = null),
    applyUpdate: () => void this.#applyUpdate(),
    install: () => void this.#install?.install(),
  };

  async #call(work: (trainer: TrainerClient) => Promise<Result<unknown> | void>): Promise<boolean> {
    return this.#trainer ? this.#do(work(this.#trainer)) : false;
  }

  /** As #call, for a command that resolves when it is done. */
  async #done(work: (trainer: TrainerClient) => Promise<Result<unknown>>): Promise<void> {
    await this.#call(work);
  }

  /** An answer; null where it is a fault, which is told once, or while there is no trainer. */
  async #known<T>(work: (trainer: TrainerClient) => Promise<Result<T>>): Promise<T | null> {
    let known: T | null = null;
    await this.#call(async (trainer) => {
      const result = await work(trainer);
      if (result.ok) known = result.value;
      return result;
    });
    return known;
  }

  /** As #call; from now until the answer the page shows what was pressed. */
  async #press(
    what: Pressed['what'],
    work: (trainer: TrainerClient) => Promise<Result<unknown> | void>,
    ref: CheckpointRef | null = null,
  ): Promise<void> {
    const { pressed } = this.#state;
    const mine: Pressed = { what, ref };
    pressed.value = mine;
    await this.#call(work);
    // A later press shows its own.
    if (pressed.value === mine) pressed.value = null;
  }

  async #train(): Promise<void> {
    const state = this.#state;
    if (keptForLater(state)) return;
    if (namesNoSet(state)) return this.#fault(this.#missingSet(), true);
    state.runState.value = 'starting';
    state.preparing.value = { what: 'Planning GPU memory', done: 0, total: null };
    // The alert beside the form says why.
    if (await this.#form.fits()) return void (state.runState.value = 'idle');
    // Firefox asks the user: training does not wait for the answer.
    void askToPersist().then((answer) => (state.persisted.value = answer));
    await this.#call(async (trainer) => {
      const answer = await trainer.train(state.form.value, this.#captions.prompts());
      // The alert beside the form says why, as above.
      return this.#form.isRefused(answer) ? undefined : answer;
    });
    await this.#refreshStore();
  }

  #missingSet(): Fault {
    const { form, datasets } = this.#state;
    return noSuchSet(
      form.value.dataset,
      datasets.value.map(({ id }) => id),
    );
  }

  async #retryGpu(): Promise<void> {
    if (this.#state.machine.value) await this.#call((trainer) => trainer.resume());
    else await this.#startTrainer();
  }

  /** A closed run gives back what it had reserved: the store is asked again. */
  async #newRun(): Promise<void> {
    this.#state.wantsNewRun.value = true;
    await this.#press('new-run', (trainer) => trainer.newRun());
    await this.#refreshStore();
  }

  #ask(question: Question): void {
    this.#state.question.value = question;
  }

  #askDeletePictures(id: string): void {
    const set = this.#state.datasets.value.find((one) => one.id === id);
    this.#ask(deletePicturesQuestion(set?.title ?? 'these pictures', () => void this.#deletePictures(id)));
  }

  async #deletePictures(id: string): Promise<void> {
    await this.#call((trainer) => trainer.deletePictures(id));
    await this.#sets.deleted(this.#trainer, id);
  }

  #askRemoveStopped(folder: string): void {
    const one = this.#state.stopped.value.find((stopped) => stopped.folder === folder);
    if (one) this.#ask(removeStoppedQuestion(one, () => void this.#removeStopped(folder)));
  }

  async #removeStopped(folder: string): Promise<void> {
    await this.#call((trainer) => trainer.removeStopped(folder));
    await this.#sets.refresh(this.#trainer);
  }

  async #renamePictures(id: string, title: string): Promise<void> {
    await this.#call((trainer) => trainer.renamePictures(id, title));
    await this.#sets.refresh(this.#trainer);
  }

  async #takeFiles(give: Giving, addTo?: string): Promise<void> {
    await this.#import(give, addTo, async (given, signal) => {
      const recipe = await recipeIn(given.files);
      if (recipe && !signal.aborted) this.#state.recipe.value = recipe;
      if (recipe || !this.#trainer || addTo !== undefined) return { ok: true, value: recipe === null };
      return this.#exchange.take(this.#trainer, given, signal);
    });
  }

  async #importPictures(give: Giving, addTo?: string): Promise<void> {
    await this.#import(give, addTo, () => Promise.resolve({ ok: true, value: true }));
  }

  /** `arePictures`: whether the files are pictures and nothing else was made of them. */
  async #import(
    give: Giving,
    addTo: string | undefined,
    arePictures: (given: GivenFiles, signal: AbortSignal) => Promise<Result<boolean>>,
  ): Promise<void> {
    const ask = async (reading: Reading): Promise<Result<ImportRequest | null>> => {
      const given = await give(reading);
      const answer = await (given.files.length > 0 && arePictures(given, reading.signal));
      if (answer && !answer.ok) return answer;
      return { ok: true, value: answer && answer.value ? { ...given, addTo: addTo ?? null } : null };
    };
    await this.#do(this.#sets.import(this.#trainer, ask));
  }

  /** The alert that asked is answered. */
  async #confirmPictures(): Promise<void> {
    if (await this.#call((trainer) => trainer.confirmPictures())) this.commands.dismissFault();
  }

  async #testStore(): ReturnType<Commands['testCheckpointSystem']> {
    if (!this.#trainer) return { ok: false, fault: faultOf(new Error('the trainer is not running')) };
    return this.#trainer.testCheckpointSystem();
  }

  async #refreshStore(): Promise<void> {
    // Where the store does not answer, what it was asked for says so.
    const report = await this.#trainer?.storeReport().catch(() => null);
    if (report) this.#state.store.value = report;
  }

  async #downloadPng(kind: Parameters<Commands['downloadPng']>[0], step: number): Promise<void> {
    const blob = await storedPng(this.#state.run.value?.runId, step, kind);
    if (blob) await download(blob, `${kind}_step_${step}.png`);
    else this.#state.notice.value = `There is no ${kind}_step_${step}.png`;
  }

  /** Saves what is being trained, for the page that goes on from there; false where that failed. */
  #saveRun(): Promise<boolean> {
    return saveBeforeLeaving(this.#state, () => this.#known((trainer) => trainer.saveCheckpoint()));
  }

  /** Saves a running training first; after the reload the run goes on from there. */
  async #applyUpdate(): Promise<void> {
    if (await this.#saveRun()) await this.#updates?.apply();
  }
}
