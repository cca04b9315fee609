// The set that one looks through: opened once, and anew where it was changed since. What was computed of its
// pixels stays as long as they do. Not here: what is computed (the files beside this one).
import { FaultError } from '../../fault.ts';
import { PACKED_SETS } from '../packed-sets.ts';
import { openStored } from '../open-stored.ts';
import { missing } from '../picture-store.ts';
import { openPictures } from '../sets.ts';
import { SHAPES } from '../shapes.ts';
import { type BrowsedSet, browsedBuiltIn, browsedOwn } from './browsed-set.ts';

/** Edge at which pictures are looked at that are drawn at any size. */
const DRAWN_SIZE = 64;

/** What was computed of a set's pixels, by name. */
type Computed = Map<string, Promise<unknown>>;

interface Open {
  set: BrowsedSet;
  isCurrent(): Promise<boolean>;
}

/** Whether a set comes with the app. */
export const isBuiltIn = (id: string): boolean =>
  id === SHAPES.id || PACKED_SETS.some(({ info }) => info.id === id);

export class OpenSet {
  #open: Open | null = null;
  #computed: { pixels: string; values: Computed } = { pixels: '', values: new Map() };

  /** Throws FaultError kind `data` where there is no such set. */
  async of(id: string): Promise<BrowsedSet> {
    // Asked for by an id that it had before, another set may have this id by now.
    if (this.#open?.set.info.id === id && (await this.#open.isCurrent())) return this.#open.set;
    this.#open = isBuiltIn(id) ? await openBuiltIn(id) : await openOwn(id);
    return this.#open.set;
  }

  /** What `compute` makes of a set's pixels: once while it is the one that is looked through. */
  async computed<T>(set: BrowsedSet, name: string, compute: () => Promise<T>): Promise<T> {
    if (this.#computed.pixels !== set.pixels) this.#computed = { pixels: set.pixels, values: new Map() };
    const { values } = this.#computed;
    const value = (values.get(name) as Promise<T> | undefined) ?? compute();
    values.set(name, value);
    // What failed is tried again by the next call.
    value.catch(() => values.delete(name));
    return value;
  }
}

async function openBuiltIn(id: string): Promise<Open> {
  const size =
    id === SHAPES.id ? DRAWN_SIZE : (PACKED_SETS.find(({ info }) => info.id === id)?.info.storedSize ?? 0);
  const set = await openPictures(id, { imageSize: size, maxImages: Infinity });
  return { set: browsedBuiltIn(set), isCurrent: () => Promise.resolve(true) };
}

async function openOwn(id: string): Promise<Open> {
  const opened = await openStored(id);
  if (!opened) throw new FaultError(missing(id));
  return { set: browsedOwn(opened), isCurrent: opened.isCurrent };
}
