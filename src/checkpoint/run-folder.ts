// One run's folder: its note and its slots with their handles. What cannot be read for now hides nothing
// else, and is not taken for empty: such a slot is not written, all checkpoints count as kept. Not here: one
// slot's file (slot-scan.ts), saving and loading (store.ts), which slot is next (retention.ts).
import type { CheckpointRecord, LoadedCheckpoint, RunReport } from './api.ts';
import { FaultError } from '../fault.ts';
import type { RetentionSlot } from './retention.ts';
import { EMPTY_NOTE, NoteFile, type StoredNote } from './run-note.ts';
import { prewrite, type SyncHandle, zeroHeader } from './slot-file.ts';
import {
  generationIn,
  markInvalid,
  openSlot,
  scan,
  scanAgain,
  scannedSlot,
  type Slot,
  slotName,
} from './slot-scan.ts';
import type { StoreDirectory } from './store-directory.ts';
import { nameOf, otherFault } from './storage-fault.ts';

/** After this long the name of a new file survives a power cut (measured: 35 s). */
const SETTLED_MS = 60_000;

const NOTE = 'note';

/** What cannot be read for now is taken to hold fewer generations than this, which no run of years makes. */
export const GENERATIONS_HIDDEN = 2 ** 24;

export class RunFolder {
  readonly runId: string;
  readonly #directory: StoreDirectory;
  /** Null: there is none, or it is not read (#unread). */
  #note: NoteFile | null = null;
  /** Why the list of the files, or the note, cannot be read for now; null: both are read. */
  #unread: { what: 'names' | 'note'; error: unknown } | null = null;
  /** Checkpoints up to this generation were made before the folder was opened. */
  #foundUpTo = 0;
  slots: Slot[] = [];
  /** How many slots the trainer wants in the pool. */
  wantedSlots = 3;
  /** Whether the folder was made in this session. */
  readonly fresh: boolean;

  private constructor(directory: StoreDirectory, runId: string, fresh: boolean) {
    this.#directory = directory;
    this.runId = runId;
    this.fresh = fresh;
  }

  /** A new folder with a note and no slots. Throws FaultError kind `storage`. */
  static async create(
    directory: StoreDirectory,
    runId: string,
    note: Partial<StoredNote>,
  ): Promise<RunFolder> {
    const folder = new RunFolder(directory, runId, true);
    await folder.#newNote(note);
    return folder;
  }

  /**
   * Takes the handles of an existing folder and reads its headers; changes nothing. What cannot be read stays
   * unread. Throws FaultError kind `tab` where another tab holds a file.
   */
  static async open(directory: StoreDirectory, runId: string): Promise<RunFolder> {
    const folder = new RunFolder(directory, runId, false);
    folder.#unread = { what: 'names', error: null };
    try {
      await folder.#look();
    } catch (error) {
      folder.close();
      throw otherFault(error, `the files of ${runId}`);
    }
    folder.#foundUpTo = folder.highestGeneration() + GENERATIONS_HIDDEN;
    return folder;
  }

  /** Tries again to read what could not be read. */
  async lookAgain(): Promise<void> {
    // What another tab holds cannot be read either.
    await this.#look().catch(() => undefined);
  }

  async #look(): Promise<void> {
    for (const slot of this.slots.filter(({ state }) => state === 'unreadable'))
      await scanAgain(slot, this.#directory, this.runId);
    if (this.#unread?.what === 'names') await this.#reading('names', () => this.#lookAtNames());
    if (this.#unread?.what === 'note') await this.#reading('note', () => this.#openNote());
  }

  /** Keeps why `work` failed. Throws FaultError only where another tab holds a file. */
  async #reading(what: 'names' | 'note', work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof FaultError && error.fault.kind === 'tab') throw error;
      this.#unread = { what, error };
    }
  }

  async #lookAtNames(): Promise<void> {
    const names = await this.#directory.fileNames(this.runId);
    const numbers = names.flatMap((name) => (/^slot-\d+$/.test(name) ? [Number(name.slice(5))] : []));
    for (const number of numbers.sort((a, b) => a - b))
      this.slots.push(await openSlot(this.#directory, this.runId, number));
    // Without one, a crash came between folder and note: the first writeNote makes the note.
    this.#unread = names.includes(NOTE) ? { what: 'note', error: null } : null;
  }

  async #openNote(): Promise<void> {
    let handle: SyncHandle | null = null;
    try {
      handle = await this.#directory.openFile(this.runId, NOTE, false);
      this.#note = NoteFile.open(handle);
    } catch (error) {
      handle?.close();
      // A name without its file, as after a power cut: there is no note.
      if (nameOf(error) !== 'NotFoundError') throw error;
    }
    this.#unread = null;
  }

  async #newNote(note: Partial<StoredNote>): Promise<void> {
    const handle = await this.#directory.openFile(this.runId, NOTE, true);
    try {
      this.#note = NoteFile.create(handle, note);
    } catch (error) {
      handle.close();
      throw error;
    }
  }

  /** Whether the note, or the list of the files, cannot be read for now. */
  get isUnread(): boolean {
    return this.#unread !== null;
  }

  /** The names of the files that are there now. Throws FaultError kind `storage`. */
  async #names(): Promise<readonly string[]> {
    try {
      return await this.#directory.fileNames(this.runId);
    } catch (error) {
      if (nameOf(error) === 'NotFoundError') return [];
      throw otherFault(error, `the files of ${this.runId}`);
    }
  }

  /**
   * Whether the note's file, and the slot's, are found by their names: handles go on working where the
   * browser has deleted the files. Throws FaultError kind `storage`.
   */
  async isThere(slot: Slot | null): Promise<boolean> {
    const names = await this.#names();
    const noted = this.#note === null || names.includes(NOTE);
    return noted && (slot === null || names.includes(slotName(slot.number)));
  }

  /**
   * Lets go of the files that are not found by their names; answers how many checkpoints were in them.
   * `anew`: a note that is gone is written anew. Throws FaultError kind `storage`.
   */
  async forgetVanished(anew: boolean): Promise<number> {
    const names = await this.#names();
    const isGone = ({ number }: Slot): boolean => !names.includes(slotName(number));
    const gone = this.slots.filter(isGone);
    for (const { handle } of gone) handle.close();
    this.slots = this.slots.filter((slot) => !isGone(slot));
    if (this.#note && !names.includes(NOTE)) {
      const { note } = this.#note;
      this.#note.close();
      this.#note = null;
      if (anew) await this.#newNote(note);
    }
    return gone.filter(({ state }) => state === 'valid').length;
  }

  get note(): StoredNote {
    return this.#note?.note ?? EMPTY_NOTE;
  }

  /** Changes the note, durably. Throws FaultError kind `storage`; the note is then as it was. */
  async writeNote(changes: Partial<StoredNote>): Promise<void> {
    // A note that cannot be read is not replaced by another: the user's choices are in it.
    if (this.#unread) await this.lookAgain();
    if (this.#unread) throw otherFault(this.#unread.error, `the ${this.#unread.what} of ${this.runId}`);
    if (this.#note) this.#note.write(changes);
    else await this.#newNote(changes);
  }

  /**
   * One more dense slot of `bytes`. An empty slot that is too small is grown; only without one a file is
   * made. Throws FaultError kind `storage`: the disk space is then given back, and an empty file stays for
   * the next try.
   */
  async addSlot(bytes: number): Promise<Slot> {
    const small = this.slots.find(
      ({ state, bytes: has, newerGeneration }) =>
        state === 'empty' && has < bytes && newerGeneration === null,
    );
    const slot = small ?? scannedSlot(this.#nextNumber(), await this.#newFile(), false);
    if (!small) this.slots.push(slot);
    this.growSlot(slot, bytes);
    return slot;
  }

  /**
   * Makes a slot's file larger, dense up to `bytes`. A checkpoint in the slot stays: only bytes past the end
   * of the file are written. Throws FaultError kind `storage`; the file then has the size it had.
   */
  growSlot(slot: Slot, bytes: number): void {
    const before = slot.bytes;
    // Where nothing is held all of the file is written: the making of the slot may have been interrupted.
    const from = slot.state === 'empty' ? 0 : before;
    try {
      prewrite(slot.handle, bytes, from);
      slot.bytes = bytes;
    } catch (error) {
      try {
        slot.handle.truncate(before);
      } catch {
        // What made the file too large is told; the file is dense up to `before`, as it was.
      }
      throw error;
    }
  }

  /** Higher than any before, also of slots that are gone: of a settled number, the name is old. */
  #nextNumber(): number {
    return Math.max(this.note.settledSlot, ...this.slots.map(({ number }) => number)) + 1;
  }

  #newFile(): Promise<SyncHandle> {
    return this.#directory.openFile(this.runId, slotName(this.#nextNumber()), true);
  }

  /**
   * Makes the slot empty, durably. Throws FaultError kind `storage`: the slot is then what its header says.
   */
  empty(slot: Slot): void {
    try {
      zeroHeader(slot.handle);
    } catch (error) {
      scan(slot);
      // A header that reads as zero may not be on the disk, where the checkpoint may come back.
      if (slot.state === 'empty') markInvalid(slot, 'it was to be deleted, and the disk refused');
      throw error;
    }
    slot.state = 'empty';
    slot.header = null;
    slot.why = null;
    slot.seems = null;
  }

  /** Closes and removes the file of an empty slot. */
  async removeSlot(slot: Slot): Promise<void> {
    slot.handle.close();
    this.slots = this.slots.filter((other) => other !== slot);
    await this.#directory.removeFile(this.runId, slotName(slot.number));
  }

  /** Gives back the files that hold no checkpoint; a run that goes on makes them anew. */
  async freeEmpty(): Promise<void> {
    for (const slot of this.slots.filter(({ state }) => state === 'empty')) {
      // Only room: what cannot be removed now is tried again when the next run is made.
      await this.removeSlot(slot).catch(() => undefined);
    }
  }

  /** The valid slot of this generation; null without one. */
  find(generation: number): Slot | null {
    return (
      this.slots.find(({ state, header }) => state === 'valid' && header?.generation === generation) ?? null
    );
  }

  /** Whether no slot holds anything, not even a damaged checkpoint. */
  get isVoid(): boolean {
    return this.#unread === null && this.slots.every(({ state }) => state === 'empty');
  }

  /** The highest generation that the note or any header names, damaged headers included. */
  highestGeneration(): number {
    return Math.max(this.note.highestGeneration, ...this.slots.map((slot) => generationIn(slot) ?? 0));
  }

  /** Whether there may be a higher generation than highestGeneration() in what cannot be read for now. */
  get hidesGenerations(): boolean {
    return this.#unread !== null || this.slots.some((slot) => generationIn(slot) === null);
  }

  /** While the note cannot be read, whatever was there when the folder was opened may be kept. */
  #isKept(generation: number): boolean {
    return this.note.kept.includes(generation) || (this.#unread !== null && generation <= this.#foundUpTo);
  }

  /** The checkpoint in a slot as the page lists it; null where the slot is not valid. */
  record(slot: Slot): CheckpointRecord | null {
    const { header } = slot;
    if (slot.state !== 'valid' || !header) return null;
    const { name, globalStep, epoch, generation, created, meanLoss, autosave } = header;
    return {
      runId: this.runId,
      generation,
      name,
      globalStep,
      epoch,
      slot: slot.number,
      sizeBytes: header.payloadBytes,
      created,
      meanLoss,
      kept: this.#isKept(generation),
      autosave,
    };
  }

  /** What the note adds to a checkpoint. Where the note was lost, the run began at this checkpoint's time. */
  noted({ created }: CheckpointRecord): Pick<LoadedCheckpoint, 'started' | 'length'> {
    return { started: this.note.started || created, length: this.note.length };
  }

  #isSettled({ number, seenAt }: Slot): boolean {
    return number <= this.note.settledSlot || performance.now() - seenAt >= SETTLED_MS;
  }

  /**
   * Notes which slots are settled, for the next start, which does not see how old a name is. At most one
   * write for each slot that was made. Throws FaultError kind `storage`.
   */
  async noteSettled(): Promise<void> {
    const young = this.slots.filter((slot) => !this.#isSettled(slot)).map(({ number }) => number);
    const settled = Math.min(...young, this.#nextNumber()) - 1;
    if (settled > this.note.settledSlot) await this.writeNote({ settledSlot: settled });
  }

  retentionSlots(): RetentionSlot[] {
    // Where no age is known, names of earlier sessions are the older ones.
    const known = this.slots.some((slot) => slot.state === 'valid' && this.#isSettled(slot));
    return this.slots.map((slot) => ({
      slot: slot.number,
      bytes: slot.bytes,
      state: slot.state,
      untouchable: slot.newerGeneration !== null,
      generation: slot.header?.generation ?? 0,
      name: slot.header?.name ?? '',
      globalStep: slot.header?.globalStep ?? 0,
      kept: this.#isKept(slot.header?.generation ?? -1),
      autosave: slot.header?.autosave ?? false,
      pinned: slot.pins > 0,
      settled: this.#isSettled(slot) || (!known && slot.found),
    }));
  }

  report(): RunReport {
    const { name, closed, paused, kept, started, length } = this.note;
    return {
      runId: this.runId,
      note: { name, closed, paused, kept, started, length },
      slots: this.slots.map((slot) => ({
        runId: this.runId,
        slot: slot.number,
        capacityBytes: slot.bytes,
        state: slot.state,
        record: this.record(slot),
        why: slot.why,
      })),
    };
  }

  close(): void {
    for (const { handle } of this.slots) handle.close();
    this.#note?.close();
  }
}
