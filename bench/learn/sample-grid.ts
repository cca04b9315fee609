// 16 samples as one PNG, 4 x 4, enlarged without smoothing. Not here: the app's sheets
// (formats/pictures-png.ts).
import sharp from 'sharp';

const COLUMNS = 4;
/** Approximate edge of the PNG, pixels. */
const EDGE = 512;

/** A PNG of the first 16 of `pixels`, uint8 RGB [count, size, size, 3]. */
export async function gridPng(pixels: Uint8Array, size: number): Promise<Uint8Array> {
  const edge = COLUMNS * size;
  const grid = new Uint8Array(edge * edge * 3);
  for (let row = 0; row < COLUMNS ** 2 * size; row++) {
    const [sample, y] = [Math.floor(row / size), row % size];
    const top = Math.floor(sample / COLUMNS) * size;
    const left = (sample % COLUMNS) * size;
    grid.set(pixels.subarray(row * size * 3, (row + 1) * size * 3), ((top + y) * edge + left) * 3);
  }
  const scaled = edge * Math.max(1, Math.round(EDGE / edge));
  return await sharp(grid, { raw: { width: edge, height: edge, channels: 3 } })
    .resize(scaled, scaled, { kernel: 'nearest' })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
