// Pictures of an import that are stored already, side by side. Pure. Not here: painting them (mosaic.tsx).
import type { Preview } from '../../trainer/api.ts';

const COLUMNS = 12;
const ROWS = 5;

/**
 * The first 60 of `pictures`, [size, size, 3] bytes each, on a sheet of 12 x 5; transparent where none has
 * come yet.
 */
export function arrivedSheet(pictures: readonly Uint8Array[], size: number): Preview {
  const width = COLUMNS * size;
  const rgba = new Uint8ClampedArray(width * ROWS * size * 4);
  pictures.slice(0, COLUMNS * ROWS).forEach((picture, index) => {
    const corner = Math.floor(index / COLUMNS) * size * width + (index % COLUMNS) * size;
    for (let pixel = 0; pixel < size * size; pixel++) {
      const at = (corner + Math.floor(pixel / size) * width + (pixel % size)) * 4;
      rgba.set(picture.subarray(pixel * 3, pixel * 3 + 3), at);
      rgba[at + 3] = 255;
    }
  });
  return { size, columns: COLUMNS, rows: ROWS, rgba };
}
