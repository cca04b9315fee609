// The size of a JPEG from its frame header, its orientation from its EXIF block (ITU T.81 B.2.2). Segments
// are skipped by their length, so a large EXIF thumbnail costs nothing. Not here: pixels.
import { EXIF_MARK, exifOrientation } from './exif-orientation.ts';
import { viewOf } from './file-bytes.ts';
import { type HeaderResult, refuse, textAt, tooShort } from './image-format.ts';

/** Frames that browsers decode: baseline, extended and progressive, all with Huffman coding. */
const DECODABLE_FRAMES = [0xc0, 0xc1, 0xc2];

const APP1 = 0xe1;
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Markers without a length: TEM, RST0..7, SOI. */
const standsAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Size and orientation. `bytes`: from the file's start; `fileSize` in bytes. */
export function readJpegHeader(bytes: Uint8Array, fileSize: number): HeaderResult {
  const view = viewOf(bytes);
  let orientation = 1;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return refuse('this JPEG is damaged before its size is stated');
    const marker = bytes[at + 1] as number;
    // 0xff may be repeated before a marker, as padding.
    if (marker === 0xff) at += 1;
    else if (standsAlone(marker)) at += 2;
    else if (marker === START_OF_SCAN || marker === END_OF_IMAGE || marker === 0)
      return refuse('this JPEG never states its size');
    else {
      const length = view.getUint16(at + 2);
      if (length < 2) return refuse('this JPEG is damaged before its size is stated');
      const segment = bytes.subarray(at + 4, at + 2 + length);
      if (isFrame(marker)) return readFrame(marker, segment, orientation, bytes, fileSize);
      if (marker === APP1 && textAt(segment, 0, EXIF_MARK.length) === EXIF_MARK)
        orientation = exifOrientation(segment.subarray(EXIF_MARK.length)) ?? orientation;
      at += 2 + length;
    }
  }
  return at > fileSize
    ? refuse('this JPEG is cut off before its size is stated')
    : tooShort('JPEG', bytes, fileSize);
}

function readFrame(
  marker: number,
  frame: Uint8Array,
  orientation: number,
  bytes: Uint8Array,
  fileSize: number,
): HeaderResult {
  if (!DECODABLE_FRAMES.includes(marker))
    return refuse('this JPEG is lossless, hierarchical or arithmetic: no browser reads it');
  if (frame.length < 6) return tooShort('JPEG', bytes, fileSize);
  const view = viewOf(frame);
  const [bits, height, width, components] = [frame[0], view.getUint16(1), view.getUint16(3), frame[5]];
  if (bits !== 8) return refuse(`this JPEG has ${bits} bits a sample: browsers read 8`);
  if (components !== 1 && components !== 3 && components !== 4)
    return refuse(`this JPEG has ${components} components: browsers read 1, 3 or 4`);
  // A height of 0 means that a later DNL segment states the height; browsers do not read that segment.
  if (width < 1 || height < 1) return refuse(`it says that it is ${width} x ${height} pixels`);
  return { ok: true, header: { format: 'jpeg', width, height, orientation } };
}
