// One slot file as a scan finds it. Only what was read frees a slot: a file that cannot be read for now is
// kept as it is, and is looked at again. Not here: the slots of a run (run-folder.ts), the layout (slot.ts).
import { FaultError, faultOf } from '../fault.ts';
import type { SlotReport } from './api.ts';
import { decodeSector, PAYLOAD_OFFSET, type SlotHeader } from './slot.ts';
import { readSector, type SyncHandle } from './slot-file.ts';
import { nameOf, provesDamage } from './storage-fault.ts';
import type { StoreDirectory } from './store-directory.ts';

/** A slot file as this session knows it. */
export interface Slot {
  readonly number: number;
  handle: SyncHandle;
  bytes: number;
  state: SlotReport['state'];
  /** Header of the checkpoint, also where its payload was found damaged; null without a readable header. */
  header: SlotHeader | null;
  /** Why the slot is invalid or unreadable, in words; null otherwise. */
  why: string | null;
  /** Fields of a damaged header, as far as they can be read; null where the header is not damaged. */
  seems: { name: string; globalStep: number; generation: number } | null;
  /** The generation in a slot of a newer format, which is never touched; null otherwise. */
  newerGeneration: number | null;
  /** Exports that still read the slot. */
  pins: number;
  /** performance.now() when this session first saw the file. */
  readonly seenAt: number;
  /** The file was there before this session: its name is older than those that the session made. */
  readonly found: boolean;
}

/** The name of a slot's file. */
export const slotName = (number: number): string => `slot-${number}`;

/** Marks an unusable slot in memory: retention no longer counts it as a checkpoint. */
export function markInvalid(slot: Slot, why: string): void {
  slot.state = 'invalid';
  slot.why = why;
}

/** Stands for the handle of a file that cannot be opened: size 0, and every access throws the reason. */
function unopened(error: unknown): SyncHandle {
  const fail = (): never => {
    throw error;
  };
  return { read: fail, write: fail, flush: fail, truncate: fail, getSize: () => 0, close: () => undefined };
}

function slotOf(number: number, handle: SyncHandle, found: boolean): Slot {
  const nothing = { header: null, why: null, seems: null, newerGeneration: null };
  return { number, handle, bytes: 0, state: 'empty', ...nothing, pins: 0, seenAt: performance.now(), found };
}

/** A slot of a file that was just opened. `found`: see Slot. */
export function scannedSlot(number: number, handle: SyncHandle, found: boolean): Slot {
  const slot = slotOf(number, handle, found);
  scan(slot);
  return slot;
}

/** Reads the slot's header anew. */
export function scan(slot: Slot): void {
  Object.assign(slot, { header: null, why: null, seems: null, newerGeneration: null });
  try {
    slot.bytes = slot.handle.getSize();
    slot.state = 'empty';
    // The making of a shorter file was interrupted: nothing was ever saved in it.
    if (slot.bytes >= PAYLOAD_OFFSET) readHeader(slot);
  } catch (error) {
    slot.state = provesDamage(error) ? 'invalid' : 'unreadable';
    slot.why = faultOf(error).got;
  }
}

function readHeader(slot: Slot): void {
  const reading = decodeSector(readSector(slot.handle), slot.bytes);
  slot.state = reading.state === 'empty' || reading.state === 'valid' ? reading.state : 'invalid';
  if (reading.state === 'valid') slot.header = reading.header;
  if (reading.state === 'newer') slot.newerGeneration = reading.generation;
  if (reading.state === 'damaged') slot.seems = reading;
  if (reading.state === 'newer' || reading.state === 'damaged') slot.why = reading.why;
}

/**
 * Opens a slot's file and reads its header. One that cannot be opened must not hide the others: it is
 * `unreadable`, and `invalid` where the file is gone. Throws FaultError only where another tab holds it.
 */
export async function openSlot(directory: StoreDirectory, runId: string, number: number): Promise<Slot> {
  try {
    return scannedSlot(number, await directory.openFile(runId, slotName(number), false), true);
  } catch (error) {
    if (error instanceof FaultError && error.fault.kind === 'tab') throw error;
    const state = nameOf(error) === 'NotFoundError' ? 'invalid' : 'unreadable';
    const why = `its file cannot be opened: ${faultOf(error).got}`;
    return { ...slotOf(number, unopened(error), true), state, why };
  }
}

/** Tries an unreadable slot again, and opens its file where that failed. Throws as openSlot does. */
export async function scanAgain(slot: Slot, directory: StoreDirectory, runId: string): Promise<void> {
  slot.handle.close();
  const { handle, bytes, state, header, why, seems, newerGeneration } = await openSlot(
    directory,
    runId,
    slot.number,
  );
  Object.assign(slot, { handle, bytes, state, header, why, seems, newerGeneration });
}

/** What generation the slot holds, as far as can be told; null: it cannot be told for now. */
export function generationIn({ state, header, seems, newerGeneration }: Slot): number | null {
  const known = (header ?? seems)?.generation ?? newerGeneration;
  if (known !== null) return known;
  return state === 'empty' || state === 'writing' ? 0 : null;
}
