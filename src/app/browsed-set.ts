// Looking through a set of pictures and changing it: words, classes, captions, squares, removal, Undo. Not
// here: importing sets (picture-sets.ts), what is looked for (page-state/browsing.ts).
import { batch } from '@preact/signals';
import type { Result } from '../fault.ts';
import type {
  CaptionEdit,
  DatasetInfo,
  FoundIndices,
  NearPicture,
  Original,
  PictureNote,
  PictureSquare,
  PicturesQuery,
  Preview,
  TrainerApi,
} from '../trainer/api.ts';
import { download } from './download.ts';
import { keepsOne } from './questions.ts';
import type { Browsed, Duplicates, State } from './state.ts';
import { captionsChanged, type Change, counted, type Indices, squaresMoved, withStored } from './undoable.ts';

type Trainer = Pick<
  TrainerApi,
  | 'findInSet'
  | 'tilesOf'
  | 'notesOf'
  | 'wordsOf'
  | 'classesOf'
  | 'editCaptions'
  | 'undoEdit'
  | 'originalOf'
  | 'cutSquare'
  | 'removeFromSet'
  | 'restoreToSet'
  | 'duplicatesIn'
  | 'exportCaptions'
  | 'nearestIn'
  | 'sizeOnDisk'
>;

type OriginalAsked = Parameters<TrainerApi['originalOf']>[0];

/** A picture near a sample, to be shown. */
export interface ShownNear extends NearPicture {
  picture: { preview: Preview; index: number };
  fileName: string;
}

/** Edge of the pictures near a sample, in pixels. */
const NEAR_EDGE = 64;

const DONE: Result<null> = { ok: true, value: null };

export class BrowsedSet {
  readonly #state: State;
  readonly #becomes: (before: string, now: DatasetInfo) => void;
  /** The query that was asked last, and of what, as JSON; a failed one may be asked again. */
  #asked = '';
  #number = 0;
  /** Something has changed since the pictures were looked for. */
  #stale = false;
  /** Changes of the set that is shown, the newest last; another array for each set that is shown. */
  #changes: Change[] = [];
  /** What the set that is shown was, when it was looked for. */
  #what = '';
  /** Ids of sets that have another one since a change. */
  readonly #became = new Map<string, string>();
  /** Settles with the change that was asked for last. */
  #made: Promise<unknown> = Promise.resolve();
  /** The change that was asked for last, until it is made. */
  #newest: object | null = null;
  /** What the store can undo, by the last answer; null: it was offered. */
  #undoable: FoundIndices['undoable'] | null = null;

  /** `becomes`: a set was changed, and may be listed under another id now. */
  constructor(state: State, becomes: (before: string, now: DatasetInfo) => void) {
    this.#state = state;
    this.#becomes = becomes;
  }

  /** Call it when the trainer has ended: what is on its way never comes, and another tab may change sets. */
  forget(): void {
    this.#number += 1;
    this.#asked = this.#what = '';
    this.#stale = false;
    this.#changes = [];
    this.#became.clear();
    this.#made = Promise.resolve();
    this.#newest = this.#undoable = null;
    batch(() => (this.#state.browsed.value = this.#state.duplicates.value = null));
  }

  /** Looks for pictures, once for each query. What was found before stays until the answer. */
  async look(trainer: Trainer, query: PicturesQuery): Promise<Result<unknown>> {
    const what = this.#whatIs(query.dataset);
    const asked = JSON.stringify([query, what]);
    if (asked === this.#asked && !this.#stale) return DONE;
    const { browsed, duplicates } = this.#state;
    const before = browsed.value?.query.dataset === query.dataset ? browsed.value : null;
    const isSame = before !== null && what === this.#what;
    if (!isSame) this.#changes = [];
    if (!isSame || JSON.stringify(before.query) !== JSON.stringify(query)) duplicates.value = null;
    const number = ++this.#number;
    [this.#asked, this.#what, this.#stale] = [asked, what, false];
    this.#undoable = null;
    // Of a set that was imported again since, nothing is known any more.
    const revision = (before?.revision ?? 0) + (isSame ? 0 : 1);
    browsed.value = { ...NOTHING, ...(isSame ? before : null), query, revision, doing: 'looking' };
    this.#state.reading.value = null;
    const found = await trainer.findInSet(query);
    this.#state.reading.value = null;
    if (number !== this.#number) return DONE;
    if (found.ok) this.#undoable = found.value.undoable;
    else this.#asked = '';
    batch(() => {
      this.#now({ found: found.ok ? found.value : null, doing: null });
      this.#offer();
    });
    if (!found.ok) return found;
    return this.#facts(trainer, query, number);
  }

  /**
   * Offers to undo what the store can, from before a reload too. Not while changes are on their way, nor
   * after one that was made since the question: the answer may be of before or after.
   */
  #offer(): void {
    if (this.#undoable === null || this.#newest !== null || this.#stale) return;
    const changes = this.#changes;
    const all = withStored(changes, this.#undoable);
    this.#undoable = null;
    if (!all) return;
    changes.splice(0, changes.length, ...all);
    const last = all.at(-1);
    if (last) this.#say(changes, `Earlier: ${last.said}`);
    else this.#now({ changed: null });
  }

  /** Another one where the set of this id was imported again with other words. */
  #whatIs(id: string): string {
    const listed = this.#state.datasets.value.find((one) => one.id === id);
    return listed ? `${listed.fingerprint} ${listed.words ?? ''}` : '';
  }

  /** What stands beside the pictures: words of those found, classes and size of the whole set. */
  async #facts(trainer: Trainer, query: PicturesQuery, number: number): Promise<Result<unknown>> {
    const words = await trainer.wordsOf(query);
    if (number !== this.#number) return DONE;
    this.#now({ words: words.ok ? words.value : null });
    const classes = await trainer.classesOf(query.dataset);
    const bytes = await trainer.sizeOnDisk(query.dataset);
    if (number !== this.#number) return DONE;
    this.#now({
      classes: classes.ok ? classes.value : null,
      bytes: bytes.ok ? bytes.value : null,
    });
    return [words, classes, bytes].find(({ ok }) => !ok) ?? DONE;
  }

  /** How many of the found pictures an edit of one word changes: they have it, or have an added one not. */
  async affected(trainer: Trainer, edit: CaptionEdit): Promise<Result<number>> {
    const browsed = this.#state.browsed.value;
    const here = browsed?.found?.indices ?? new Uint32Array();
    if (!browsed || !('word' in edit)) return { ok: true, value: here.length };
    const having = await trainer.findInSet({ ...browsed.query, word: edit.word, order: 'stored' });
    if (!having.ok) return having;
    const shown = new Set(here);
    const have = having.value.indices.filter((index) => shown.has(index)).length;
    return { ok: true, value: edit.kind === 'add-word' ? here.length - have : have };
  }

  /** Edits captions. Answers how many have changed. */
  edit(trainer: Trainer, indices: Indices, edit: CaptionEdit): Promise<Result<unknown>> {
    return this.#change(trainer, async (dataset, changes) => {
      const edited = await trainer.editCaptions({ dataset, indices, edit });
      if (!edited.ok) return edited;
      const { info, changed } = edited.value;
      if (changed > 0) this.#keep(changes, captionsChanged(changed), { edit: true });
      return { ok: true, value: changed > 0 ? info : null };
    });
  }

  /** Gives a picture another square of its file; `square` null: that of the import. */
  async cut(trainer: Trainer, index: number, square: PictureSquare | null): Promise<Result<true>> {
    const done = await this.#change(trainer, async (dataset, changes) => {
      const cut = await trainer.cutSquare({ dataset, index, square });
      if (!cut.ok) return cut;
      const { info, changed } = cut.value;
      if (changed > 0) this.#keep(changes, squaresMoved(changed), { edit: true });
      return { ok: true, value: changed > 0 ? info : null };
    });
    return done.ok ? { ok: true, value: true } : done;
  }

  /** The whole picture that a square was cut of; absent where its file is not at hand. */
  async original(trainer: Trainer, of: OriginalAsked): Promise<Result<Original | 'absent'>> {
    const found = await trainer.originalOf(of);
    return found.ok ? { ok: true, value: found.value ?? 'absent' } : found;
  }

  /** Leaves pictures out; refused where none would stay. */
  remove(trainer: Trainer, indices: Indices): Promise<Result<unknown>> {
    return this.#change(trainer, (dataset, changes) =>
      this.#without(trainer, dataset, indices, () =>
        this.#keep(changes, counted(indices.length, 'picture', 'removed'), { restore: indices }),
      ),
    );
  }

  restore(trainer: Trainer, indices: Indices): Promise<Result<unknown>> {
    return this.#change(trainer, async (dataset, changes) => {
      const restored = await trainer.restoreToSet({ dataset, indices });
      if (restored.ok)
        this.#keep(changes, counted(indices.length, 'picture', 'restored'), { remove: indices });
      return restored;
    });
  }

  async #without(
    trainer: Trainer,
    dataset: string,
    indices: Indices,
    done: () => void,
  ): Promise<Result<DatasetInfo>> {
    const removed = await trainer.removeFromSet({ dataset, indices });
    if (!removed.ok) return removed;
    if (!removed.value) return { ok: false, fault: keepsOne() };
    done();
    return { ok: true, value: removed.value };
  }

  /** Undoes the last change of the set that is shown; one that fails stays, to be tried again. */
  undo(trainer: Trainer): Promise<Result<unknown>> {
    return this.#change(trainer, async (dataset, changes) => {
      const last = changes.at(-1);
      if (!last) return { ok: true, value: null };
      const { undo, said } = last;
      const undone = (): void => {
        changes.pop();
        this.#say(changes, `Undone: ${said}`);
      };
      if ('restore' in undo) {
        const restored = await trainer.restoreToSet({ dataset, indices: undo.restore });
        if (restored.ok) undone();
        return restored;
      }
      if ('remove' in undo) return this.#without(trainer, dataset, undo.remove, undone);
      const edited = await trainer.undoEdit(dataset);
      if (!edited.ok) return edited;
      if (edited.value.changed > 0) {
        undone();
        return { ok: true, value: edited.value.info };
      }
      // The store keeps no captions and squares of before any more.
      const others = changes.filter((change) => !('edit' in change.undo));
      changes.splice(0, changes.length, ...others);
      this.#say(changes, `Cannot be undone: ${said}`);
      return { ok: true, value: null };
    });
  }

  /**
   * Makes a change after those that are on their way. `work` answers the set as it is then, or null where it
   * is as before; `changes` are those of the set, which may be shown no more by then.
   */
  #change(
    trainer: Trainer,
    work: (dataset: string, changes: Change[]) => Promise<Result<DatasetInfo | null>>,
  ): Promise<Result<unknown>> {
    const { browsed, duplicates } = this.#state;
    const asked = browsed.value?.query.dataset;
    if (asked === undefined) return Promise.resolve(DONE);
    const changes = this.#changes;
    const mine = (this.#newest = {});
    const made = this.#made.then(async () => {
      const dataset = this.#idNow(asked);
      this.#doing(changes, 'changing');
      const result = await work(dataset, changes).finally(() => {
        if (this.#newest === mine) this.#newest = null;
      });
      batch(() => {
        this.#doing(changes, null);
        if (result.ok && result.value) this.#changed(dataset, result.value);
        this.#offer();
      });
      const compares = result.ok && changes === this.#changes && duplicates.value;
      return compares ? this.findDuplicates(trainer, compares) : result;
    });
    this.#made = made.catch(() => undefined);
    return made;
  }

  /** Shows what is done with the set whose changes these are, where it is the one that is shown. */
  #doing(changes: readonly Change[], doing: Browsed['doing']): void {
    if (changes === this.#changes) this.#now({ doing });
  }

  /** The id under which a set is listed that had this one: a set may be imported again under it. */
  #idNow(id: string): string {
    const next = this.#became.get(id);
    const isListed = this.#state.datasets.value.some((one) => one.id === id);
    return next === undefined || isListed ? id : this.#idNow(next);
  }

  #changed(before: string, info: DatasetInfo): void {
    const { browsed, datasets } = this.#state;
    this.#stale = true;
    // A set may get back an id that it had.
    this.#became.delete(info.id);
    if (info.id !== before) this.#became.set(before, info.id);
    datasets.value = datasets.value.map((one) => (one.id === before ? info : one));
    if (browsed.value?.query.dataset === before) {
      const query = { ...browsed.value.query, dataset: info.id };
      this.#what = this.#whatIs(info.id);
      this.#now({ query, revision: browsed.value.revision + 1 });
    }
    this.#becomes(before, info);
  }

  #keep(changes: Change[], said: string, undo: Change['undo']): void {
    changes.push({ said, undo });
    this.#say(changes, said);
  }

  /** Says it of the set whose changes these are, where it is the one that is shown. */
  #say(changes: readonly Change[], said: string): void {
    if (changes === this.#changes)
      this.#now({ changed: { said, undoable: changes.map((change) => change.said) } });
  }

  #now(changes: Partial<Browsed>): void {
    const { browsed } = this.#state;
    if (browsed.value) browsed.value = { ...browsed.value, ...changes };
  }

  /** Groups of pictures that are alike, shown in the place of all; those before stay until the answer. */
  async findDuplicates(
    trainer: Trainer,
    { kind, distance }: Pick<Duplicates, 'kind' | 'distance'>,
  ): Promise<Result<unknown>> {
    const { browsed, duplicates } = this.#state;
    const dataset = browsed.value?.query.dataset;
    if (dataset === undefined) return DONE;
    const before = duplicates.value;
    const mine: Duplicates = { kind, distance, found: before?.found ?? null, looking: true };
    duplicates.value = mine;
    this.#state.reading.value = null;
    const found = await trainer.duplicatesIn({ dataset, kind, distance });
    this.#state.reading.value = null;
    // Another search, or none any more.
    if (duplicates.value !== mine) return DONE;
    duplicates.value = found.ok ? { ...mine, found: found.value, looking: false } : null;
    return found;
  }

  /** Downloads the captions of the set that is shown. */
  async export(trainer: Trainer, form: 'metadata.jsonl' | 'txt'): Promise<Result<unknown>> {
    const dataset = this.#state.browsed.value?.query.dataset;
    if (dataset === undefined) return DONE;
    const exported = await trainer.exportCaptions({ dataset, form });
    if (exported.ok) await download(exported.value, exported.value.name);
    return exported;
  }

  /** The pictures of a set that are nearest to a sample, the nearest first; null where it was stopped. */
  async nearest(
    trainer: Trainer,
    { dataset, ...sample }: Parameters<TrainerApi['nearestIn']>[0],
  ): Promise<Result<ShownNear[] | null>> {
    this.#state.reading.value = null;
    const near = await trainer.nearestIn({ dataset, ...sample });
    this.#state.reading.value = null;
    if (!near.ok || !near.value) return near.ok ? { ok: true, value: null } : near;
    const indices = Uint32Array.from(near.value, ({ index }) => index);
    const tiles = await trainer.tilesOf({ dataset, indices, edge: NEAR_EDGE });
    if (!tiles.ok) return tiles;
    const notes = await trainer.notesOf({ dataset, indices });
    const shown = near.value.map((one, index) => ({
      ...one,
      picture: { preview: tiles.value, index },
      fileName: (notes.ok ? notes.value[index]?.fileName : null) ?? '',
    }));
    return { ok: true, value: shown };
  }

  /** Single pictures of a set on one sheet, in the order of their numbers. */
  tiles(trainer: Trainer, dataset: string, indices: Indices, edge: number): Promise<Result<Preview>> {
    return trainer.tilesOf({ dataset, indices, edge });
  }

  notes(trainer: Trainer, dataset: string, indices: Indices): Promise<Result<PictureNote[]>> {
    return trainer.notesOf({ dataset, indices });
  }
}

const NOTHING: Omit<Browsed, 'query'> = {
  ...{ found: null, doing: null, words: null, classes: null, bytes: null, changed: null, revision: 0 },
};
