// A canvas that is drawn when what it shows changes, and again when the browser lost what was drawn: with a GPU process that
// dies, every canvas goes blank. Not here: what is drawn (picture-canvas.tsx, thumbnail.tsx, mosaic.tsx).
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

export function useDrawing(
  ref: RefObject<HTMLCanvasElement | null>,
  draw: (context: CanvasRenderingContext2D) => void,
  shown: readonly unknown[],
): void {
  useLayoutEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const redraw = (): void => draw(context);
    redraw();
    canvas.addEventListener('contextrestored', redraw);
    return () => canvas.removeEventListener('contextrestored', redraw);
  }, shown);
}
