// Paints tiles side by side on one canvas, each an enlarged picture of a sheet. Not here: where the tiles lie
// (mosaic-layout.ts), which pictures (mosaic.tsx, ../browse/tile-row.tsx).
import type { Preview } from '../../trainer/api.ts';
import { type Layout, place } from './mosaic-layout.ts';
import { sheetCanvas } from './sheet-canvas.ts';

/** Radius of a tile's corners, in CSS pixels. */
const RADIUS = 3;

/** A picture of a sheet, by its place there, row by row. */
export interface SheetTile {
  preview: Preview;
  index: number;
}

/** `tileAt`: the picture of tile `i`, row by row; null: empty. `ratio`: screen pixels of a CSS pixel. */
export function paintTiles(
  context: CanvasRenderingContext2D,
  layout: Layout,
  ratio: number,
  tileAt: (i: number) => SheetTile | null,
): void {
  const { canvas } = context;
  const { columns, rows, tile } = layout;
  const cornerOf = (i: number) =>
    [place(layout, i % columns), place(layout, Math.floor(i / columns))] as const;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.save();
  context.beginPath();
  for (let i = 0; i < columns * rows; i++) context.roundRect(...cornerOf(i), tile, tile, RADIUS * ratio);
  context.clip();
  context.imageSmoothingEnabled = false;
  context.fillStyle = getComputedStyle(canvas).getPropertyValue('color');
  context.globalAlpha = 0.06;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.globalAlpha = 1;
  for (let i = 0; i < columns * rows; i++) {
    const one = tileAt(i);
    const sheet = one && sheetCanvas(one.preview);
    if (!sheet) continue;
    const { size, columns: across } = one.preview;
    const from = [(one.index % across) * size, Math.floor(one.index / across) * size] as const;
    context.drawImage(sheet, ...from, size, size, ...cornerOf(i), tile, tile);
  }
  context.restore();
}
