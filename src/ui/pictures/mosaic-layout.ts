// Where the tiles of a mosaic lie: they fill the width, and a picture's pixel is a whole number of the
// screen's. Pure. Not here: drawing (mosaic.tsx).
import type { Preview } from '../../trainer/api.ts';

const GAP = 4;

export const ROWS = 5;

/** Edge of a tile at most, in CSS pixels; a tile is larger only where one picture has more pixels. */
const LARGEST = 128;

const NARROW = { below: 640, columns: 10, rows: 4 };

export interface Layout {
  columns: number;
  rows: number;
  /** Edge of a tile in the screen's pixels. */
  tile: number;
  /** From one tile's edge to the next: seldom whole, so that the tiles fill the width (see `place`). */
  pitch: number;
}

/** Where tile `i` of a row or column begins, rounded to a whole pixel. */
export const place = ({ pitch }: Layout, i: number): number => Math.round(i * pitch);

/**
 * The columns that fill the width best, near the preview's number of columns (10 on narrow screens); full
 * rows only. `width` in the screen's pixels, `ratio`: screen pixels per CSS pixel, `count`: pictures in the
 * set.
 */
export function mosaicLayout(preview: Preview, width: number, ratio: number, count = Infinity): Layout {
  const narrow = width < NARROW.below * ratio;
  const least = Math.round(GAP * ratio);
  const wanted = narrow ? NARROW.columns : preview.columns;
  const pictures = Math.min(preview.columns * preview.rows, count);
  const largest = Math.max(1, Math.floor((LARGEST * ratio) / preview.size));
  let best = { columns: 1, tile: preview.size, score: -Infinity };
  for (let columns = 1; columns <= Math.min(pictures, 2 * wanted); columns++) {
    const room = (width - (columns - 1) * least) / columns;
    const tile = Math.min(Math.floor(room / preview.size), largest) * preview.size;
    if (tile === 0) continue;
    const filled = (columns * tile + (columns - 1) * least) / width;
    const score = filled - 0.01 * Math.abs(columns - wanted);
    if (score > best.score) best = { columns, tile, score };
  }
  const { columns, tile } = best;
  const high = Math.ceil((ROWS * 64 * ratio) / tile);
  const rows = Math.max(1, Math.min(narrow ? NARROW.rows : ROWS, Math.floor(pictures / columns), high));
  const spread = columns > 1 ? (width - columns * tile) / (columns - 1) : least;
  return { columns, rows, tile, pitch: tile + Math.min(spread, 3 * least) };
}
