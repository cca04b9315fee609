// Pixels in other orders than rows of pixels with their channels side by side. Pure.

/** [channels, pixels] as [pixels, channels]: colours that come as one plane behind the other. */
export function interleaved(planes: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return planes;
  const pixels = planes.length / channels;
  return Uint8Array.from(
    planes,
    (_, i) => planes[(i % channels) * pixels + Math.floor(i / channels)] as number,
  );
}

/** [columns, rows] as [rows, columns], of one channel. */
export const transposed = (pixels: Uint8Array, rows: number, columns: number): Uint8Array =>
  Uint8Array.from(pixels, (_, i) => pixels[(i % columns) * rows + Math.floor(i / columns)] as number);
