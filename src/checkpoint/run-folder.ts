// One run's folder: its note, its slots, their handles, and what a scan of the headers found. Not here: saving and loading
// (store.ts), which slot is next (retention.ts).
import type { CheckpointRecord, RunReport, SlotReport } from './api.ts';
import { FaultError, faultOf } from '../fault.ts';
import type { RetentionSlot } from './retention.ts';
import { EMPTY_NOTE, NoteFile, type StoredNote } from './run-note.ts';
import { decodeSector, PAYLOAD_OFFSET, type SlotHeader } from './slot.ts';
import { prewrite, readSector, type SyncHandle, zeroHeader } from './slot-file.ts';
import type { StoreDirectory } from './store-directory.ts';
import { otherFault } from './storage-fault.ts';

/** A new file's name is safe from a power cut after this long (measured: 35 s). */
const SETTLED_MS = 60_000;

export interface Slot {
  readonly number: number;
  readonly handle: SyncHandle;
  bytes: number;
  state: SlotReport['state'];
  /** Of the checkpoint in it; also of one found damaged. */
  header: SlotHeader | null;
  why: string | null;
  /** What an unreadable header seems to say. */
  seems: { name: string; globalStep: number; generation: number } | null;
  /** Of a newer format: its generation; such a slot is never touched. */
  newerGeneration: number | null;
  /** Exports under way. */
  pins: number;
  /** performance.now() when this session first saw it. */
  seenAt: number;
}

const NOTE = 'note';
const slotName = (number: number): string => `slot-${number}`;

/** Stands for a file that cannot be opened: too small for anything, every access fails with the reason. */
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
    // A shorter file is one whose making was interrupted: nothing was ever saved in it.
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
  /** Slots that the trainer wants the pool to have. */
  wantedSlots = 3;
  /** Made in this session. */
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

  /** A folder that is there: takes its handles and reads its headers. Changes nothing. Throws FaultError kind `tab`. */
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
      // A folder without a note was made just before a crash: it gets one when there is something to note.
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

  /** Durable when it ends. Throws FaultError kind `storage`. */
  async writeNote(changes: Partial<StoredNote>): Promise<void> {
    if (this.#note) return this.#note.write(changes);
    this.#note = NoteFile.create(await this.#directory.openFile(this.runId, NOTE, true), changes);
  }

  /**
   * One more dense slot of `bytes`: an unused one that is too small is extended before a new file is made. Throws
   * FaultError kind `storage`; the disk space is then given back, the name stays for the next try.
   */
  async addSlot(bytes: number): Promise<Slot> {
    const slot = this.slots.find(
      ({ state, bytes: has, newerGeneration }) =>
        state === 'empty' && has < bytes && newerGeneration === null,
    );
    const handle = slot?.handle ?? (await this.#newFile());
    const added = slot ?? scanSlot(this.#nextNumber(), handle, null);
    if (!slot) this.slots.push(added);
    try {
      prewrite(handle, bytes);
      added.bytes = bytes;
      return added;
    } catch (error) {
      handle.truncate(0);
      added.bytes = 0;
      throw error;
    }
  }

  #nextNumber(): number {
    return Math.max(0, ...this.slots.map(({ number }) => number)) + 1;
  }

  #newFile(): Promise<SyncHandle> {
    return this.#directory.openFile(this.runId, slotName(this.#nextNumber()), true);
  }

  /** The slot is no checkpoint any more, durably. Throws FaultError kind `storage`. */
  empty(slot: Slot): void {
    zeroHeader(slot.handle);
    slot.state = 'empty';
    slot.header = null;
    slot.why = null;
    slot.seems = null;
  }

  /** Removes an empty slot's file. */
  async removeSlot(slot: Slot): Promise<void> {
    slot.handle.close();
    this.slots = this.slots.filter((other) => other !== slot);
    await this.#directory.removeFile(this.runId, slotName(slot.number));
  }

  find(generation: number): Slot | null {
    return (
      this.slots.find(({ state, header }) => state === 'valid' && header?.generation === generation) ?? null
    );
  }

  /** Nothing in it that anybody could want back. */
  get isVoid(): boolean {
    return this.slots.every(({ state }) => state === 'empty');
  }

  highestGeneration(): number {
    const generations = this.slots.map(
      ({ header, newerGeneration, seems }) => (header ?? seems)?.generation ?? newerGeneration ?? 0,
    );
    return Math.max(this.note.highestGeneration, ...generations);
  }

  record(slot: Slot): CheckpointRecord | null {
    const { header } = slot;
    if (slot.state !== 'valid' || !header) return null;
    const { name, globalStep, epoch, generation, created, meanLoss } = header;
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
    };
  }

  /** When the run began; where the note was lost, no later than this checkpoint. */
  startedBy({ created }: CheckpointRecord): string {
    return this.note.started || created;
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
      pinned: slot.pins > 0,
      settled: now - slot.seenAt >= SETTLED_MS,
    }));
  }

  report(): RunReport {
    const { closed, paused, kept, started } = this.note;
    return {
      runId: this.runId,
      note: { closed, paused, kept, started },
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

/** One file that cannot be opened must not hide the others; one that another tab holds is another matter. */
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
