// The data sets on the page: the preview of the chosen one, importing and changing the user's own. Not here:
// decoding and storing (data/), the form that names a set (run-form.ts).
import { batch } from '@preact/signals';
import { faultOf, type Result } from '../fault.ts';
import type { DatasetInfo, ImportProgress, Preview, StoppedImport, TrainerApi } from '../trainer/api.ts';
import { filesOf, type GivenFiles, type Giving, permitted, type Reading } from './given-files.ts';
import { Inspection } from './inspection.ts';
import { importUnderWay } from './questions.ts';
import type { State } from './state.ts';

/** Whether the form names a set that is not in this browser. False until the sets are listed. */
export const namesNoSet = ({ datasets, form }: Pick<State, 'datasets' | 'form'>): boolean =>
  datasets.value.length > 0 && !datasets.value.some(({ id }) => id === form.value.dataset);

type Trainer = Pick<
  TrainerApi,
  | 'preview'
  | 'thumbnail'
  | 'findPictures'
  | 'showFound'
  | 'importPictures'
  | 'stopLooking'
  | 'datasets'
  | 'stoppedImports'
  | 'useStopped'
>;

type Chosen = Parameters<TrainerApi['showFound']>[0];

const notRunning = (): Result<never> => ({
  ok: false,
  fault: faultOf(new Error('the trainer is not running')),
});

/** What an import is asked to make of files. */
export interface ImportRequest extends GivenFiles {
  /** The set that they are added to; null: a new one. */
  addTo: string | null;
}

/** Files that were looked at; `fingerprint`: what tells them, as StoppedImport has it. */
type Looked = ImportRequest & Pick<StoppedImport, 'fingerprint'>;

/** Of a stopped import that goes on with the files its folder; else what tells the files. */
type Origin = { goOn: string } | { goOn: null; fingerprint: string };

const NOTHING: Result<null> = { ok: true, value: null };

export class PictureSets {
  readonly #state: State;
  #asked = 0;
  #askedAgain = 0;
  /** Of the pictures in the dialog. */
  #found: Looked | null = null;
  /** Data set and size of the preview that is shown or asked for. */
  #of = '';

  /** The files of imports that were stopped since this page opened, by folder. */
  readonly #held = new Map<string, GivenFiles>();
  /** Folders of stopped imports for whose files the page asks. */
  readonly #asking = new Set<string>();
  readonly #inspection: Inspection;

  readonly #choose: (dataset: string) => void;

  /** `choose`: the form names this set from now on. */
  constructor(state: State, choose: (dataset: string) => void) {
    this.#state = state;
    this.#choose = choose;
    this.#inspection = new Inspection(state);
  }

  /**
   * Shows the pictures of the run; without a run those of the form. That built-in ones cannot be fetched is a
   * fault; other faults of data, and those of a run, are told elsewhere.
   */
  async preview(trainer: Trainer | null): Promise<Result<unknown>> {
    const { run, form, preview, datasets } = this.#state;
    const { dataset, imageSize } = run.value?.config ?? form.value;
    const of = `${dataset} ${imageSize}`;
    // Pictures of another set must not stand under the name of this one.
    if (of !== this.#of) preview.value = null;
    this.#of = of;
    const asked = ++this.#asked;
    const result = await trainer?.preview({ dataset, imageSize, columns: 12, rows: 5 });
    if (asked !== this.#asked) return NOTHING;
    preview.value = result?.ok ? result.value : null;
    const toFetch = !run.value && datasets.value.some(({ id, builtIn }) => id === dataset && builtIn);
    if (result && (result.ok || result.fault.kind !== 'data' || toFetch)) return result;
    return NOTHING;
  }

  /** Four pictures of a set, 2 x 2; null where they cannot be read. */
  async thumbnail(trainer: Trainer | null, dataset: string): Promise<Preview | null> {
    const result = await trainer?.thumbnail(dataset);
    return result?.ok ? result.value : null;
  }

  /**
   * Reads the files that `ask` gives, looks what they are, and imports them: at once where they are some
   * loose pictures, else once the user has seen them; not where that was stopped, or `ask` gives null.
   */
  async import(
    trainer: Trainer | null,
    ask: (reading: Reading) => Promise<Result<ImportRequest | null>>,
  ): Promise<Result<unknown>> {
    const plain = await this.#inspection.during(async (reading) => {
      const asked = await ask(reading);
      if (!asked.ok) return asked;
      return asked.value ? this.#look(trainer, asked.value, reading.signal) : NOTHING;
    });
    if (!plain?.ok || !plain.value) return plain ?? NOTHING;
    return this.#storeNew(trainer, plain.value, {});
  }

  /** Shows what the files are; some loose pictures are given back, to be imported at once. */
  async #look(
    trainer: Trainer | null,
    asked: ImportRequest,
    signal: AbortSignal,
  ): Promise<Result<Looked | null>> {
    const { foundPictures, showsFirst } = this.#state;
    const looked = await trainer?.findPictures(asked.files, showsFirst.value);
    if (!looked) return notRunning();
    if (!looked.ok) return looked;
    if (looked.value === null || signal.aborted) return NOTHING;
    const { fingerprint, ...found } = looked.value;
    if (!found.asks) return { ok: true, value: { ...asked, fingerprint } };
    this.#found = { ...asked, fingerprint };
    foundPictures.value = { ...found, title: asked.title };
    return NOTHING;
  }

  /** Ends reading and recognising files. */
  stopLooking(trainer: Pick<Trainer, 'stopLooking'>): Promise<void> {
    this.#inspection.stop();
    return trainer.stopLooking();
  }

  /** The trainer is gone: files that are looked at are looked at no more. */
  forgetFiles(): void {
    this.#inspection.stop();
  }

  /** Shows the pictures in the dialog as they become by these choices. */
  async lookAgain(trainer: Trainer, chosen: Chosen): Promise<Result<unknown>> {
    const { foundPictures } = this.#state;
    const asked = ++this.#askedAgain;
    const looked = await trainer.showFound(chosen);
    const before = foundPictures.value;
    if (looked.ok && before && asked === this.#askedAgain)
      foundPictures.value = { ...before, ...looked.value };
    return looked;
  }

  /** Imports the pictures in the dialog. */
  async importFound(trainer: Trainer | null, chosen: Chosen): Promise<Result<unknown>> {
    const asked = this.#found;
    this.#state.foundPictures.value = this.#found = null;
    return asked ? this.#storeNew(trainer, asked, chosen) : NOTHING;
  }

  #storeNew(
    trainer: Trainer | null,
    { fingerprint, ...asked }: Looked,
    chosen: Chosen,
  ): Promise<Result<unknown>> {
    return this.#store(trainer, asked, { goOn: null, fingerprint }, chosen);
  }

  #beginning(done: number, total: number): ImportProgress {
    return { done, total, skipped: 0, perSecond: null, stored: [], size: this.#size };
  }

  /** Pictures are stored at 64 pixels or more: a larger size can be chosen later without a new import. */
  get #size(): number {
    return Math.max(64, this.#state.form.value.imageSize);
  }

  /**
   * Stores the pictures; `addTo`: in this set, which becomes another one. The form then names the set. Where
   * the import is stopped, it is listed.
   */
  async #store(
    trainer: Trainer | null,
    asked: ImportRequest,
    origin: Origin,
    chosen: Chosen,
  ): Promise<Result<unknown>> {
    const { files, ...target } = asked;
    const { goOn } = origin;
    const { importing, imported, run, brought, stopped } = this.#state;
    if (importing.value) return { ok: false, fault: importUnderWay(asked.title || 'these pictures') };
    const before = stopped.value.find(({ folder }) => folder === goOn);
    importing.value = this.#beginning(before?.done ?? 0, before?.total ?? files.length);
    const result = await trainer?.importPictures(files, { ...target, goOn, size: this.#size, chosen });
    if (!result?.ok || !result.value) {
      await this.#listStopped(trainer, asked, origin, result?.ok ?? false);
      importing.value = null;
      return result ?? notRunning();
    }
    const { info } = result.value;
    await this.#list(trainer, () => {
      importing.value = null;
      imported.value = result.value;
      if (run.value) brought.value = info;
      this.#choose(info.id);
    });
    return result;
  }

  /**
   * Goes on with a stopped import. `give`: the same files again; null: those that this page still has, or
   * that the browser gives once the user allows it. Where there are none the page asks for them.
   */
  async goOn(trainer: Trainer | null, folder: string, give: Giving | null): Promise<Result<unknown>> {
    const files = await (give ? this.#inspection.during(give) : this.#again(folder));
    if (files) return this.#store(trainer, { ...files, addTo: null }, { goOn: folder }, {});
    this.#asking.add(folder);
    this.showStopped(this.#state.stopped.value);
    return NOTHING;
  }

  /** The files of a stopped import without choosing them; null where they cannot be had. */
  async #again(folder: string): Promise<GivenFiles | null> {
    const held = this.#held.get(folder);
    if (held) return held;
    const handles = this.#state.stopped.value.find((one) => one.folder === folder)?.handles ?? [];
    if (handles.length === 0 || !(await permitted(handles))) return null;
    const read = async (reading: Reading) => ({ files: await filesOf(handles, reading), title: '', handles });
    // A folder that is gone: the user may know where it is now.
    return this.#inspection.during(read).catch(() => null);
  }

  /** Makes a set of what a stopped import has stored; the form then names it. */
  async useStopped(trainer: Trainer, folder: string): Promise<Result<unknown>> {
    const result = await trainer.useStopped(folder);
    if (result.ok) await this.#list(trainer, () => this.#choose(result.value.id));
    return result;
  }

  /** Shows the imports that were stopped: all there are. The files of others are let go. */
  showStopped(list: readonly Omit<StoppedImport, 'fingerprint'>[]): void {
    const folders = new Set(list.map(({ folder }) => folder));
    for (const kept of [this.#held, this.#asking])
      for (const folder of kept.keys()) if (!folders.has(folder)) kept.delete(folder);
    this.#state.stopped.value = list.map((one) => ({
      ...one,
      hasFiles: this.#held.has(one.folder) || one.handles.length > 0,
      asks: this.#asking.has(one.folder),
    }));
  }

  /**
   * Lists an import that has just ended without a set: its files are held. Where it failed they may be gone:
   * what the browser may give again is read anew, and files that have failed twice are asked for.
   */
  async #listStopped(
    trainer: Trainer | null,
    asked: ImportRequest,
    origin: Origin,
    stoppedByUser: boolean,
  ): Promise<void> {
    const list = await trainer?.stoppedImports();
    if (!list) return;
    const { goOn } = origin;
    // An import of the same files that was stopped before may have gone on by itself.
    const own = list.filter((one) =>
      origin.goOn === null ? one.fingerprint === origin.fingerprint : one.folder === origin.goOn,
    );
    for (const { folder } of own) {
      if (stoppedByUser || (goOn === null && asked.handles.length === 0)) this.#held.set(folder, asked);
      else this.#held.delete(folder);
      if (!stoppedByUser && goOn !== null) this.#asking.add(folder);
    }
    this.showStopped(list);
  }

  /** The set was deleted: the form names the planets in its place. */
  deleted(trainer: Trainer | null, id: string): Promise<void> {
    return this.#list(trainer, () => {
      if (this.#state.form.value.dataset === id) this.#choose('planets');
    });
  }

  /** A set was changed, and may have another id: the form names it, and shows it as it is now. */
  changed(before: string, now: DatasetInfo): void {
    this.#state.imported.value = null;
    if (this.#state.form.value.dataset === before) this.#choose(now.id);
  }

  /** Lists the sets anew. */
  refresh(trainer: Trainer | null): Promise<void> {
    return this.#list(trainer, () => undefined);
  }

  /**
   * As `refresh`, with the stopped imports; the page is drawn once, after `alongside`: it never names a set
   * that is gone.
   */
  async #list(trainer: Trainer | null, alongside: () => void): Promise<void> {
    const list = await trainer?.datasets();
    const stopped = await trainer?.stoppedImports();
    batch(() => {
      if (list) this.#state.datasets.value = list;
      if (stopped) this.showStopped(stopped);
      alongside();
    });
  }
}
