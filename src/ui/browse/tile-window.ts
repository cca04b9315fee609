// Which tiles of a grid of up to 200,000 exist: those of the rows in view, of a few rows beyond, and the one
// that has the focus. Pure. Not here: the grid (tile-grid.tsx), what the tiles show (by-index.ts).
import { columnsIn, type Columns, place } from '../pictures/mosaic-layout.ts';

/** Edge of a tile, if that fits, in CSS pixels. */
const TILE = 100;
/** On narrow screens, where fewer would be wide bars. */
const LEAST_COLUMNS = 4;
/** Edge of a picture at most, in CSS pixels: larger ones are asked for smaller. */
const LARGEST = 128;
/** Rows that exist above and below those in view. */
const BEYOND = 2;

/** How the whole grid lies, but for what is in view. */
export interface GridShape {
  /** Screen pixels of a CSS pixel. */
  ratio: number;
  /** Pixels that a picture is asked for: its own, or fewer where a tile could not show them. */
  edge: number;
  /** In screen pixels. */
  tiles: Columns;
  rows: number;
  /** From one row to the next, and of all rows, in CSS pixels. */
  pitch: number;
  height: number;
}

/** `width` in CSS pixels; `size`: pixels of a picture as it is to be shown; `count`: 1 or more. */
export function gridShape(width: number, ratio: number, size: number, count: number): GridShape {
  const edge = Math.min(size, Math.floor(LARGEST * ratio));
  const wanted = Math.max(LEAST_COLUMNS, Math.round(width / TILE));
  const tiles = columnsIn(Math.floor(width * ratio), ratio, { size: edge, wanted, most: Infinity });
  const rows = Math.ceil(count / tiles.columns);
  const height = (place(tiles, rows - 1) + tiles.tile) / ratio;
  return { ratio, edge, tiles, rows, pitch: tiles.pitch / ratio, height };
}

/** Rows of the grid, by their numbers; the last one included. */
export interface Rows {
  first: number;
  last: number;
}

/** What is seen of a grid: `top` and `height` in units in which `pitch` is the height of a row. */
export interface Seen {
  top: number;
  height: number;
  pitch: number;
  /** Rows of the whole grid, 1 or more. */
  rows: number;
}

/** The rows of which anything is in view. */
export function rowsInView({ top, height, pitch, rows }: Seen): Rows {
  const within = (row: number): number => Math.max(0, Math.min(rows - 1, Math.floor(row)));
  return { first: within(top / pitch), last: within((top + height - 1) / pitch) };
}

/** The rows that exist, in their order: in view, beyond, and `kept` wherever it is. */
export function rowsThatExist(view: Rows, rows: number, kept: number): number[] {
  const first = Math.max(0, view.first - BEYOND);
  const last = Math.min(rows - 1, view.last + BEYOND);
  const exist = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  if (kept < first) return [kept, ...exist];
  return kept > last && kept < rows ? [...exist, kept] : exist;
}

/** The rows in the order in which their pictures are wanted: in view, then the others. */
export const asWanted = (exist: readonly number[], { first, last }: Rows): number[] => {
  const isSeen = (row: number): boolean => row >= first && row <= last;
  return [...exist.filter(isSeen), ...exist.filter((row) => !isSeen(row))];
};

/** The places of a row. */
export const placesOf = (row: number, columns: number, count: number): number[] =>
  Array.from({ length: Math.min(columns, count - row * columns) }, (_, i) => row * columns + i);

/** Where the view has to be scrolled to, so that a row is whole in it; where it is, if it is whole there. */
export function topShowing(row: number, { top, height, pitch }: Omit<Seen, 'rows'>): number {
  const begin = row * pitch;
  if (begin < top) return begin;
  return Math.max(top, begin + pitch - height);
}
