// Cuts a square out of a picture and resizes it, some rows at a time. Pure. Not here: where the pixels come
// from (bitmap-pixels.ts, decode.ts).
import { IN_THE_MIDDLE, type Place, squareAt, squareWithin, type Wanted } from './framing.ts';
import { areaFilter, type Region, type Words } from './resize.ts';
import { DetailMeter } from './smart-crop.ts';

/** Pixels of a picture that stands upright. */
export interface PixelSource {
  width: number;
  height: number;
  /** Those of a rectangle within it. */
  read(left: number, top: number, width: number, height: number): Words;
}

/** Most pixels that are read at once, beside the decoded picture. */
const STRIP_PIXELS = 1024 * 1024;

/** The square, [size, size, 3] bytes, and where it lies. */
export function cutSquare(
  source: PixelSource,
  { size, crop, region }: Pick<Wanted, 'size' | 'crop' | 'region'>,
): { pixels: Uint8Array<ArrayBuffer>; place: Place; region: Region } {
  const { width, height } = source;
  const place = crop === 'smart' && !region ? placeOfDetail(source) : IN_THE_MIDDLE;
  const cut = region ? squareWithin(region, width, height) : squareAt(width, height, crop, place);
  const { left, top, edge } = cut;
  const filter = areaFilter(edge, size);
  const pixels = new Uint8Array(size * size * 3);
  for (let row = 0; row < size;) {
    const band = filter.band(row, Math.floor(STRIP_PIXELS / edge));
    const rows = band.last - band.first + 1;
    filter.fill(band, source.read(left, top + band.first, edge, rows), pixels);
    row = band.endRow;
  }
  return { pixels, place, region: cut };
}

function placeOfDetail(source: PixelSource): Place {
  const { width, height } = source;
  if (width === height) return IN_THE_MIDDLE;
  const meter = new DetailMeter(width, height);
  const most = Math.max(1, Math.floor(STRIP_PIXELS / width));
  for (let top = 0; top < height; top += most) {
    const rows = Math.min(most, height - top);
    meter.push(source.read(0, top, width, rows), rows);
  }
  return meter.place;
}
