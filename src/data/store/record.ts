// What records.bin holds of each picture: 64 bytes, little-endian, led by the CRC-32 of the rest. A record
// counts only where that fits. Pure. Not here: the file (kept-prefix.ts reads it, picture-draft.ts writes
// it).
import { crc32 } from '../../formats/crc32.ts';
import type { Place } from '../framing.ts';

export const RECORD_BYTES = 64;
/** Bytes of the SHA-256 of the source that are kept. */
const SOURCE_DIGEST_BYTES = 16;

export interface PictureRecord {
  /** Its texts in words.bin: path, class, then one caption each. */
  words: { offset: number; bytes: number; count: number };
  /** Number of its class in the order in which classes came; 0 where there are none. */
  classNumber: number;
  /** CRC-32 of its pixels. */
  pixelsCrc: number;
  /** Number of its entry in the source. */
  entry: number;
  /** Of the source, in pixels; 65,535 where it is larger. */
  width: number;
  height: number;
  /** SHA-256 of the source's bytes, of which the first half is kept. */
  sourceDigest: Uint8Array;
  /** Where its square lies in the source. */
  place: Place;
  /** The 64 bits of difference-hash.ts. */
  differenceHash: Uint8Array;
}

/** Where a picture comes from. */
export type Origin = Pick<PictureRecord, 'entry' | 'width' | 'height' | 'sourceDigest' | 'place'>;

const LARGEST_SIDE = 0xff_ff;

/** The 64 bytes of a record. Its flags are 0: changes are in edits.bin, and records are never rewritten. */
export function recordBytes(record: PictureRecord): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  const { words } = record;
  view.setBigUint64(8, BigInt(words.offset), true);
  view.setUint32(16, words.bytes, true);
  view.setUint32(20, record.classNumber, true);
  view.setUint32(24, record.pixelsCrc, true);
  view.setUint32(28, record.entry, true);
  view.setUint16(32, words.count, true);
  view.setUint16(34, Math.min(record.width, LARGEST_SIDE), true);
  view.setUint16(36, Math.min(record.height, LARGEST_SIDE), true);
  bytes.set([record.place.x, record.place.y], 38);
  bytes.set(record.sourceDigest.subarray(0, SOURCE_DIGEST_BYTES), 40);
  bytes.set(record.differenceHash, 56);
  view.setUint32(0, crc32(bytes.subarray(4)), true);
  return bytes;
}

/** The record in 64 bytes, parts of which it shares; null where they are none, or torn. */
export function readRecord(bytes: Uint8Array): PictureRecord | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length !== RECORD_BYTES || view.getUint32(0, true) !== crc32(bytes.subarray(4))) return null;
  return {
    words: {
      offset: Number(view.getBigUint64(8, true)),
      bytes: view.getUint32(16, true),
      count: view.getUint16(32, true),
    },
    classNumber: view.getUint32(20, true),
    pixelsCrc: view.getUint32(24, true),
    entry: view.getUint32(28, true),
    width: view.getUint16(34, true),
    height: view.getUint16(36, true),
    place: { x: view.getUint8(38), y: view.getUint8(39) },
    sourceDigest: bytes.subarray(40, 56),
    differenceHash: bytes.subarray(56, 64),
  };
}
