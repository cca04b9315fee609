// A set of the user's pictures while it is being written: pixels, texts and records grow together and reach
// the disk every 232 entries or every second, then a mark of how far they go; info.json ends it. Stopped at
// any moment, the folder goes on behind its last whole mark. Runs in a worker (sync access handles).
// Not here: reading sets (picture-store.ts), which pictures come (own-pictures.ts).
import { editedFingerprint } from './edited-fingerprint.ts';
import { type Carried, readCarried, tellCarried, writeCarried } from './store/carried-edits.ts';
import { EDITS } from './store/edits-mark.ts';
import { type ImportNote, readNote, SOURCE } from './store/import-note.ts';
import { cutBehind, keptPictures, type SetFiles } from './store/kept-prefix.ts';
import { NOTHING_SETTLED, type ProgressMark, readMark, writeMark } from './store/progress-mark.ts';
import { type Origin, type PictureRecord, RECORD_BYTES, recordBytes } from './store/record.ts';
import { FILES, type SetFolder, type SyncFile, writeJson, writeWhole } from './store/set-file.ts';
import { SetSums } from './store/set-sums.ts';
import { INFO, type StoredInfo, VERSION } from './store/stored-info.ts';
import { packTexts, type PictureTexts, unpackTexts } from './store/texts.ts';
import type { Traits } from './store/traits.ts';

/**
 * What waits in memory at most: after that many entries, bytes or milliseconds it is written. With the 24
 * that are decoded ahead (decode-pool.ts) no more than 256 are decoded again after a crash.
 */
const WAITING = { entries: 232, bytes: 8 * 1024 * 1024, ms: 1000 };

/** A picture to be stored. */
export interface NewPicture {
  /** [size, size, 3] bytes. */
  pixels: Uint8Array<ArrayBuffer>;
  traits: Traits;
  texts: PictureTexts;
  from: Origin;
}

/** Progress without the count of records, which the draft knows. */
export type Settled = Omit<ProgressMark, 'records'>;

/** A set that is being written. Its end is one call of `seal`, or of `stop`. */
export class PictureDraft {
  readonly folder: SetFolder;
  readonly note: ImportNote;
  readonly #files: SetFiles;
  #sums = new SetSums();
  /** What is not written yet. */
  #waiting: { pixels: Uint8Array<ArrayBuffer>; texts: Uint8Array<ArrayBuffer>; record: Uint8Array }[] = [];
  #waitingBytes = 0;
  /** Entries that were settled since the last mark. */
  #unmarked = 0;
  #settled: Settled = NOTHING_SETTLED;
  #turn = 0;
  #writtenAt = performance.now();

  private constructor(folder: SetFolder, files: SetFiles, note: ImportNote) {
    this.folder = folder;
    this.#files = files;
    this.note = note;
  }

  /** Makes the files of a new set in an empty folder. */
  static async begin(folder: SetFolder, note: ImportNote): Promise<PictureDraft> {
    await writeJson(folder, SOURCE, note);
    for (const name of [INFO, EDITS]) (await folder.open(name)).close();
    return new PictureDraft(folder, await openFiles(folder), note);
  }

  /**
   * Goes on with a set that was stopped: what is whole is read again, the rest is cut. Null where the folder
   * holds none.
   */
  static async reopen(folder: SetFolder): Promise<PictureDraft | null> {
    const note = await readNote(folder);
    if (!note) return null;
    const draft = new PictureDraft(folder, await openFiles(folder), note);
    try {
      await draft.#readKept();
    } catch (error) {
      draft.#close();
      throw error;
    }
    return draft;
  }

  /** Pictures so far. */
  get count(): number {
    return this.#sums.count;
  }

  /** What is settled: where the import goes on. */
  get settled(): Settled {
    return this.#settled;
  }

  /** Whether a file of so many bytes is taken; nothing stays of it. Before the first picture only. */
  takes(bytes: number): boolean {
    const { pixels } = this.#files;
    try {
      return pixels.write(new Uint8Array(1), { at: bytes - 1 }) === 1;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'QuotaExceededError') return false;
      throw error;
    } finally {
      pixels.truncate(0);
    }
  }

  /** Adds a picture; false where the set has the same pixels already. */
  async push({ pixels, traits, texts, from }: NewPicture): Promise<boolean> {
    if (!this.#sums.isNew(traits.digest)) return false;
    const packed = packTexts(texts);
    const record: PictureRecord = {
      ...from,
      words: { offset: this.#sums.wordsEnd, bytes: packed.bytes.length, count: packed.count },
      classNumber: this.#sums.classNumber(texts.className),
      pixelsCrc: traits.crc,
      differenceHash: traits.differenceHash,
    };
    this.#waiting.push({ pixels, texts: packed.bytes, record: recordBytes(record) });
    this.#waitingBytes += pixels.length + packed.bytes.length;
    await this.#sums.add(pixels, packed.bytes, texts);
    return true;
  }

  /** Changes by hand that the set is to have, by numbers of its pictures. Before the first one of them. */
  carry(carried: Carried): Promise<void> {
    return writeCarried(this.folder, carried);
  }

  /** Pixels of this SHA-256 count as there from now on. */
  leaveOut(digest: Uint8Array): void {
    this.#sums.isNew(digest);
  }

  /** All entries up to here are stored or left out. Writes what waits, where it is time for it. */
  settle(settled: Settled): void {
    this.#settled = settled;
    this.#unmarked++;
    const isFull = this.#unmarked >= WAITING.entries || this.#waitingBytes >= WAITING.bytes;
    if (isFull || performance.now() - this.#writtenAt >= WAITING.ms) this.write();
  }

  /**
   * Writes what waits: records reach the disk after what they speak of, the mark after the records. Throws
   * FaultError kind `storage` where the storage is full.
   */
  write(): void {
    const waiting = this.#waiting;
    const { pixels, records, words, progress } = this.#files;
    const { count, wordsEnd } = this.#sums;
    const first = count - waiting.length;
    const bytes = this.note.size ** 2 * 3;
    const texts = joined(waiting.map((one) => one.texts));
    if (waiting.length > 0) {
      append(pixels, joined(waiting.map((one) => one.pixels)), first * bytes);
      append(words, texts, wordsEnd - texts.length);
      append(records, joined(waiting.map(({ record }) => record)), first * RECORD_BYTES);
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#unmarked = 0;
    writeMark(progress, { ...this.#settled, records: count }, ++this.#turn);
    progress.flush();
    this.#writtenAt = performance.now();
  }

  /**
   * Ends the set: info.json is the last to reach the disk. `earlierOf`: the ids that a set of this
   * fingerprint, with what it carries, had before.
   */
  async seal(title: string, earlierOf: (fingerprint: string) => readonly string[] = () => []): Promise<void> {
    this.write();
    const { size } = this.note;
    const told = await this.#sums.told(size);
    const carried = await readCarried(this.folder, told.count);
    const fingerprint = await editedFingerprint(told.fingerprint, carried, new Uint32Array());
    const earlier = [...earlierOf(fingerprint)];
    const { words, captions } = told;
    if (carried) await tellCarried(this.folder, carried, { fingerprint, words, captions, earlier });
    const info: StoredInfo = {
      ...{ version: VERSION, title, size, ...told },
      ...(earlier.length > 0 ? { earlier } : {}),
    };
    this.#close();
    await writeJson(this.folder, INFO, info);
  }

  /** Leaves the folder as it is on the disk; `write` first to keep what waits. */
  stop(): void {
    this.#close();
  }

  #close(): void {
    for (const file of Object.values(this.#files) as SetFiles[keyof SetFiles][]) file.close();
  }

  /**
   * The newest mark whose pictures are whole is where the set goes on; a torn set has an older one, or
   * none.
   */
  async #readKept(): Promise<void> {
    const bytes = this.note.size ** 2 * 3;
    this.#turn = readMark(this.#files.progress, Infinity)?.turn ?? 0;
    for (let most = Infinity; ; most = this.#sums.count) {
      const { records, ...settled } = readMark(this.#files.progress, most)?.mark ?? NOTHING_SETTLED;
      this.#sums = await sumsOf(this.#files, bytes, records);
      this.#settled = settled;
      if (this.#sums.count === records) break;
    }
    cutBehind(this.#files, this.#sums.count, bytes, this.#sums.wordsEnd);
  }
}

/** Reads the first `count` pictures, or as many as are whole. */
async function sumsOf(files: SetFiles, bytes: number, count: number): Promise<SetSums> {
  const sums = new SetSums();
  for (const some of keptPictures(files, bytes, count)) {
    const digests = await Promise.all(some.map(({ pixels }) => crypto.subtle.digest('SHA-256', pixels)));
    for (const [i, { pixels, texts }] of some.entries()) {
      sums.isNew(new Uint8Array(digests[i] as ArrayBuffer));
      await sums.add(pixels, texts, unpackTexts(texts));
    }
  }
  return sums;
}

async function openFiles(folder: SetFolder): Promise<SetFiles> {
  const [pixels, records, words, progress] = [
    await folder.open(FILES.pixels),
    await folder.open(FILES.records),
    await folder.open(FILES.words),
    await folder.open(FILES.progress),
  ];
  return { pixels, records, words, progress };
}

function append(file: SyncFile, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  writeWhole(file, bytes, at);
  file.flush();
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
