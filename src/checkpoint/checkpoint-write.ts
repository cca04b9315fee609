// A checkpoint into its slot, with the slot's state kept true on the way, and retention once the new one is there.
// Not here: the order of the bytes (save.ts), the choice of the slot (room.ts).
import { faultOf } from '../fault.ts';
import type { SaveReport, SaveRequest } from './api.ts';
import type { Payload } from './payload.ts';
import { markInvalid } from './recovery.ts';
import { letGo } from './retention.ts';
import type { RunFolder, Slot } from './run-folder.ts';
import { saveIntoSlot } from './save.ts';

/** Throws FaultError kind `storage`: the slot is then no checkpoint, all others are as they were. */
export async function writeCheckpoint(
  folder: RunFolder,
  slot: Slot,
  payload: Payload,
  request: SaveRequest,
  generation: number,
): Promise<SaveReport> {
  const { runId, name, globalStep, epoch, meanLoss, created } = request;
  Object.assign(slot, { state: 'writing', header: null, seems: null, why: null } satisfies Partial<Slot>);
  try {
    const facts = { runId, name, globalStep, epoch, meanLoss, created, generation };
    const { header, times } = await saveIntoSlot(slot.handle, payload, facts);
    slot.state = 'valid';
    slot.header = header;
    const record = folder.record(slot);
    if (!record) throw new Error('a valid slot without a record');
    return { record, ...times };
  } catch (error) {
    markInvalid(slot, 'its last save was not finished');
    throw error;
  }
}

/** Step checkpoints beyond the newest `keepNewest` go, now that the new one is there. */
export function applyRetention(folder: RunFolder, keepNewest: number): void {
  const numbers = letGo(folder.retentionSlots(), keepNewest);
  for (const slot of folder.slots.filter(({ number }) => numbers.includes(number))) {
    try {
      folder.empty(slot);
    } catch (error) {
      // No checkpoint either: the next save overwrites it.
      markInvalid(slot, `it was let go, but its header could not be cleared: ${faultOf(error).got}`);
    }
  }
}
