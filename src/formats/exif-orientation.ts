// The orientation in an EXIF block, a TIFF directory (EXIF 2.32 4.6.4), which JPEG and WebP carry. Not here:
// where the block lies in a file (image-jpeg.ts, image-webp.ts).
import { viewOf } from './file-bytes.ts';
import { textAt } from './image-format.ts';

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/**
 * Orientation 1..8 of a TIFF block; null without a
 * sound one. Never an error: orientation is a hint.
 */
export function exifOrientation(tiff: Uint8Array): number | null {
  if (tiff.length < 8) return null;
  const view = viewOf(tiff);
  const little = textAt(tiff, 0, 2) === 'II';
  if (!little && textAt(tiff, 0, 2) !== 'MM') return null;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return null;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) return null;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG || view.getUint16(entry + 2, little) !== SHORT)
      continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/** EXIF's own mark before the TIFF block: always in a JPEG, by mistake in some WebP. */
export const EXIF_MARK = 'Exif\0\0';
