// What of a set's files is whole after its import was stopped, killed or cut from power: the records up to
// the first one that is torn, or whose pixels or texts are not there. Not here: going on
// (picture-draft.ts).
import { crc32 } from '../../formats/crc32.ts';
import { readRecord, RECORD_BYTES } from './record.ts';
import { readUpTo, type SyncFile } from './set-file.ts';

export interface SetFiles {
  pixels: SyncFile;
  records: SyncFile;
  words: SyncFile;
  progress: SyncFile;
}

/** A stored picture as it is read back. */
interface StoredPicture {
  pixels: Uint8Array<ArrayBuffer>;
  texts: Uint8Array<ArrayBuffer>;
}

/** Most pictures, and bytes of pixels, that are read at once. */
const MOST_AT_ONCE = 256;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/**
 * The first `count` pictures, some at a time, of `bytes` bytes of pixels each; ends at the first one that is
 * not whole.
 */
export function* keptPictures(files: SetFiles, bytes: number, count: number): Generator<StoredPicture[]> {
  const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(BYTES_AT_ONCE / bytes)));
  let wordsEnd = 0;
  for (let first = 0; first < count; first += atOnce) {
    const wanted = Math.min(atOnce, count - first);
    const records = readUpTo(files.records, first * RECORD_BYTES, atOnce * RECORD_BYTES);
    const pixels = readUpTo(files.pixels, first * bytes, atOnce * bytes);
    const some: StoredPicture[] = [];
    for (let i = 0; i < wanted; i++) {
      const record = readRecord(records.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES));
      const picture = pixels.subarray(i * bytes, (i + 1) * bytes);
      if (!record || record.words.offset !== wordsEnd || picture.length !== bytes) break;
      const texts = readUpTo(files.words, wordsEnd, record.words.bytes);
      if (texts.length !== record.words.bytes || crc32(picture) !== record.pixelsCrc) break;
      wordsEnd += texts.length;
      some.push({ pixels: picture, texts });
    }
    if (some.length > 0) yield some;
    if (some.length < wanted) return;
  }
}

/** Cuts what lies behind the first `count` pictures, whose texts end at `wordsEnd`. */
export function cutBehind(files: SetFiles, count: number, bytes: number, wordsEnd: number): void {
  files.records.truncate(count * RECORD_BYTES);
  files.pixels.truncate(count * bytes);
  files.words.truncate(wordsEnd);
}
