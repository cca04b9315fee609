// The view Pictures: what is looked for, and the pictures that were found, or those that are alike. Not here:
// the set as a whole and what can be done with it (browse-side.tsx), one picture (picture-dialog.tsx).
import { useEffect } from 'preact/hooks';
import { preparingText } from '../page-state/preparing.ts';
import { useApp } from '../page-state/app-context.ts';
import { filters, lookFor, queryOf, seenSize } from '../page-state/browsing.ts';
import type { Browsed } from '../../app/state.ts';
import type { DatasetInfo, PicturesQuery } from '../../trainer/api.ts';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { Segments } from '../controls/segments.tsx';
import { count, pictures } from '../format.ts';
import { Changed } from './changed.tsx';
import { DuplicateGroups } from './duplicate-groups.tsx';
import { FindBar } from './find-bar.tsx';
import { TileGrid } from './tile-grid.tsx';

/** The main part of the view. */
export function Browse() {
  const { state, browsing } = useApp();
  const info = browsing.set.value;
  const now = state.runState.value;
  useLooking();
  return (
    <>
      <h1 class="vh">Pictures</h1>
      {info && now !== 'elsewhere' ? (
        <section class="browse" aria-label={`Pictures of ${info.title}`}>
          <FindBar info={info} />
          <Busy />
          {state.duplicates.value ? <DuplicateGroups info={info} /> : <Found info={info} />}
        </section>
      ) : (
        <div class="own">
          <p>{now === 'starting' ? `${preparingText(state)}.` : NOT_HERE}</p>
        </div>
      )}
    </>
  );
}

const NOT_HERE = 'Perennial is open in another tab: look at the pictures there, or press Use here in Train.';

/** Asks for what the fields say; not while a picture is open, so that the ones around it stay. */
function useLooking(): void {
  const { commands, browsing, state } = useApp();
  const query = queryOf(browsing);
  const isOpen = browsing.opened.value !== null;
  const revision = state.browsed.value?.revision;
  // They are listed anew by each trainer that starts, which has been asked for nothing yet.
  const sets = state.datasets.value;
  useEffect(() => {
    if (!query || isOpen) return;
    // While somebody types, the answer to a part of a word is of no use.
    const timer = setTimeout(() => commands.browse(query), query.search === '' ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [commands, JSON.stringify(query), isOpen, revision, sets]);
}

const TYPING_MS = 200;

function Busy() {
  const { state } = useApp();
  const doing = state.browsed.value?.doing ?? null;
  const { done, total } = state.reading.value ?? { done: 0, total: null };
  if (state.duplicates.value?.looking)
    return <ProgressBar label="Comparing the pictures" done={done} total={total} />;
  if (doing === null) return <div class="loading idle" />;
  if (doing === 'looking') return <ProgressBar label="Looking for pictures" done={done} total={total} />;
  return <ProgressBar label="Changing the set" done={0} total={null} />;
}

function Found({ info }: { info: DatasetInfo }) {
  const { state } = useApp();
  const { value } = state.browsed;
  const browsed = value?.query.dataset === info.id ? value : null;
  const found = browsed?.found ?? null;
  return (
    <>
      <div class="head">
        <p class="quiet" role="status" aria-label="Pictures found">
          {browsed && found && howMany(browsed, found)}
        </p>
        <Changed />
        {browsed && found && !info.builtIn && <OfAllShown query={browsed.query} indices={found.indices} />}
        <Pixels info={info} />
      </div>
      {browsed && found && found.indices.length > 0 ? (
        <TileGrid info={info} indices={found.indices} revision={browsed.revision} />
      ) : (
        <Nothing browsed={browsed?.doing === 'looking' ? null : browsed} />
      )}
    </>
  );
}

/** "812 pictures", "31 of 812 pictures, 4 removed" */
function howMany({ query }: Browsed, { indices, of, removed }: NonNullable<Browsed['found']>): string {
  const shown = indices.length;
  if (query.only === 'removed') return `${count(shown)} of ${count(removed)} removed pictures`;
  const all = pictures(of);
  const left = removed > 0 ? `, ${count(removed)} removed` : '';
  return (shown === of ? all : `${count(shown)} of ${all}`) + left;
}

/** Removes the pictures that some filter leaves, or restores those that are removed; nothing for all. */
function OfAllShown({ query, indices }: { query: PicturesQuery; indices: Uint32Array<ArrayBuffer> }) {
  const { commands } = useApp();
  if (indices.length === 0 || !filters(query)) return null;
  const isRemoved = query.only === 'removed';
  const change = (): Promise<void> =>
    isRemoved ? commands.restorePictures(indices) : commands.removePictures(indices);
  return (
    <button class="btn s" type="button" onClick={() => void change()}>
      {isRemoved ? 'Restore' : 'Remove'} these {count(indices.length)}
    </button>
  );
}

/** Whether tiles show what the model sees or what is stored; nothing where both are the same. */
function Pixels({ info }: { info: DatasetInfo }) {
  const { state, browsing } = useApp();
  const { asStored } = browsing;
  const seen = seenSize(state, info);
  const { storedSize } = info;
  if (seen === storedSize)
    return (
      <p class="quiet end">
        {seen} × {seen} pixels, as the model sees them
      </p>
    );
  return (
    <Segments
      label="Pixels of a picture"
      class="end"
      chosen={asStored.value ? 'stored' : 'seen'}
      choices={[
        ['seen', `Model’s ${seen} px`, `${seen} × ${seen} pixels, as the model sees the pictures`],
        [
          'stored',
          `Stored ${storedSize} px`,
          `${storedSize} × ${storedSize} pixels, as the pictures are stored`,
        ],
      ]}
      onChoose={(choice) => (asStored.value = choice === 'stored')}
    />
  );
}

/** In the place of the tiles. `browsed` null: the pictures are still being looked for. */
function Nothing({ browsed }: { browsed: Browsed | null }) {
  const { commands, browsing } = useApp();
  const isFiltered = browsed !== null && filters(browsed.query);
  const clear = (): void => lookFor(browsing, { search: '', word: null, className: null, only: 'all' });
  return (
    <div class="own none">
      <p>{browsed ? sentenceFor(browsed) : 'Looking for pictures.'}</p>
      {browsed && !browsed.found && (
        <button class="btn" type="button" onClick={() => commands.browse(browsed.query)}>
          Try again
        </button>
      )}
      {browsed?.found && isFiltered && (
        <button class="btn" type="button" onClick={clear}>
          Show all pictures
        </button>
      )}
    </div>
  );
}

function sentenceFor({ found, query }: Browsed): string {
  if (!found) return 'These pictures cannot be read.';
  const others = { ...query, only: 'all' as const };
  if (filters(others)) return 'No picture fits what you look for.';
  switch (query.only) {
    case 'without-caption':
      return 'Every picture has a caption.';
    case 'enlarged':
      return 'No picture was enlarged: every file had at least the pixels that are stored.';
    case 'removed':
      return 'No picture was removed.';
    case 'all':
      return 'This set has no pictures.';
  }
}
