// Whether a file is a BMP, and its size, by the header of Windows (BITMAPINFOHEADER and longer) or of OS/2
// (BITMAPCOREHEADER). Not here: pixels (the browser decodes them).
import { viewOf } from './file-bytes.ts';
import { type HeaderResult, headerOf, refuse, tooShort } from './image-format.ts';
import { begins, BMP } from './magic.ts';

/** Bytes of the file's own header; that of the picture follows, and states its length first. */
const FILE_HEADER = 14;
const CORE_HEADER = 12;
/** Bytes of a longer header that say all that is asked here. */
const READ = 20;
const HEADERS = [CORE_HEADER, 16, 40, 52, 56, 64, 108, 124];
/** Values of `compression` whose rows are stored as they are: BI_RGB, BI_BITFIELDS, BI_ALPHABITFIELDS. */
const UNCOMPRESSED = [0, 3, 6];

/** Whether the bytes begin as a BMP: its letters, and zeros where they are reserved. */
export const isBmp = (bytes: Uint8Array): boolean => begins(bytes, BMP);

/** `bytes`: from the file's start; `fileSize` in bytes. */
export function readBmpHeader(bytes: Uint8Array, fileSize: number): HeaderResult {
  if (bytes.length < FILE_HEADER + CORE_HEADER) return tooShort('BMP', bytes, fileSize);
  const view = viewOf(bytes);
  const length = view.getUint32(FILE_HEADER, true);
  if (!HEADERS.includes(length)) return refuse('this BMP has a header of no known kind');
  if (bytes.length < FILE_HEADER + Math.min(length, READ)) return tooShort('BMP', bytes, fileSize);
  const core = length === CORE_HEADER;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  // A negative height: the rows lie from the top down.
  const height = core ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = length < READ ? 0 : view.getUint32(30, true);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const end = view.getUint32(10, true) + rowBytes * height;
  if (UNCOMPRESSED.includes(compression) && end > fileSize)
    return refuse(`this BMP is cut off: it has ${fileSize} bytes of ${end}`);
  return headerOf('bmp', width, height);
}
