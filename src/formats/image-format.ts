// What the first bytes of a picture file say, as types, and the byte readers
// that the four format readers share. Not here: decoding pixels (the browser
// does), the formats themselves (image-png.ts, image-jpeg.ts, ...).

export interface ImageHeader {
  format: 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'avif' | 'heic';
  /**
   * Pixels as stored, before any EXIF rotation. Where a file
   * states several sizes: the largest a decoder may use.
   */
  width: number;
  height: number;
  /** EXIF orientation 1..8; 5 to 8 swap width and height when shown. 1 where the file says nothing. */
  orientation: number;
}

/** `more`: the given bytes end before the size, but the file goes on: try again with more of the file. */
export type HeaderResult = { ok: true; header: ImageHeader } | { ok: false; why: string; more: boolean };

/** A refusal that more bytes would not change. `why`: for the user, goes on from the file's name. */
export const refuse = (why: string): HeaderResult => ({ ok: false, why, more: false });

/** The bytes end before the size: a broken file if they are the whole file, else a reason to read more. */
export const tooShort = (format: string, bytes: Uint8Array, fileSize: number): HeaderResult =>
  bytes.length < fileSize
    ? { ok: false, why: `this ${format} hides its size too far from its start`, more: true }
    : { ok: false, why: `this ${format} is cut off before its size is stated`, more: false };

/** Bytes at..at+length-1 as Latin-1 text, shorter where the bytes end. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** The header of a picture without rotation; refused where a side has no pixels. */
export function headerOf(
  format: Exclude<ImageHeader['format'], 'jpeg'>,
  width: number,
  height: number,
): HeaderResult {
  if (width < 1 || height < 1) return refuse(`it says that it is ${width} x ${height} pixels`);
  return { ok: true, header: { format, width, height, orientation: 1 } };
}
