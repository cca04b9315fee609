// The first pictures of a data set, as the model will see them, on one canvas, with a button over each where
// they can be opened. Not here: the layout of the
// tiles (mosaic-layout.ts), single pictures (picture-canvas.tsx).
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Preview } from '../../trainer/api.ts';
import { PictureGrid } from './picture-grid.tsx';
import { paintTiles } from './paint-tiles.ts';
import { usePainting } from './use-painting.ts';
import { ROWS, type Layout, place, mosaicLayout } from './mosaic-layout.ts';

const EMPTY: Preview = { size: 32, columns: 12, rows: ROWS, rgba: new Uint8ClampedArray(0) };

interface Props {
  preview: Preview | null;
  /** Pictures in the set; the preview shows the first of them. */
  count?: number | undefined;
  label: (shown: number) => string;
  /** Words under the pictures, for a number of pictures shown. */
  caption: (shown: number) => ComponentChildren;
  /** Called with the index of a pressed picture; without it the pictures are one image. */
  onOpen?: (index: number) => void;
  /** Index of the picture that Tab reaches first; 0 by default. */
  start?: number;
}

/** Empty tiles until the preview comes. `label`: accessible name for a number of pictures shown. */
export function Mosaic({ preview, count, label, caption, onOpen, start = 0 }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const ref = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const ratio = devicePixelRatio || 1;
  const layout = mosaicLayout(preview ?? EMPTY, Math.floor(width * ratio), ratio, count);
  const pixelWidth = place(layout, layout.columns - 1) + layout.tile;
  const pixelHeight = place(layout, layout.rows - 1) + layout.tile;
  const paint = (context: CanvasRenderingContext2D): void => {
    if (width > 0) paintTiles(context, layout, ratio, (index) => preview && { preview, index });
  };
  usePainting(ref, paint, [preview, width, ratio, count]);
  return (
    <div class="mosaic" ref={box}>
      <div class="sheet">
        <canvas
          ref={ref}
          width={width > 0 ? pixelWidth : 1}
          height={width > 0 ? pixelHeight : 1}
          style={{ width: `${pixelWidth / ratio}px` }}
          {...(onOpen
            ? { 'aria-hidden': true }
            : { role: 'img', 'aria-label': label(layout.columns * layout.rows) })}
        />
        {onOpen && width > 0 && <Places {...{ layout, ratio, label, onOpen, start }} />}
      </div>
      {caption(layout.columns * layout.rows)}
    </div>
  );
}

interface PlacesProps {
  layout: Layout;
  ratio: number;
  label: Props['label'];
  onOpen: (index: number) => void;
  start: number;
}

/** A button over each picture of the canvas. */
function Places({ layout, ratio, label, onOpen, start }: PlacesProps) {
  const { columns, rows, tile } = layout;
  const edge = `${tile / ratio}px`;
  const at = (i: number): string => `${place(layout, i) / ratio}px`;
  return (
    <PictureGrid
      label={label(columns * rows)}
      columns={columns}
      count={columns * rows}
      class="places"
      start={start}
      tile={(index, tabIndex) => (
        <button
          type="button"
          aria-label={`Picture ${index + 1}`}
          tabIndex={tabIndex}
          style={{
            left: at(index % columns),
            top: at(Math.floor(index / columns)),
            width: edge,
            height: edge,
          }}
          onClick={() => onOpen(index)}
        />
      )}
    />
  );
}
