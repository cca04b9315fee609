// The size of a JPEG from its frame header, its orientation from its EXIF block, how its colours are stored
// (ITU T.81 B.2.2). Segments are skipped by their length, so a large EXIF thumbnail costs nothing. Not here:
// pixels.
import { EXIF_MARK, exifOrientation } from './exif-orientation.ts';
import { viewOf } from './file-bytes.ts';
import { type HeaderResult, refuse, textAt, tooShort } from './image-format.ts';

/** Frames that browsers decode: baseline, extended and progressive, all with Huffman coding. */
const DECODABLE_FRAMES = [0xc0, 0xc1, 0xc2];

const APP1 = 0xe1;
const APP2 = 0xe2;
const ICC_MARK = 'ICC_PROFILE\0';
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

/** The segments of a whole JPEG up to its first scan, where they begin and end; the scan is the last one. */
function* segmentsOf(jpeg: Uint8Array): Generator<{ marker: number; begin: number; end: number }> {
  const view = viewOf(jpeg);
  for (let begin = 2; begin + 4 <= jpeg.length && jpeg[begin] === 0xff;) {
    const marker = jpeg[begin + 1] as number;
    if (marker === 0xff) begin += 1;
    else if (standsAlone(marker)) begin += 2;
    else {
      const end = begin + 2 + view.getUint16(begin + 2);
      yield { marker, begin, end };
      if (marker === START_OF_SCAN) return;
      begin = end;
    }
  }
}

const isProfile = (jpeg: Uint8Array, marker: number, begin: number): boolean =>
  marker === APP2 && textAt(jpeg, begin + 4, ICC_MARK.length) === ICC_MARK;

/**
 * Whether a whole JPEG has three components, of which the second and the third have half the samples along
 * both sides (4:2:0), and no ICC profile: as most have.
 */
export function hasHalvedColours(jpeg: Uint8Array): boolean {
  let isHalved = false;
  for (const { marker, begin } of segmentsOf(jpeg)) {
    if (marker === START_OF_SCAN) return isHalved;
    if (isProfile(jpeg, marker, begin)) return false;
    // Behind the count a component has three bytes: number, samples across and down, table.
    const [count, luma, blue, red] = [9, 11, 14, 17].map((at) => jpeg[begin + at]);
    if (isFrame(marker)) isHalved = count === 3 && luma === 0x22 && blue === 0x11 && red === 0x11;
  }
  return false;
}

/** A whole JPEG without its ICC profile. */
export function withoutProfile(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { marker, begin, end } of segmentsOf(jpeg)) {
    if (!isProfile(jpeg, marker, begin)) continue;
    parts.push(jpeg.subarray(from, begin));
    from = end;
  }
  return Uint8Array.from([...parts, jpeg.subarray(from)].flatMap((part) => [...part]));
}
