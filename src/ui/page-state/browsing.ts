// What the user looks for among the pictures of a set: the set, the filters, the order; which picture is
// open, which are ticked. A reload forgets it. Not here: the answer (state.browsed), the fields (browse/).
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { State } from '../../app/state.ts';
import type { DatasetInfo, PicturesQuery } from '../../trainer/api.ts';

/** How like one another pictures have to be. */
export interface Likeness {
  kind: 'exact' | 'near';
  /** Of `near`: the bits of 64 in which they may differ, 0..10. */
  distance: number;
}

export interface Browsing {
  /** Id of the set that the user chose here; null: that of the run, else of the form. */
  chosen: Signal<string | null>;
  /** The set that is looked at; null until the sets are listed. */
  set: ReadonlySignal<DatasetInfo | null>;
  /** As typed. */
  search: Signal<string>;
  word: Signal<string | null>;
  className: Signal<string | null>;
  only: Signal<PicturesQuery['only']>;
  order: Signal<PicturesQuery['order']>;
  /** Tiles have the pixels that are stored, in place of those that the model sees. */
  asStored: Signal<boolean>;
  /** Place, in the found pictures, of the tile that Tab reaches. */
  place: Signal<number>;
  /** Rises with each other question: its answer is read from the top. */
  turn: Signal<number>;
  /** Place of the picture that is open; null: none. */
  opened: Signal<number | null>;
  likeness: Signal<Likeness>;
  /** Numbers of the duplicates that are ticked to be removed. */
  ticked: Signal<ReadonlySet<number>>;
}

/** All pictures of a set, as stored. */
export const allOf = (dataset: string): PicturesQuery => ({
  ...{ dataset, search: '', word: null, className: null, only: 'all', order: 'stored' },
});

/** What the fields ask for; null while no set is known. */
export function queryOf(browsing: Browsing): PicturesQuery | null {
  const { set, search, word, className, only, order } = browsing;
  if (!set.value) return null;
  return {
    ...{ dataset: set.value.id, search: search.value.trim(), word: word.value },
    ...{ className: className.value, only: only.value, order: order.value },
  };
}

/** Whether the fields leave any picture out, but for those that are removed. */
export const filters = ({ search, word, className, only }: PicturesQuery): boolean =>
  search !== '' || word !== null || className !== null || only !== 'all';

/** Asks for other pictures: these fields change, the others stay. */
export function lookFor(browsing: Browsing, changes: Partial<Omit<PicturesQuery, 'dataset'>>): void {
  batch(() => {
    const { search, word, className, only, order } = browsing;
    if (changes.search !== undefined) search.value = changes.search;
    if (changes.word !== undefined) word.value = changes.word;
    if (changes.className !== undefined) className.value = changes.className;
    if (changes.only !== undefined) only.value = changes.only;
    if (changes.order !== undefined) order.value = changes.order;
    startOver(browsing);
  });
}

/** Looks at another set. Its words and classes are its own. */
export function lookAt(browsing: Browsing, dataset: string): void {
  batch(() => {
    browsing.chosen.value = dataset;
    browsing.word.value = browsing.className.value = null;
    startOver(browsing);
  });
}

function startOver({ place, turn, ticked }: Browsing): void {
  place.value = 0;
  turn.value += 1;
  ticked.value = new Set();
}

/** The edge of a picture of the set as the run's model has it, without a run that of the form. */
export function seenSize({ run, form }: Pick<State, 'run' | 'form'>, { storedSize }: DatasetInfo): number {
  return Math.min(storedSize, run.value?.config.imageSize ?? form.value.imageSize);
}

/** The fields as they open. Call it once per page: they follow the state for good. */
export function createBrowsing(state: State): Browsing {
  const chosen = signal<string | null>(null);
  const listed = (id: string | null | undefined): DatasetInfo | undefined =>
    state.datasets.value.find((one) => one.id === id);
  const set = computed(
    () =>
      listed(chosen.value) ??
      listed(state.run.value?.dataset.id) ??
      listed(state.form.value.dataset) ??
      state.datasets.value[0] ??
      null,
  );
  const browsing: Browsing = {
    ...{ chosen, set, search: signal(''), word: signal<string | null>(null) },
    className: signal<string | null>(null),
    only: signal<PicturesQuery['only']>('all'),
    order: signal<PicturesQuery['order']>('stored'),
    ...{ asStored: signal(false), place: signal(0), turn: signal(0) },
    opened: signal<number | null>(null),
    likeness: signal<Likeness>({ kind: 'near', distance: 4 }),
    ticked: signal<ReadonlySet<number>>(new Set()),
  };
  followChanges(state, browsing);
  untickOthers(state, browsing);
  return browsing;
}

/**
 * Where the set that is looked at is listed no more: what it has become by a change, or by pictures that were
 * added. Words and classes belong to one set: another one starts without.
 */
function followChanges({ browsed, datasets, form }: State, { chosen, set, word, className }: Browsing): void {
  const isListed = (id: string | undefined): boolean => datasets.value.some((one) => one.id === id);
  let shown: string | undefined;
  let looked: string | undefined;
  effect(() => {
    const next = browsed.value?.query.dataset;
    const isChanged = shown !== undefined && shown === looked && !isListed(shown) && isListed(next);
    looked = next;
    if (isChanged) chosen.value = next ?? null;
    else if (chosen.value !== null && !isListed(chosen.value))
      chosen.value = [next, form.value.dataset].find(isListed) ?? null;
    const now = set.value?.id;
    if (shown !== undefined && now !== shown && !isChanged) word.value = className.value = null;
    shown = now;
  });
}

/** Ticks are of the groups that are shown: with others, or those of another set, they are gone. */
function untickOthers({ duplicates }: State, { set, ticked }: Browsing): void {
  const shown = computed(() => duplicates.value?.found ?? null);
  const dataset = computed(() => set.value?.id);
  effect(() => {
    void shown.value;
    void dataset.value;
    ticked.value = new Set();
  });
}
