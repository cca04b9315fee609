// The size of a GIF: its logical screen, or its first frame where the frame is
// larger (GIF89a specification, sections 18 and 20). Browsers enlarge the screen
// to the first frame, so a screen of 1 x 1 bounds nothing. Not here: pixels.
import { viewOf } from './file-bytes.ts';
import { type HeaderResult, headerOf, refuse, textAt, tooShort } from './image-format.ts';
import { begins, GIF } from './magic.ts';

/** Whether the file is a GIF, 87a or 89a. `bytes`: the file's first 6 or more. */
export const isGif = (bytes: Uint8Array): boolean =>
  begins(bytes, GIF) && /^[79]a$/.test(textAt(bytes, 4, 2));

const EXTENSION = 0x21;
const IMAGE = 0x2c;

const colourTableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

/** The size that a browser decodes. `bytes`: from the file's start; `fileSize` in bytes. */
export function readGifHeader(bytes: Uint8Array, fileSize: number): HeaderResult {
  if (bytes.length < 13) return tooShort('GIF', bytes, fileSize);
  const view = viewOf(bytes);
  const screenWidth = view.getUint16(6, true);
  const screenHeight = view.getUint16(8, true);
  let at = 13 + colourTableBytes(bytes[10] as number);
  while (at < bytes.length && bytes[at] === EXTENSION) {
    at += 2;
    // Sub-blocks: a length byte and that many bytes, until a length of 0.
    while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number);
    at += 1;
  }
  if (at + 10 > bytes.length) return tooShort('GIF', bytes, fileSize);
  if (bytes[at] !== IMAGE) return refuse('this GIF has no picture where one must be');
  const right = view.getUint16(at + 1, true) + view.getUint16(at + 5, true);
  const bottom = view.getUint16(at + 3, true) + view.getUint16(at + 7, true);
  return headerOf('gif', Math.max(screenWidth, right), Math.max(screenHeight, bottom));
}
