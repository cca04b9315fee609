// Samples as one PNG, enlarged without smoothing. Not here: the app's sheets
// (formats/pictures-png.ts).
import sharp from 'sharp';

/** Approximate height of the PNG, pixels. */
const HEIGHT = 512;

/** A PNG of the first columns x rows of `pixels`, uint8 RGB [count, size, size, 3]. */
export async function gridPng(
  pixels: Uint8Array,
  size: number,
  columns: number,
  rows: number,
): Promise<Uint8Array> {
  const [width, height] = [columns * size, rows * size];
  const grid = new Uint8Array(width * height * 3);
  for (let row = 0; row < columns * height; row++) {
    const [sample, y] = [Math.floor(row / size), row % size];
    const top = Math.floor(sample / columns) * size;
    const left = (sample % columns) * size;
    grid.set(pixels.subarray(row * size * 3, (row + 1) * size * 3), ((top + y) * width + left) * 3);
  }
  const scale = Math.max(1, Math.round(HEIGHT / height));
  return await sharp(grid, { raw: { width, height, channels: 3 } })
    .resize(scale * width, scale * height, { kernel: 'nearest' })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
