// The trainer's side of api.ts: answers every command of the page; the first one opens store and device.
// Not here: the run itself (trainer.ts), reading and writing files (import/, export/).
import type { CheckpointRef } from '../checkpoint/api.ts';
import { startStore, type StoreClient } from '../checkpoint/store-client.ts';
import type { Browse } from '../data/browse/browse.ts';
import { previewSheet } from '../data/contact-sheet.ts';
import { DecodePool } from '../data/decode-pool.ts';
import { renameStored } from '../data/edit-pictures.ts';
import { importPictures } from '../data/own-pictures.ts';
import { joined } from '../data/sources/joined.ts';
import type { Source } from '../data/sources/source.ts';
import { listDatasets, openPictures, removePictures } from '../data/sets.ts';
import { filesFingerprint, removeStopped, stoppedNote, useStopped } from '../data/stopped-imports.ts';
import { thumbnailOf } from '../data/thumbnail.ts';
import { yieldToEvents } from '../engine/yield-to-events.ts';
import { FaultError, faultOf, type Result } from '../fault.ts';
import type { Opened, TrainerApi } from './api.ts';
import { captionFacts } from './caption-facts.ts';
import { readContent } from './checkpoint-file.ts';
import { TrainingDevice } from './training-device.ts';
import { postCheckpoints } from './listing.ts';
import { Outbox } from './outbox.ts';
import { ImportHandles, stoppedImports } from './import-handles.ts';
import { nameRun } from './run-names.ts';
import { Trainer } from './trainer.ts';
import { must } from './trouble.ts';

/** The work's value, or what it throws as a fault. */
async function answer<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, fault: faultOf(error) };
  }
}

/** The work's value; null as soon as `signal` is aborted, whatever the work comes to after that. */
async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const stopped = new Promise<null>((end) => signal.addEventListener('abort', () => end(null)));
  try {
    return await Promise.race([work, stopped]);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** What looks at the user's files. It is loaded with the first file: runs do without it. */
const offers = () => import('./import/offer.ts');

/** What recognises pictures, in the same way. */
const finding = async () => ({
  ...(await import('../data/sources/recognise.ts')),
  ...(await import('../data/found-pictures.ts')),
});

/** What looks through sets, in the same way: the view that asks for it may never be opened. */
const browsing = async (onRead: (done: number, total: number) => void) =>
  new (await import('../data/browse/browse.ts')).Browse(yieldToEvents, onRead);

const notOpen = (): Result<never> => ({ ok: false, fault: faultOf(new Error('the trainer is not open')) });

/** What `open` made. Commands before `open` are refused. */
interface Opening {
  store: StoreClient;
  outbox: Outbox;
  /** Null where no device could be started; viewing and export still work. */
  trainer: Trainer | null;
}

/** Files as pictures. `fingerprint`: of the files. */
interface Recognised {
  fingerprint: string;
  sources: readonly Source[];
}

class Desk implements TrainerApi {
  #opening: Opening | null = null;
  #importing: AbortController | null = null;
  readonly #handles = new ImportHandles();
  /** Files are looked at before anything is made of them, also beside an import. */
  #looking: AbortController | null = null;
  /** What the files are that were looked at last as pictures. */
  #found: Recognised | null = null;
  /** Fingerprint of the files that were chosen last to find a picture of a set in. */
  #chosen: string | null = null;
  #browse: ReturnType<typeof browsing> | null = null;

  open: TrainerApi['open'] = (request, onEvents) =>
    answer<Opened>(async () => {
      const outbox = this.#opening?.outbox ?? new Outbox(onEvents);
      const store = this.#opening?.store ?? (await openStore());
      this.#opening = { store, outbox, trainer: null };
      await postCheckpoints(store, outbox);
      const device = await TrainingDevice.start(request);
      this.#opening = { store, outbox, trainer: new Trainer(store, outbox, device) };
      await this.#handles.prune();
      return {
        machine: device.machine,
        store: await store.report(),
        datasets: await listDatasets(),
        stopped: await stoppedImports(),
      };
    });

  recover = async () => this.#opening?.trainer?.recover();
  train: TrainerApi['train'] = async (...asked) =>
    (await this.#opening?.trainer?.train(...asked)) ?? notOpen();
  trainingBytes: TrainerApi['trainingBytes'] = (config) =>
    answer(async () => this.#opening?.trainer?.trainingBytes(config) ?? null);
  pause = async () => this.#opening?.trainer?.pause();
  resume: TrainerApi['resume'] = async () => (await this.#opening?.trainer?.resume()) ?? notOpen();
  saveCheckpoint: TrainerApi['saveCheckpoint'] = async () =>
    (await this.#opening?.trainer?.saveCheckpoint()) ?? notOpen();
  pageHidden = async () => this.#opening?.trainer?.pageHidden();
  skipValidation = async () => this.#opening?.trainer?.skipValidation();
  newRun: TrainerApi['newRun'] = async () => (await this.#opening?.trainer?.newRun()) ?? notOpen();
  continueRun: TrainerApi['continueRun'] = async (runId) =>
    (await this.#opening?.trainer?.continueRun(runId)) ?? notOpen();
  resumeFrom: TrainerApi['resumeFrom'] = async (...asked) =>
    (await this.#opening?.trainer?.resumeFrom(...asked)) ?? notOpen();
  trainLonger: TrainerApi['trainLonger'] = async (steps) =>
    (await this.#opening?.trainer?.trainLonger(steps)) ?? notOpen();
  drawSamples: TrainerApi['drawSamples'] = async (request) =>
    (await this.#opening?.trainer?.drawSamples(request)) ?? notOpen();
  generate: TrainerApi['generate'] = async (request) =>
    (await this.#opening?.trainer?.generateRequests.generate(request)) ?? notOpen();
  cancelGenerate = async () => this.#opening?.trainer?.generateRequests.cancel();
  drawingFacts: TrainerApi['drawingFacts'] = async (ref) => {
    const trainer = this.#opening?.trainer;
    return trainer ? answer(() => trainer.generateRequests.factsOf(ref)) : notOpen();
  };
  unread: TrainerApi['unread'] = async ({ ref, prompts }) => {
    const trainer = this.#opening?.trainer;
    return trainer ? answer(() => trainer.generateRequests.unread(ref, prompts)) : notOpen();
  };
  confirmPictures = async () => this.#opening?.trainer?.confirmPictures();

  exportCheckpoint: TrainerApi['exportCheckpoint'] = async ({ ref, kind, weights }) => {
    if (!this.#opening) return notOpen();
    const { store } = this.#opening;
    if (kind === 'checkpoint') {
      const exported = await store.exportFile(ref);
      if (!exported.ok) return exported;
      const { withKeptSamples } = await import('./export/file-with-samples.ts');
      return { ok: true, value: await withKeptSamples(exported.value, ref.runId) };
    }
    return answer(async () => {
      const { metadata, tensors } = must(await store.load(ref));
      const { exportedFile } = await import('./export/export-file.ts');
      return exportedFile(readContent(metadata, tensors), { kind, weights });
    });
  };
  // A worker that has ended reads no slot any more.
  endExport = async (ref: CheckpointRef) => this.#opening?.store.endExport(ref).catch(() => undefined);

  inspectFiles: TrainerApi['inspectFiles'] = ({ orPictures, ...offered }) =>
    answer(async () => {
      const signal = this.#beginLooking();
      const { offerOf, offerOrPictures } = await offers();
      const looking = (orPictures ? offerOrPictures : offerOf)({ ...offered, signal });
      return (await unlessStopped(looking, signal))?.preview ?? null;
    });

  importCheckpoint: TrainerApi['importCheckpoint'] = async ({ answers, chosen, ...offered }) => {
    const content = await answer(async () => {
      const offer = await (await offers()).offerOf(offered);
      return offer.load(answers, chosen);
    });
    if (!content.ok) return content;
    return (await this.#opening?.trainer?.importContent(content.value)) ?? notOpen();
  };

  keepCheckpoint: TrainerApi['keepCheckpoint'] = async (ref, kept) => {
    if (!this.#opening) return notOpen();
    const { store, outbox } = this.#opening;
    const noted = await answer(async () => {
      const run = (await store.report()).runs.find(({ runId }) => runId === ref.runId);
      const others = (run?.note.kept ?? []).filter((generation) => generation !== ref.generation);
      must(await store.writeNote(ref.runId, { kept: kept ? [...others, ref.generation] : others }));
      return null;
    });
    await postCheckpoints(store, outbox);
    return noted;
  };

  deleteCheckpoint: TrainerApi['deleteCheckpoint'] = async (ref) => {
    if (!this.#opening) return notOpen();
    const result = await this.#opening.store.remove(ref);
    await postCheckpoints(this.#opening.store, this.#opening.outbox);
    return result;
  };

  renameRun: TrainerApi['renameRun'] = async (runId, name) => {
    if (!this.#opening) return notOpen();
    const { store, outbox } = this.#opening;
    const result = await answer(async () => nameRun(store, runId, name));
    await postCheckpoints(store, outbox);
    return result.ok ? { ok: true, value: null } : result;
  };

  deleteRun: TrainerApi['deleteRun'] = async (runId) => {
    if (!this.#opening) return notOpen();
    const { store, outbox, trainer } = this.#opening;
    const result = await (trainer?.runId === runId ? trainer.deleteRun() : store.removeRun(runId));
    await postCheckpoints(store, outbox);
    return result;
  };

  storeReport: TrainerApi['storeReport'] = async () => {
    if (!this.#opening) throw new Error('the store is not open');
    return this.#opening.store.report();
  };

  freeableSteps: TrainerApi['freeableSteps'] = async (runId) =>
    (await this.#opening?.store.freeableSteps(runId)) ?? notOpen();
  freeSteps: TrainerApi['freeSteps'] = async (runId, generations) => {
    if (!this.#opening) return notOpen();
    const { store, outbox, trainer } = this.#opening;
    const result = await store.freeSteps(runId, generations, trainer?.runId === runId);
    await postCheckpoints(store, outbox);
    return result;
  };

  testCheckpointSystem: TrainerApi['testCheckpointSystem'] = async () =>
    (await this.#opening?.store.selfTest()) ?? notOpen();

  datasets = () => listDatasets();
  captionFacts: TrainerApi['captionFacts'] = ({ dataset, maxImages, seed }) =>
    answer(() => captionFacts(dataset, maxImages, seed));

  preview: TrainerApi['preview'] = ({ dataset, imageSize, columns, rows }) =>
    answer(async () =>
      previewSheet(await openPictures(dataset, { imageSize, maxImages: columns * rows }), columns, rows),
    );

  thumbnail: TrainerApi['thumbnail'] = (dataset) => answer(() => thumbnailOf(dataset));

  /** What was looked at before is looked at no more. */
  #beginLooking(): AbortSignal {
    this.#looking?.abort();
    this.#looking = new AbortController();
    return this.#looking.signal;
  }

  /** What the files are, which are not recognised twice. */
  async #recognised(files: readonly File[], signal: AbortSignal): Promise<Recognised> {
    const fingerprint = await filesFingerprint(files);
    if (this.#found?.fingerprint === fingerprint) return this.#found;
    const sources = await (await finding()).recognise(files, signal);
    signal.throwIfAborted();
    return (this.#found = { fingerprint, sources });
  }

  findPictures: TrainerApi['findPictures'] = (files, always) =>
    answer(async () => {
      this.#found = null;
      const signal = this.#beginLooking();
      const look = async () => {
        const { fingerprint, sources } = await this.#recognised(files, signal);
        return { ...(await (await finding()).shownOf(sources, {}, always)), fingerprint };
      };
      return unlessStopped(look(), signal);
    });
  showFound: TrainerApi['showFound'] = (chosen) =>
    answer(async () => (await finding()).shownOf(this.#found?.sources ?? [], chosen, true));

  importPictures: TrainerApi['importPictures'] = (files, { goOn, chosen, handles, ...asked }) =>
    answer(async () => {
      const { signal } = (this.#importing = new AbortController());
      const fingerprint = await filesFingerprint(files);
      const note = goOn === null ? null : await stoppedNote(goOn, fingerprint);
      const { title, size, addTo } = note ? { ...note, addTo: note.addTo?.id ?? null } : asked;
      await this.#handles.begin(fingerprint, handles);
      try {
        const found = await unlessStopped(this.#recognised(files, signal), signal);
        if (!found) return null;
        const report = importPictures(
          joined(found.sources),
          note?.chosen ?? chosen,
          { title, size, addTo, fingerprint },
          {
            decoder: new DecodePool(navigator.hardwareConcurrency),
            onProgress: (progress) => this.#opening?.outbox.post({ type: 'import-progress', progress }),
            signal,
          },
        );
        // Files that were gone are others when they are back, though they are the same by their fingerprint.
        report.catch(() => (this.#found = null));
        return await report;
      } finally {
        await this.#handles.end();
      }
    });

  stopImport = async () => this.#importing?.abort();
  stopLooking = async () => this.#looking?.abort();
  stoppedImports = () => stoppedImports();
  useStopped: TrainerApi['useStopped'] = (folder) => this.#endStopped(() => useStopped(folder));
  removeStopped: TrainerApi['removeStopped'] = (folder) => this.#endStopped(() => removeStopped(folder));
  deletePictures = (id: string) => removePictures(id);
  renamePictures: TrainerApi['renamePictures'] = (id, title) => answer(() => renameStored(id, title));

  /** What the import was given is kept no longer. */
  #endStopped = <T>(end: () => Promise<T>): Promise<Result<T>> =>
    answer(async () => {
      const value = await end();
      await this.#handles.prune();
      return value;
    });

  /** Asks what looks through sets. */
  #look = <T>(ask: (browse: Browse) => Promise<T>): Promise<Result<T>> =>
    answer(async () => {
      this.#browse ??= browsing((done, total) =>
        this.#opening?.outbox.post({ type: 'reading', done, total }),
      );
      // What could not be loaded is loaded anew by the next call.
      this.#browse.catch(() => (this.#browse = null));
      return ask(await this.#browse);
    });
  findInSet: TrainerApi['findInSet'] = (query) => this.#look((sets) => sets.find(query));
  tilesOf: TrainerApi['tilesOf'] = (request) => this.#look((sets) => sets.tiles(request));
  notesOf: TrainerApi['notesOf'] = (request) => this.#look((sets) => sets.notes(request));
  wordsOf: TrainerApi['wordsOf'] = (query) => this.#look((sets) => sets.words(query));
  classesOf: TrainerApi['classesOf'] = (id) => this.#look((sets) => sets.classes(id));
  editCaptions: TrainerApi['editCaptions'] = (request) => this.#look((sets) => sets.editCaptions(request));
  undoEdit: TrainerApi['undoEdit'] = (id) => this.#look((sets) => sets.undoEdit(id));
  originalOf: TrainerApi['originalOf'] = ({ files, ...request }) =>
    answer(async () => {
      const signal = this.#beginLooking();
      const look = async () => {
        if (files) await this.#recognised(files, signal);
        const { fingerprint = '', sources = [] } = this.#found ?? {};
        if (files) this.#chosen = fingerprint;
        // Files that were chosen to find a picture in are looked through for the next one too.
        const search = { files: fingerprint === this.#chosen ? null : fingerprint, signal };
        return must(await this.#look((sets) => sets.original(request, sources, search)));
      };
      return unlessStopped(look(), signal);
    });
  cutSquare: TrainerApi['cutSquare'] = (request) =>
    this.#look((sets) => sets.cutSquare(request, this.#found?.sources ?? []));
  removeFromSet: TrainerApi['removeFromSet'] = (request) => this.#look((sets) => sets.remove(request));
  restoreToSet: TrainerApi['restoreToSet'] = (request) => this.#look((sets) => sets.restore(request));
  duplicatesIn: TrainerApi['duplicatesIn'] = (request) => this.#look((sets) => sets.duplicates(request));
  exportCaptions: TrainerApi['exportCaptions'] = (request) =>
    this.#look((sets) => sets.exportCaptions(request));
  nearestIn: TrainerApi['nearestIn'] = (request) => this.#look((sets) => sets.nearest(request));
  stopComparing: TrainerApi['stopComparing'] = () =>
    this.#look((sets) => Promise.resolve(sets.stopComparing()));
  sizeOnDisk: TrainerApi['sizeOnDisk'] = (id) => this.#look((sets) => sets.size(id));
}

/** Throws FaultError kind `storage` or `tab`. */
async function openStore(): Promise<StoreClient> {
  const store = startStore();
  const opened = await store.open();
  if (opened.ok) return store;
  store.stop();
  throw new FaultError(opened.fault);
}

/** The object that the worker exposes to the page. */
export const createDesk = (): TrainerApi => new Desk();
