// Which picture format a file has and how large the picture is, from the first
// bytes, before anything is decoded: a PNG of 48 kB can be 20,000 x 20,000
// pixels. A file's name and stated type are never asked. Not here: decoding.
import { type HeaderResult, type ImageHeader, refuse, textAt } from './image-format.ts';
import { isGif, readGifHeader } from './image-gif.ts';
import { readJpegHeader } from './image-jpeg.ts';
import { isPng, readPngHeader } from './image-png.ts';
import { readWebpHeader } from './image-webp.ts';
import { begins, JPEG, WEBP } from './magic.ts';

/** Larger files are skipped. `side` and `pixels` count pixels. */
const IMAGE_LIMITS = { side: 16_384, pixels: 64e6, bytes: 64e6 } as const;

/**
 * `bytes`: the file's first bytes (64 KiB are nearly always enough); `fileSize`: bytes of the whole file.
 * Answers the picture's header, or why the file is refused, in words that go on from its name. Never throws.
 */
export function readImageHeader(bytes: Uint8Array, fileSize: number): HeaderResult {
  if (fileSize === 0) return refuse('it is empty');
  if (isPng(bytes)) return readPngHeader(bytes, fileSize);
  if (begins(bytes, JPEG)) return readJpegHeader(bytes, fileSize);
  if (begins(bytes, WEBP)) return readWebpHeader(bytes, fileSize);
  if (isGif(bytes)) return readGifHeader(bytes, fileSize);
  return refuse(`it is ${otherKind(bytes)}, no JPEG, PNG, WebP or GIF`);
}

/** Why a picture is too large to decode, in words that go on from the file's name; null where it is not. */
export function overLimits({ width, height }: ImageHeader, fileSize: number): string | null {
  const { side, pixels, bytes } = IMAGE_LIMITS;
  if (fileSize > bytes) return `it has ${Math.ceil(fileSize / 1e6)} MB; at most ${bytes / 1e6} are read`;
  if (width > side || height > side)
    return `it is ${width} x ${height} pixels; a side may have ${side} at most`;
  if (width * height > pixels)
    return `it is ${width} x ${height}, ${Math.ceil((width * height) / 1e6)} million pixels; at most ${pixels / 1e6} are read`;
  return null;
}

/* oxlint-disable no-control-regex -- magic numbers are made of control characters */
/** Kinds of file that people have among their pictures, by their first bytes. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^.{4}ftyp(avif|avis)/s, 'an AVIF picture'],
  [/^.{4}ftyp(heic|heix|heim|heis|hevc|mif1|msf1)/s, 'a HEIC picture'],
  [/^.{4}ftyp/s, 'a video'],
  [/^BM.{4}\0\0\0\0/s, 'a BMP picture'],
  [/^(II\*\0|MM\0\*)/, 'a TIFF or raw picture'],
  [/^(\xff\x0a|\0\0\0\x0cJXL )/, 'a JPEG XL picture'],
  [/^(\0\0\0\x0cjP {2}|\xffO\xffQ)/, 'a JPEG 2000 picture'],
  [/^\0\0\x01\0/, 'an icon'],
  [/^8BPS/, 'a Photoshop file'],
  [/^%PDF-/, 'a PDF'],
  [/^PK\x03\x04/, 'a zip archive'],
  [/^(\xef\xbb\xbf)?\s*<(\?xml|!--|svg)[^]*<svg|^(\xef\xbb\xbf)?\s*<svg/, 'an SVG drawing'],
];

function otherKind(bytes: Uint8Array): string {
  const start = textAt(bytes, 0, 1024);
  for (const [pattern, kind] of OTHER_KINDS) if (pattern.test(start)) return kind;
  return /[\0-\x08\x0e-\x1f]/.test(start) ? 'some other kind of file' : 'text';
}
