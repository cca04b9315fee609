// A row of the grid: its pictures on one canvas, a button over each. Not here: which rows there are
// (tile-grid.tsx).
import { useRef } from 'preact/hooks';
import type { PictureNote } from '../../trainer/api.ts';
import { place } from '../pictures/mosaic-layout.ts';
import { paintTiles, type SheetTile } from '../pictures/paint-tiles.ts';
import { usePainting } from '../pictures/use-painting.ts';
import { pictureName } from './picture-name.ts';
import type { GridShape } from './tile-window.ts';

/** One tile of a row, as far as it is known. */
interface Tile {
  /** In the found pictures. */
  place: number;
  picture: SheetTile | undefined;
  note: PictureNote | undefined;
}

interface Props {
  row: number;
  tiles: readonly Tile[];
  shape: GridShape;
  /** The place that Tab reaches. */
  at: number;
  onOpen: (place: number) => void;
}

/** Lies where its number says, in the rows' box. */
export function TileRow({ row, tiles, shape: { tiles: layout, ratio }, at, onOpen }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  const own = { ...layout, columns: tiles.length, rows: 1 };
  const pictures = tiles.map(({ picture }) => picture);
  const width = place(layout, tiles.length - 1) + layout.tile;
  usePainting(ref, (context) => paintTiles(context, own, ratio, (i) => pictures[i] ?? null), [
    ...pictures,
    width,
  ]);
  const edge = `${layout.tile / ratio}px`;
  return (
    <div
      class="tile-row"
      role="row"
      aria-rowindex={row + 1}
      style={{ top: `${place(layout, row) / ratio}px` }}
    >
      <canvas
        ref={ref}
        width={width}
        height={layout.tile}
        style={{ width: `${width / ratio}px` }}
        aria-hidden="true"
      />
      {tiles.map((tile, i) => (
        <div role="gridcell" aria-colindex={i + 1} key={tile.place}>
          <button
            type="button"
            data-place={tile.place}
            aria-label={nameOf(tile)}
            title={aboutOf(tile.note)}
            tabIndex={tile.place === at ? 0 : -1}
            style={{ left: `${place(layout, i) / ratio}px`, width: edge, height: edge }}
            onClick={() => onOpen(tile.place)}
          />
        </div>
      ))}
    </div>
  );
}

function nameOf({ place: at, note }: Tile): string {
  const name = pictureName(note, at);
  return note?.removed ? `${name}, removed` : name;
}

function aboutOf(note: PictureNote | undefined): string | undefined {
  return note && [note.fileName, note.caption].filter((text) => text !== '').join('\n');
}
