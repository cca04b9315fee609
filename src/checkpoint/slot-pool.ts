// The pool of a run's slots: which slot the next save takes, and further slots. Not here: who may be
// overwritten (retention.ts), the writing (checkpoint-write.ts).
import { FaultError } from '../fault.ts';
import type { SaveRequest } from './api.ts';
import { chooseSlot, type RetentionRule } from './retention.ts';
import type { RunFolder, Slot } from './run-folder.ts';
import { slotBytes } from './slot.ts';
import { miscounted, otherFault } from './storage-fault.ts';
import type { StoreDirectory } from './store-directory.ts';

/** How many slots are large enough for `bytes` and may be written. */
export const poolSize = (folder: RunFolder, bytes: number): number =>
  folder.slots.filter((slot) => slot.bytes >= bytes && slot.newerGeneration === null).length;

/**
 * One more slot of `bytes`. `ownBytes`: bytes of all the store's slots. Throws FaultError kind `storage` that
 * tells a full disk from a browser whose count of the storage is wrong.
 */
export async function addSlot(
  directory: StoreDirectory,
  folder: RunFolder,
  bytes: number,
  ownBytes: number,
): Promise<Slot> {
  try {
    return await folder.addSlot(bytes);
  } catch (error) {
    const { fault } = otherFault(error, `${bytes} bytes of room`);
    const { usageBytes } = await directory.estimate();
    if (!fault.got.startsWith('QuotaExceededError') || usageBytes === null || usageBytes >= ownBytes)
      throw new FaultError(fault);
    const got = `${fault.got}; the browser counts ${usageBytes} bytes where the store has ${ownBytes}`;
    throw new FaultError(miscounted(fault.expected, got));
  }
}

/**
 * A slot that is large enough and whose checkpoint may go. `add` makes a new one, for an autosave also beyond
 * the pool: while there is room, an autosave never takes the place of another checkpoint. Throws FaultError
 * kind `storage` where neither is possible.
 */
export async function slotForSave(
  folder: RunFolder,
  sizes: { payloadBytes: number; capacityBytes: number },
  { autosave, ...rule }: RetentionRule & Pick<SaveRequest, 'autosave'>,
  add: (bytes: number) => Promise<Slot>,
): Promise<Slot> {
  const bytes = slotBytes(Math.max(sizes.payloadBytes, sizes.capacityBytes));
  const take = (number: number | null) => folder.slots.find((slot) => slot.number === number);
  const { free, spare } = chooseSlot(folder.retentionSlots(), { bytes, ...rule });
  const poolIsWhole = poolSize(folder, bytes) >= folder.wantedSlots;
  const chosen = take(free) ?? (poolIsWhole && !autosave ? take(spare) : undefined);
  if (chosen) return chosen;
  try {
    return await add(bytes);
  } catch (error) {
    // Without room for the run's last step, a slot that is large enough today is better than no save.
    const today = chooseSlot(folder.retentionSlots(), { bytes: slotBytes(sizes.payloadBytes), ...rule });
    const last = take(today.free) ?? take(today.spare);
    if (last) return last;
    throw error;
  }
}
