// One run's folder: its note, its slots with their handles, and what a scan of the headers found. Not here:
// saving and loading (store.ts), which slot is next (retention.ts).
import type { CheckpointRecord, LoadedCheckpoint, RunReport, SlotReport } from './api.ts';
import { FaultError, faultOf } from '../fault.ts';
import type { RetentionSlot } from './retention.ts';
import { EMPTY_NOTE, NoteFile, type StoredNote } from './run-note.ts';
import { decodeSector, PAYLOAD_OFFSET, type SlotHeader } from './slot.ts';
import { prewrite, readSector, type SyncHandle, zeroHeader } from './slot-file.ts';
import type { StoreDirectory } from './store-directory.ts';
import { otherFault } from './storage-fault.ts';

/** After this long the name of a new file survives a power cut (measured: 35 s). */
const SETTLED_MS = 60_000;

/** A slot file as this session knows it. */
export interface Slot {
  readonly number: number;
  readonly handle: SyncHandle;
  bytes: number;
  state: SlotReport['state'];
  /** Header of the checkpoint, also where its payload was found damaged; null without a readable header. */
  header: SlotHeader | null;
  /** Why the slot is invalid, in words; null otherwise. */
  why: string | null;
  /** Fields of a damaged header, as far as they can be read; null where the header is not damaged. */
  seems: { name: string; globalStep: number; generation: number } | null;
  /** The generation in a slot of a newer format, which is never touched; null otherwise. */
  newerGeneration: number | null;
  /** Exports that still read the slot. */
  pins: number;
  /** performance.now() when this session first saw the file. */
  seenAt: number;
}

const NOTE = 'note';
const slotName = (number: number): string => `slot-${number}`;

/** Stands for the handle of a file that cannot be opened: size 0, and every access throws the reason. */
function unreadable(error: unknown): SyncHandle {
  const fail = (): never => {
    throw error;
  };
  return { read: fail, write: fail, flush: fail, truncate: fail, getSize: () => 0, close: () => undefined };
}

function scanSlot(number: number, handle: SyncHandle, why: string | null): Slot {
  const slot: Slot = {
    number,
    handle,
    bytes: handle.getSize(),
    state: why === null ? 'empty' : 'invalid',
    header: null,
    why,
    seems: null,
    newerGeneration: null,
    pins: 0,
    seenAt: performance.now(),
  };
  try {
    // The making of a shorter file was interrupted: nothing was ever saved in it.
    if (slot.bytes >= PAYLOAD_OFFSET) readHeader(slot);
  } catch (error) {
    slot.state = 'invalid';
    slot.why = faultOf(error).got;
  }
  return slot;
}

function readHeader(slot: Slot): void {
  const reading = decodeSector(readSector(slot.handle), slot.bytes);
  slot.state = reading.state === 'empty' || reading.state === 'valid' ? reading.state : 'invalid';
  if (reading.state === 'valid') slot.header = reading.header;
  if (reading.state === 'newer') slot.newerGeneration = reading.generation;
  if (reading.state === 'damaged') slot.seems = reading;
  if (reading.state === 'newer' || reading.state === 'damaged') slot.why = reading.why;
}

export class RunFolder {
  readonly runId: string;
  readonly #directory: StoreDirectory;
  #note: NoteFile | null;
  slots: Slot[];
  /** How many slots the trainer wants in the pool. */
  wantedSlots = 3;
  /** Whether the folder was made in this session. */
  readonly fresh: boolean;

  private constructor(
    directory: StoreDirectory,
    runId: string,
    note: NoteFile | null,
    slots: Slot[],
    fresh: boolean,
  ) {
    this.#directory = directory;
    this.runId = runId;
    this.#note = note;
    this.slots = slots;
    this.fresh = fresh;
  }

  /** A new folder with a note and no slots. Throws FaultError kind `storage`. */
  static async create(
    directory: StoreDirectory,
    runId: string,
    note: Partial<StoredNote>,
  ): Promise<RunFolder> {
    const handle = await directory.openFile(runId, NOTE, true);
    try {
      return new RunFolder(directory, runId, NoteFile.create(handle, note), [], true);
    } catch (error) {
      handle.close();
      throw error;
    }
  }

  /**
   * Takes the handles of an existing folder and reads its headers; changes nothing. Throws FaultError: kind
   * `tab` where another tab holds a file, `storage` where the folder cannot be read.
   */
  static async open(directory: StoreDirectory, runId: string): Promise<RunFolder> {
    const opened: SyncHandle[] = [];
    try {
      const names = await directory.fileNames(runId);
      const numbers = names.flatMap((name) => (/^slot-\d+$/.test(name) ? [Number(name.slice(5))] : []));
      const slots: Slot[] = [];
      for (const number of numbers.sort((a, b) => a - b)) {
        const { handle, why } = await openOrExplain(directory, runId, slotName(number));
        opened.push(handle);
        slots.push(scanSlot(number, handle, why));
      }
      // A crash came between folder and note: the first writeNote makes the note.
      if (!names.includes(NOTE)) return new RunFolder(directory, runId, null, slots, false);
      const note = await directory.openFile(runId, NOTE, false);
      opened.push(note);
      return new RunFolder(directory, runId, NoteFile.open(note), slots, false);
    } catch (error) {
      for (const handle of opened) handle.close();
      throw otherFault(error, `the files of ${runId}`);
    }
  }

  get note(): StoredNote {
    return this.#note?.note ?? EMPTY_NOTE;
  }

  /** Changes the note, durably. Throws FaultError kind `storage`; the note is then as it was. */
  async writeNote(changes: Partial<StoredNote>): Promise<void> {
    if (this.#note) return this.#note.write(changes);
    this.#note = NoteFile.create(await this.#directory.openFile(this.runId, NOTE, true), changes);
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
    const slot = small ?? scanSlot(this.#nextNumber(), await this.#newFile(), null);
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
      slot.handle.truncate(before);
      throw error;
    }
  }

  #nextNumber(): number {
    return Math.max(0, ...this.slots.map(({ number }) => number)) + 1;
  }

  #newFile(): Promise<SyncHandle> {
    return this.#directory.openFile(this.runId, slotName(this.#nextNumber()), true);
  }

  /** Makes the slot empty, durably. Throws FaultError kind `storage`. */
  empty(slot: Slot): void {
    zeroHeader(slot.handle);
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

  /** The valid slot of this generation; null without one. */
  find(generation: number): Slot | null {
    return (
      this.slots.find(({ state, header }) => state === 'valid' && header?.generation === generation) ?? null
    );
  }

  /** Whether no slot holds anything, not even a damaged checkpoint. */
  get isVoid(): boolean {
    return this.slots.every(({ state }) => state === 'empty');
  }

  /** The highest generation that the note or any header names, unreadable headers included. */
  highestGeneration(): number {
    const generations = this.slots.map(
      ({ header, newerGeneration, seems }) => (header ?? seems)?.generation ?? newerGeneration ?? 0,
    );
    return Math.max(this.note.highestGeneration, ...generations);
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
      kept: this.note.kept.includes(generation),
      autosave,
    };
  }

  /** What the note adds to a checkpoint. Where the note was lost, the run began at this checkpoint's time. */
  noted({ created }: CheckpointRecord): Pick<LoadedCheckpoint, 'started' | 'length'> {
    return { started: this.note.started || created, length: this.note.length };
  }

  retentionSlots(): RetentionSlot[] {
    const now = performance.now();
    return this.slots.map((slot) => ({
      slot: slot.number,
      bytes: slot.bytes,
      state: slot.state,
      untouchable: slot.newerGeneration !== null,
      generation: slot.header?.generation ?? 0,
      name: slot.header?.name ?? '',
      globalStep: slot.header?.globalStep ?? 0,
      kept: this.note.kept.includes(slot.header?.generation ?? -1),
      autosave: slot.header?.autosave ?? false,
      pinned: slot.pins > 0,
      settled: now - slot.seenAt >= SETTLED_MS,
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

/** A file that cannot be opened must not hide the others. Throws only where another tab holds the file. */
async function openOrExplain(
  directory: StoreDirectory,
  runId: string,
  name: string,
): Promise<{ handle: SyncHandle; why: string | null }> {
  try {
    return { handle: await directory.openFile(runId, name, false), why: null };
  } catch (error) {
    if (error instanceof FaultError && error.fault.kind === 'tab') throw error;
    return { handle: unreadable(error), why: `its file cannot be opened: ${faultOf(error).got}` };
  }
}
