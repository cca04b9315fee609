// A checkpoint into its slot, with the slot's state in memory kept true on the way, and retention once the
// checkpoint is there. Not here: the order of the bytes (save.ts), the choice of the slot (slot-pool.ts).
import { FaultError } from '../fault.ts';
import type { SaveReport, SaveRequest } from './api.ts';
import type { Payload } from './payload.ts';
import { letGo, type RetentionRule } from './retention.ts';
import type { RunFolder } from './run-folder.ts';
import { saveIntoSlot } from './save.ts';
import { markInvalid, type Slot } from './slot-scan.ts';

/**
 * Saves `payload` as this generation. Throws FaultError kind `storage`:
 * the slot then holds no checkpoint, all others are as they were.
 */
export async function writeCheckpoint(
  folder: RunFolder,
  slot: Slot,
  payload: Payload,
  request: SaveRequest,
  generation: number,
): Promise<SaveReport> {
  const { runId, name, globalStep, epoch, meanLoss, created, autosave } = request;
  Object.assign(slot, { state: 'writing', header: null, seems: null, why: null } satisfies Partial<Slot>);
  try {
    const facts = { runId, name, globalStep, epoch, meanLoss, created, autosave, generation };
    const { header, times } = await saveIntoSlot(slot.handle, payload, facts);
    slot.state = 'valid';
    slot.header = header;
    const record = folder.record(slot);
    if (!record) throw new Error('a valid slot without a record');
    return { record, ...times, vanished: null };
  } catch (error) {
    markInvalid(slot, 'its last save was not finished');
    throw error;
  }
}

/** Empties the slots that retention lets go. Called after a save. */
export function applyRetention(folder: RunFolder, rule: RetentionRule): void {
  const numbers = letGo(folder.retentionSlots(), rule);
  for (const slot of folder.slots.filter(({ number }) => numbers.includes(number))) {
    try {
      folder.empty(slot);
    } catch (error) {
      // The save is there. What was not deleted now is let go after the next one.
      if (!(error instanceof FaultError)) throw error;
    }
  }
}
