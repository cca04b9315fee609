// How often a decoder has to go over a JPEG's picture: once for each scan (ITU T.81 B.2.3). A progressive
// JPEG has about ten; a file of 1 MB can have thousands, each of which costs as much as a picture. Not here:
// the size of the picture (image-jpeg.ts), pixels. Exported for tests: countScans.
import type { ImageHeader } from './image-format.ts';

/** A file with more scans is skipped: the script of libjpeg has ten, and no encoder is known with over 64. */
const MOST_SCANS = 100;
/** Most pixels of all scans together: a progressive JPEG of 64 million pixels has 640 million. */
const MOST_SCANNED = 1e9;

const START_OF_SCAN = 0xda;
/** Behind 0xff in a scan's own data: a stuffed byte, and the restart markers. */
const isWithinScan = (byte: number): boolean => byte === 0 || (byte >= 0xd0 && byte <= 0xd7);

/** Scans of a whole JPEG, at most `most` and one more. Lengths of segments are followed, scans are passed. */
export function countScans(jpeg: Uint8Array, most = MOST_SCANS): number {
  let scans = 0;
  for (let at = jpeg.indexOf(0xff, 2); at !== -1 && at + 1 < jpeg.length; at = jpeg.indexOf(0xff, at)) {
    const marker = jpeg[at + 1] as number;
    if (marker === 0xff) at += 1;
    else if (isWithinScan(marker) || marker === 0x01 || marker === 0xd8 || marker === 0xd9) at += 2;
    else {
      if (marker === START_OF_SCAN && ++scans > most) return scans;
      at += 2 + Math.max(2, ((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0));
    }
  }
  return scans;
}

/** Why a JPEG would take too long to decode, in words that go on from its name; null: it would not. */
export function tooManyScans({ width, height }: ImageHeader, jpeg: Uint8Array): string | null {
  const scans = countScans(jpeg);
  const most = Math.min(MOST_SCANS, Math.floor(MOST_SCANNED / (width * height)));
  return scans > most ? `it is drawn in over ${most} scans, which would take too long` : null;
}
