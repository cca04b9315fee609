// Where the tiles of a mosaic lie: they fill the width, and a picture's pixel is a whole number of the
// screen's. Pure. Not here: drawing (mosaic.tsx).
import type { Preview } from '../../trainer/api.ts';

const GAP = 4;

export const ROWS = 5;

/** Edge of a tile at most, in CSS pixels; a tile is larger only where one picture has more pixels. */
const LARGEST = 128;

const NARROW = { below: 640, columns: 10, rows: 4 };

/** Tiles side by side, in the screen's pixels. */
export interface Columns {
  columns: number;
  /** Edge of a tile. */
  tile: number;
  /** From one tile's edge to the next: seldom whole, so that the tiles fill the width (see `place`). */
  pitch: number;
}

export interface Layout extends Columns {
  rows: number;
}

/** Where tile `i` of a row or column begins, rounded to a whole pixel. */
export const place = ({ pitch }: Columns, i: number): number => Math.round(i * pitch);

interface Wanted {
  /** Edge of a picture in pixels of its own. */
  size: number;
  /** Columns, if that fits. */
  wanted: number;
  /** Columns at most. */
  most: number;
}

/** The columns that fill the width best, near the wanted number. `width` in the screen's pixels. */
export function columnsIn(width: number, ratio: number, { size, wanted, most }: Wanted): Columns {
  const least = Math.round(GAP * ratio);
  const largest = Math.max(1, Math.floor((LARGEST * ratio) / size));
  let best = { columns: 1, tile: size, score: -Infinity };
  for (let columns = 1; columns <= Math.min(most, 2 * wanted); columns++) {
    const room = (width - (columns - 1) * least) / columns;
    const tile = Math.min(Math.floor(room / size), largest) * size;
    if (tile === 0) continue;
    const filled = (columns * tile + (columns - 1) * least) / width;
    const score = filled - 0.01 * Math.abs(columns - wanted);
    if (score > best.score) best = { columns, tile, score };
  }
  const { columns, tile } = best;
  const spread = columns > 1 ? (width - columns * tile) / (columns - 1) : least;
  return { columns, tile, pitch: tile + Math.min(spread, 3 * least) };
}

/**
 * The columns that fill the width best, near the preview's number of columns (10 on narrow screens); full
 * rows only. `width` in the screen's pixels, `ratio`: screen pixels per CSS pixel, `count`: pictures in the
 * set.
 */
export function mosaicLayout(preview: Preview, width: number, ratio: number, count = Infinity): Layout {
  const narrow = width < NARROW.below * ratio;
  const pictures = Math.min(preview.columns * preview.rows, count);
  const wanted = narrow ? NARROW.columns : preview.columns;
  const columns = columnsIn(width, ratio, { size: preview.size, wanted, most: pictures });
  const high = Math.ceil((ROWS * 64 * ratio) / columns.tile);
  const full = Math.floor(pictures / columns.columns);
  const rows = Math.max(1, Math.min(narrow ? NARROW.rows : ROWS, full, high));
  return { ...columns, rows };
}
