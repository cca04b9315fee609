// Room for a checkpoint: the slot of the next save, and further slots for the pool. Not here: who may be overwritten
// (retention.ts), the writing (checkpoint-write.ts).
import { FaultError } from '../fault.ts';
import { chooseSlot } from './retention.ts';
import type { RunFolder, Slot } from './run-folder.ts';
import { slotBytes } from './slot.ts';
import { miscounted, otherFault } from './storage-fault.ts';
import type { StoreDirectory } from './store-directory.ts';

/** Slots that can take a save of `bytes`. */
export const poolSize = (folder: RunFolder, bytes: number): number =>
  folder.slots.filter((slot) => slot.bytes >= bytes && slot.newerGeneration === null).length;

/**
 * One more slot. `ownBytes`: what the store holds in all. Throws FaultError kind `storage` that tells a full disk from a
 * browser that counts less than there is.
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
    const got = `${fault.got}; it counts ${usageBytes} bytes where there are ${ownBytes}`;
    throw new FaultError(miscounted(fault.expected, got));
  }
}

/** A slot that holds the payload and is never the only way back. Throws FaultError kind `storage` where there is none. */
export async function slotForSave(
  folder: RunFolder,
  sizes: { payloadBytes: number; capacityBytes: number },
  keepNewest: number,
  add: (bytes: number) => Promise<Slot>,
): Promise<Slot> {
  const bytes = slotBytes(Math.max(sizes.payloadBytes, sizes.capacityBytes));
  const take = (number: number | null) => folder.slots.find((slot) => slot.number === number);
  const { free, spare } = chooseSlot(folder.retentionSlots(), { bytes, keepNewest });
  const poolIsWhole = poolSize(folder, bytes) >= folder.wantedSlots;
  const chosen = take(free) ?? (poolIsWhole ? take(spare) : undefined);
  if (chosen) return chosen;
  try {
    return await add(bytes);
  } catch (error) {
    // No room: whatever slot holds this payload today, before nothing is saved at all.
    const today = chooseSlot(folder.retentionSlots(), { bytes: slotBytes(sizes.payloadBytes), keepNewest });
    const last = take(today.free) ?? take(today.spare);
    if (last) return last;
    throw error;
  }
}
