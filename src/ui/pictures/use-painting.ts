// Paints a canvas when what it shows changes, and again when the browser lost the pixels: every canvas goes
// blank when the GPU process dies. Not here: what is drawn (picture-canvas.tsx, thumbnail.tsx, mosaic.tsx).
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** `paint` runs when a value of `shown` changes, before the browser paints, and on `contextrestored`. */
export function usePainting(
  ref: RefObject<HTMLCanvasElement | null>,
  paint: (context: CanvasRenderingContext2D) => void,
  shown: readonly unknown[],
): void {
  useLayoutEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const repaint = (): void => paint(context);
    repaint();
    canvas.addEventListener('contextrestored', repaint);
    return () => canvas.removeEventListener('contextrestored', repaint);
  }, shown);
}
