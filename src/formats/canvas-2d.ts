// A 2D canvas outside a page, with one message where a browser gives none. Not here: what is drawn.

/**
 * A context over a new canvas of `width` x `height` pixels (both at least 1);
 * `context.canvas` is the canvas. By default the pixels lie in memory, where `getImageData`
 * reads fast. Throws Error where the browser gives no 2D canvas outside a page.
 */
export function context2d(
  width: number,
  height: number,
  settings: { alpha?: boolean; willReadFrequently?: boolean } = { willReadFrequently: true },
): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', settings);
  if (!context) throw new Error('this browser gives no 2D canvas outside a page');
  return context;
}
