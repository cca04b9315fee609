// Whether a file is an AVIF or a HEIC, and its size by the boxes of HEIF (ISO/IEC 23008-12): ispe in ipco in
// iprp in meta. Not here: pixels (the browser decodes and turns them; of HEIC only Safari does).
import { viewOf } from './file-bytes.ts';
import { type HeaderResult, headerOf, refuse, textAt, tooShort } from './image-format.ts';

/** Bytes of a box before its contents: u32 size, four letters of type. */
const BOX = 8;
/** Brands of HEIF files of any codec: then the brands that the file is compatible with decide. */
const ANY_CODEC = ['mif1', 'msf1', 'miaf'];

const HEVC = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'];

/** The format of a picture or sequence whose bytes begin as HEIF does, by its codec; else null. */
export function heifFormat(bytes: Uint8Array): 'avif' | 'heic' | null {
  if (textAt(bytes, 4, 4) !== 'ftyp') return null;
  const brands = [textAt(bytes, BOX, 4)];
  const end = Math.min(bytes.length, viewOf(bytes).getUint32(0));
  if (ANY_CODEC.includes(brands[0] ?? ''))
    for (let at = 2 * BOX; at + 4 <= end; at += 4) brands.push(textAt(bytes, at, 4));
  if (brands.includes('avif') || brands.includes('avis')) return 'avif';
  return brands.some((brand) => HEVC.includes(brand) || ANY_CODEC.includes(brand)) ? 'heic' : null;
}

/** Offset and end of the first box of a type among those from `at` to `end`; `cut`: the bytes end before. */
function findBox(
  bytes: Uint8Array,
  at: number,
  end: number,
  type: string,
): { from: number; to: number } | 'cut' | null {
  const view = viewOf(bytes);
  while (at < end) {
    if (at + BOX > bytes.length) return 'cut';
    const size = view.getUint32(at);
    // A size of 0 means to the end, 1 a size of 64 bits: no encoder writes these before the pixels.
    if (size < BOX) return null;
    if (textAt(bytes, at + 4, 4) === type) return { from: at + BOX, to: Math.min(end, at + size) };
    at += size;
  }
  return null;
}

/** The largest size that any picture of the file has. `bytes`: from the file's start; `fileSize` in bytes. */
export function readHeifHeader(format: 'avif' | 'heic', bytes: Uint8Array, fileSize: number): HeaderResult {
  const name = format.toUpperCase();
  let inside = { from: 0, to: fileSize };
  for (const type of ['meta', 'iprp', 'ipco']) {
    const box = findBox(bytes, inside.from, inside.to, type);
    if (box === 'cut') return tooShort(name, bytes, fileSize);
    if (!box) return refuse(`this ${name} does not state its size`);
    // meta has a version before its boxes.
    inside = type === 'meta' ? { from: box.from + 4, to: box.to } : box;
  }
  const largest = largestOf(bytes, inside);
  return largest ? headerOf(format, largest.width, largest.height) : tooShort(name, bytes, fileSize);
}

/** Null where the bytes end before the last size. */
function largestOf(
  bytes: Uint8Array,
  ipco: { from: number; to: number },
): { width: number; height: number } | null {
  const view = viewOf(bytes);
  let largest = { width: 0, height: 0 };
  for (let at = ipco.from; ;) {
    const box = findBox(bytes, at, ipco.to, 'ispe');
    if (!box) return largest;
    if (box === 'cut' || box.from + 12 > bytes.length) return null;
    const [width, height] = [view.getUint32(box.from + 4), view.getUint32(box.from + 8)];
    if (width * height > largest.width * largest.height) largest = { width, height };
    at = box.to;
  }
}
