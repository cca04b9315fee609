// The pictures that were found, as a grid that scrolls: only the rows near the view exist, and are asked for.
// One stop of the Tab key; arrow keys, Home, End, Page Up and Page Down move inside. Not here: a row
// (tile-row.tsx), which rows exist (tile-window.ts).
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DatasetInfo, PictureNote } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { seenSize } from '../page-state/browsing.ts';
import { count } from '../format.ts';
import type { SheetTile } from '../pictures/paint-tiles.ts';
import { placeAfter } from '../pictures/place-after.ts';
import { ByIndex } from './by-index.ts';
import { TileRow } from './tile-row.tsx';
import {
  asWanted,
  type GridShape,
  gridShape,
  placesOf,
  rowsInView,
  rowsThatExist,
  topShowing,
} from './tile-window.ts';
import { useSize } from './use-size.ts';

/** Rows whose pictures are asked for at once. */
const ROWS_AT_ONCE = 4;
/** Notes that are kept, and pictures of up to 104 pixels. */
const KEPT = 1500;
/** Bytes of the pictures that are kept. */
const KEPT_BYTES = 64 * 2 ** 20;

interface Props {
  info: DatasetInfo;
  /** Numbers of the found pictures, 1 or more. */
  indices: Uint32Array;
  /** Rises when notes may have changed. */
  revision: number;
}

/** Fills its place on the page, and scrolls inside of it. */
export function TileGrid({ info, indices, revision }: Props) {
  const { browsing, state } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const { width, height } = useSize(box);
  const size = browsing.asStored.value ? info.storedSize : seenSize(state, info);
  const shape = gridShape(width, devicePixelRatio || 1, size, indices.length);
  const { pitch } = shape;
  useFromTheTop(box);
  return (
    <div
      class="tiles"
      ref={box}
      onScroll={(event) => setTop(Math.floor(event.currentTarget.scrollTop / pitch) * pitch)}
    >
      {width > 0 && <Rows {...{ info, indices, revision, box, shape, top, height }} />}
    </div>
  );
}

interface RowsProps extends Props {
  /** What scrolls. */
  box: RefObject<HTMLElement | null>;
  shape: GridShape;
  /** Where the first row in view begins, and the height of the view, in CSS pixels. */
  top: number;
  height: number;
}

function Rows({ info, indices, revision, box, shape, top, height }: RowsProps) {
  const { browsing } = useApp();
  const { pitch, rows } = shape;
  const { columns } = shape.tiles;
  const at = Math.min(browsing.place.value, indices.length - 1);
  const rowOf = (place: number): number => Math.floor(place / columns);
  const placesIn = (row: number): number[] => placesOf(row, columns, indices.length);
  // A row more than fits: the first one may be cut.
  const view = rowsInView({ top, height: height + pitch, pitch, rows });
  const exist = rowsThatExist(view, rows, rowOf(at));
  const known = useKnown(info.id, shape.edge, revision);
  useEffect(() => {
    const wanted = asWanted(exist, view).flatMap(placesIn);
    known.want(
      wanted.map((place) => indices[place] ?? 0),
      ROWS_AT_ONCE * columns,
    );
  });
  const goTo = useMovedFocus(box, indices.length - 1, ({ scrollTop }, place) =>
    topShowing(rowOf(place), { top: scrollTop, height, pitch }),
  );
  const onKey = (event: KeyboardEvent): void => {
    const pageRows = Math.max(1, Math.floor(height / pitch) - 1);
    const to = placeAfter(event.key, at, { columns, count: indices.length, pageRows });
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <div
      class="tile-rows"
      role="grid"
      aria-label={`${count(indices.length)} pictures`}
      aria-rowcount={rows}
      aria-colcount={columns}
      style={{ height: `${shape.height}px` }}
      onKeyDown={onKey}
    >
      {exist.map((row) => (
        <TileRow
          key={row}
          tiles={placesIn(row).map((place) => ({ place, ...known.of(indices[place] ?? 0) }))}
          onOpen={(place) => (browsing.place.value = browsing.opened.value = place)}
          {...{ row, shape, at }}
        />
      ))}
    </div>
  );
}

/** Pictures and notes as far as they are known; the component is drawn again with each answer. */
function useKnown(dataset: string, edge: number, revision: number) {
  const { commands } = useApp();
  const most = Math.min(KEPT, Math.floor(KEPT_BYTES / (4 * edge ** 2)));
  const pictures = useMemo(() => new ByIndex<SheetTile>(most), [most]);
  const [notes] = useState(() => new ByIndex<PictureNote>(KEPT));
  void pictures.version.value;
  void notes.version.value;
  pictures.askOf(`${dataset} ${edge}`, async (indices) => {
    const preview = await commands.tiles(dataset, indices, edge);
    return preview && Array.from(indices, (_, index) => ({ preview, index }));
  });
  notes.askOf(`${dataset} ${revision}`, (indices) => commands.notes(dataset, indices));
  return {
    of: (index: number) => ({ picture: pictures.peek(index), note: notes.peek(index) }),
    want: (indices: readonly number[], batch: number): void => {
      pictures.want(indices, batch);
      notes.want(indices, batch);
    },
  };
}

/**
 * Moves the focus to a place, whose row exists once the place is the one that Tab reaches. When a picture
 * that was open is closed, the focus goes to the one that was shown last. `last`: the last place; `topFor`:
 * where the box is scrolled to for a place.
 */
function useMovedFocus(
  box: RefObject<HTMLElement | null>,
  last: number,
  topFor: (scroller: HTMLElement, place: number) => number,
): (place: number) => void {
  const { browsing } = useApp();
  const [wish, setWish] = useState<{ place: number } | null>(null);
  const opened = browsing.opened.value;
  const before = useRef(opened);
  const goTo = (place: number): void => {
    const scroller = box.current;
    if (!scroller) return;
    browsing.place.value = place;
    scroller.scrollTop = topFor(scroller, place);
    setWish({ place });
  };
  useLayoutEffect(() => {
    if (wish)
      box.current?.querySelector<HTMLElement>(`[data-place="${wish.place}"]`)?.focus({ preventScroll: true });
  }, [box, wish]);
  useEffect(() => {
    if (opened === null && before.current !== null) goTo(Math.min(before.current, last));
    before.current = opened;
  }, [opened]);
  return goTo;
}

/** Another question: its answer is read from the top. */
function useFromTheTop(box: RefObject<HTMLElement | null>): void {
  const { browsing } = useApp();
  const turn = browsing.turn.value;
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [box, turn]);
}
