// Looking through a set of pictures and changing it: what the view "Pictures" asks for. Read this file first:
// it says which file answers what. In a worker. Not here: the commands of the page (trainer/api.ts).
import { type Fault, FaultError } from '../../fault.ts';
import type { DatasetInfo } from '../api.ts';
import type {
  CaptionEdit,
  ClassCount,
  DuplicateGroups,
  Edited,
  FoundIndices,
  NearPicture,
  Original,
  PictureNote,
  PictureSquare,
  PicturesQuery,
  WordCount,
} from '../browse-api.ts';
import type { ContactSheet } from '../contact-sheet.ts';
import { changeCaptions, undoEdit } from '../edit-captions.ts';
import { removeNumbers, restoreNumbers } from '../edit-pictures.ts';
import { changeSquare } from '../edit-squares.ts';
import { openStored } from '../open-stored.ts';
import { missing } from '../picture-store.ts';
import type { Source } from '../sources/source.ts';
import { sharpnessOf } from './blur.ts';
import type { BrowsedSet } from './browsed-set.ts';
import { captionChange } from './caption-change.ts';
import { countClasses, countWords } from './count.ts';
import { exactDuplicates, hashesOf, nearDuplicates } from './duplicates.ts';
import { type CaptionForm, captionsFile } from './export-captions.ts';
import { findNumbers, type Pause, sortedBy, sourceEdge } from './find.ts';
import { greyIndex, greyOfRgba, nearestTo } from './nearest.ts';
import { isBuiltIn, OpenSet } from './open-set.ts';
import { cutFrom, FoundFile, originalOf, type Search } from './originals.ts';
import type { Reader } from './read-pictures.ts';
import { notesOf, tilesOf } from './tiles.ts';

/** Of what is read to its end. */
const NEVER = new AbortController().signal;

/** Most bits by which near duplicates differ. */
const MOST_DISTANCE = 10;

type Indices = Uint32Array<ArrayBuffer>;
type Sources = readonly Source[];

/** Each method throws FaultError kind `data` where the set is not there, or no set of the user's. */
export class Browse {
  readonly #open = new OpenSet();
  readonly #file = new FoundFile();
  readonly #pause: Pause;
  readonly #onRead: Reader['onRead'];
  /** Ends the comparing that is under way. */
  #comparing = new AbortController();
  /** Ends when the newest change has ended: changes take turns. */
  #changing: Promise<unknown> = Promise.resolve();

  /**
   * `pause`: lets other work of this thread go on, again and again while something takes long. `onRead`:
   * called again and again while a whole set is read, with the pictures that are.
   */
  constructor(pause: Pause, onRead: Reader['onRead'] = () => undefined) {
    this.#pause = pause;
    this.#onRead = onRead;
  }

  find({ dataset, order, ...conditions }: PicturesQuery): Promise<FoundIndices> {
    return this.#looking(dataset, async (set) => {
      const found = await findNumbers(set, conditions, this.#pause);
      const { stored, info, undoable } = set;
      const indices = await this.#ordered(set, found, order);
      return { indices, of: info.count, removed: stored - info.count, undoable };
    });
  }

  async #ordered(set: BrowsedSet, found: Indices, order: PicturesQuery['order']): Promise<Indices> {
    if (order === 'stored') return found;
    if (order === 'smallest-source') return sortedBy(found, (number) => sourceEdge(set, number));
    const sharpness = await this.#open.computed(set, 'sharpness', () =>
      sharpnessOf(set, this.#reader(NEVER)),
    );
    return sortedBy(found, (number) => sharpness[number] ?? 0);
  }

  tiles(request: { dataset: string; indices: Indices; edge: number }): Promise<ContactSheet> {
    return this.#looking(request.dataset, (set) => tilesOf(set, request.indices, request.edge));
  }

  notes({ dataset, indices }: { dataset: string; indices: Indices }): Promise<PictureNote[]> {
    return this.#looking(dataset, (set) => notesOf(set, indices));
  }

  words({ dataset, order: _, ...conditions }: PicturesQuery): Promise<WordCount[]> {
    return this.#looking(dataset, async (set) =>
      countWords(set, await findNumbers(set, conditions, this.#pause), this.#pause),
    );
  }

  classes(dataset: string): Promise<ClassCount[]> {
    return this.#looking(dataset, async (set) => countClasses(set, await this.#all(set), this.#pause));
  }

  duplicates(request: {
    dataset: string;
    kind: 'exact' | 'near';
    distance: number;
  }): Promise<DuplicateGroups> {
    return this.#looking(request.dataset, async (set) => {
      const all = await this.#all(set);
      if (request.kind === 'exact') return exactDuplicates(set, all);
      const hashes = await this.#open.computed(set, 'hashes', () => hashesOf(set, this.#reader(NEVER)));
      const distance = Math.max(0, Math.min(MOST_DISTANCE, Math.floor(request.distance)));
      return nearDuplicates(set, all, hashes, distance, this.#pause);
    });
  }

  /** `rgba`: [size, size, 4]. Null where it was stopped. */
  nearest(request: {
    dataset: string;
    rgba: Uint8ClampedArray;
    size: number;
    count: number;
  }): Promise<NearPicture[] | null> {
    return this.#looking(request.dataset, async (set) => {
      const index = await this.#greyIndexOf(set, this.#comparing.signal);
      if (!index) return null;
      return nearestTo(greyOfRgba(request.rgba, request.size), index, await this.#all(set), request.count);
    });
  }

  /** Null where it was stopped. */
  async #greyIndexOf(set: BrowsedSet, signal: AbortSignal): Promise<Uint8Array | null> {
    for (;;) {
      try {
        return await this.#open.computed(set, 'grey', () => greyIndex(set, this.#reader(signal)));
      } catch (error) {
        if (signal.aborted) return null;
        // What was stopped may have been asked for once before, and this have waited for it.
        if (!(error instanceof DOMException) || error.name !== 'AbortError') throw error;
      }
    }
  }

  /** What is looking for the nearest pictures answers null soon. */
  stopComparing(): void {
    this.#comparing.abort();
    this.#comparing = new AbortController();
  }

  #reader(signal: AbortSignal): Reader {
    return { onRead: this.#onRead, signal };
  }

  exportCaptions({ dataset, form }: { dataset: string; form: CaptionForm }): Promise<File> {
    return this.#looking(dataset, async (set) => captionsFile(set, await this.#all(set), form));
  }

  editCaptions(request: { dataset: string; indices: Indices; edit: CaptionEdit }): Promise<Edited> {
    const { dataset, indices, edit } = request;
    return this.#change(dataset, () => changeCaptions(dataset, indices, captionChange(edit)));
  }

  undoEdit(dataset: string): Promise<Edited> {
    return this.#change(dataset, () => undoEdit(dataset));
  }

  /** The whole picture, from the files of `sources`; null where its file is not among them. */
  original(
    { dataset, index }: { dataset: string; index: number },
    sources: Sources,
    search?: Search,
  ): Promise<Original | null> {
    return this.#looking(dataset, (set) => originalOf(set, index, sources, this.#file, search));
  }

  /** `square`: null, that of the import. */
  cutSquare(
    { dataset, index, square }: { dataset: string; index: number; square: PictureSquare | null },
    sources: Sources,
  ): Promise<Edited> {
    return this.#change(dataset, async () => {
      const cut =
        square && (await this.#looking(dataset, (set) => cutFrom(set, index, square, sources, this.#file)));
      return changeSquare(dataset, index, cut);
    });
  }

  /** Null where no picture would be left: nothing is changed. */
  remove({ dataset, indices }: { dataset: string; indices: Indices }): Promise<DatasetInfo | null> {
    return this.#change(dataset, () => removeNumbers(dataset, indices));
  }

  restore({ dataset, indices }: { dataset: string; indices: Indices }): Promise<DatasetInfo> {
    return this.#change(dataset, () => restoreNumbers(dataset, indices));
  }

  /** Bytes that a set takes on this computer; of a built-in one those that were fetched for it. */
  async size(dataset: string): Promise<number> {
    if (isBuiltIn(dataset)) return this.#looking(dataset, ({ info }) => info.download ?? 0);
    const opened = await openStored(dataset);
    if (!opened) throw new FaultError(missing(dataset));
    return opened.bytes();
  }

  /** Numbers of all pictures that are not removed. */
  #all(set: BrowsedSet): Promise<Indices> {
    return findNumbers(set, { search: '', word: null, className: null, only: 'all' }, this.#pause);
  }

  async #looking<T>(dataset: string, look: (set: BrowsedSet) => T | Promise<T>): Promise<T> {
    const set = await this.#open.of(dataset);
    try {
      return await look(set);
    } catch (error) {
      if (error instanceof DOMException) throw new FaultError(missing(dataset, set.info.title));
      throw error;
    }
  }

  async #change<T>(dataset: string, change: () => Promise<T>): Promise<T> {
    if (isBuiltIn(dataset)) throw new FaultError(notChanged(dataset));
    const changed = this.#changing.then(change, change);
    this.#changing = changed;
    return changed;
  }
}

const notChanged = (id: string): Fault => ({
  kind: 'data',
  title: 'Pictures that come with the app cannot be changed',
  what: 'They are the same for everybody. Nothing was changed.',
  expected: 'a set of pictures that you imported',
  got: id,
  todo: ['Import pictures of your own to change them.'],
});
