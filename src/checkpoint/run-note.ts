// The note beside a run's slots: name, closed, paused, kept by hand. A file of fixed
// size, pre-written, with two halves that are written in turns: a torn write leaves
// the other half. Not here: what follows from a note (store.ts, recovery.ts).
import type { RunNote } from './api.ts';
import { crc32 } from '../formats/crc32.ts';
import { flush, prewrite, readExactly, type SyncHandle, writeExactly } from './slot-file.ts';
import { noteFull } from './storage-fault.ts';

/** The note as stored, with what the store notes for itself. */
export interface StoredNote extends RunNote {
  /** That the store has seen: no deleted one is used again. */
  highestGeneration: number;
  /** The names of the slots up to this number survive a power cut. 0: of none as far as known. */
  settledSlot: number;
}

const NOTE_BYTES = 128 * 1024;
const HALF_BYTES = NOTE_BYTES / 2;
const MAGIC = 0x544f_4e50;
/** Magic u32, length u32, turn u64, CRC-32 u32 (of prefix and text, its own four bytes taken as zero). */
const PREFIX_BYTES = 20;

export const EMPTY_NOTE: StoredNote = {
  name: '',
  closed: false,
  paused: false,
  kept: [],
  started: '',
  length: null,
  highestGeneration: 0,
  settledSlot: 0,
};

const sum = (record: Uint8Array): number => {
  const copy = record.slice();
  copy.fill(0, 16, PREFIX_BYTES);
  return crc32(copy);
};

function encodeNote(note: StoredNote, turn: number): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(note));
  if (PREFIX_BYTES + json.length > HALF_BYTES) throw noteFull(HALF_BYTES - PREFIX_BYTES, json.length);
  const record = new Uint8Array(PREFIX_BYTES + json.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  view.setBigUint64(8, BigInt(turn), true);
  record.set(json, PREFIX_BYTES);
  view.setUint32(16, sum(record), true);
  return record;
}

/** Null for a half that was never written, or only in part. */
function decodeNote(half: Uint8Array): { note: StoredNote; turn: number } | null {
  const view = new DataView(half.buffer, half.byteOffset);
  const length = view.getUint32(4, true);
  if (view.getUint32(0, true) !== MAGIC || PREFIX_BYTES + length > half.length) return null;
  const record = half.subarray(0, PREFIX_BYTES + length);
  if (view.getUint32(16, true) !== sum(record)) return null;
  const stored = JSON.parse(new TextDecoder().decode(record.slice(PREFIX_BYTES))) as Partial<StoredNote>;
  return { note: { ...EMPTY_NOTE, ...stored }, turn: Number(view.getBigUint64(8, true)) };
}

/** The note of one run, in memory as on the disk. */
export class NoteFile {
  readonly #handle: SyncHandle;
  #note: StoredNote;
  #turn: number;

  private constructor(handle: SyncHandle, note: StoredNote, turn: number) {
    this.#handle = handle;
    this.#note = note;
    this.#turn = turn;
  }

  /** A new note, in an empty file. Throws FaultError kind `storage`. */
  static create(handle: SyncHandle, note: Partial<StoredNote>): NoteFile {
    prewrite(handle, NOTE_BYTES);
    const file = new NoteFile(handle, EMPTY_NOTE, 0);
    file.write(note);
    return file;
  }

  /** Reads the newer whole half; the note is empty where neither half is whole. */
  static open(handle: SyncHandle): NoteFile {
    const bytes = new Uint8Array(NOTE_BYTES);
    // The file is shorter where its making was interrupted.
    readExactly(handle, 0, bytes.subarray(0, handle.getSize()));
    const first = decodeNote(bytes.subarray(0, HALF_BYTES));
    const second = decodeNote(bytes.subarray(HALF_BYTES));
    const newest = first && second ? (first.turn > second.turn ? first : second) : (first ?? second);
    return new NoteFile(handle, newest?.note ?? EMPTY_NOTE, newest?.turn ?? 0);
  }

  get note(): StoredNote {
    return this.#note;
  }

  /** Changes the note, durably. Throws FaultError kind `storage`; the note is then as it was. */
  write(changes: Partial<StoredNote>): void {
    const note = { ...this.#note, ...changes };
    const turn = this.#turn + 1;
    writeExactly(this.#handle, (turn % 2) * HALF_BYTES, encodeNote(note, turn));
    flush(this.#handle);
    this.#note = note;
    this.#turn = turn;
  }

  close(): void {
    this.#handle.close();
  }
}
