// The pool of a run's slots: which slot the next save takes, and further slots. Not here: who may be
// overwritten (retention.ts), the writing (checkpoint-write.ts).
import { FaultError } from '../fault.ts';
import type { SaveRequest } from './api.ts';
import { chooseSlot, type RetentionRule } from './retention.ts';
import type { RunFolder } from './run-folder.ts';
import { PAYLOAD_OFFSET, slotBytes } from './slot.ts';
import type { Slot } from './slot-scan.ts';
import { miscounted, otherFault } from './storage-fault.ts';
import type { StoreDirectory } from './store-directory.ts';

/**
 * How many slots the pool has for checkpoints of `bytes`. A checkpoint in a smaller slot, as in a run that
 * was prolonged, counts: its slot is grown before the next one is written into it.
 */
export const poolSize = (folder: RunFolder, bytes: number): number =>
  folder.slots.filter(
    (slot) =>
      slot.newerGeneration === null &&
      slot.state !== 'unreadable' &&
      (slot.bytes >= bytes || (slot.state !== 'empty' && slot.bytes >= PAYLOAD_OFFSET)),
  ).length;

/**
 * Makes room of `bytes` by `make`. `ownBytes`: bytes of all the store's slots. Throws FaultError kind
 * `storage` that tells a full disk from a browser whose count of the storage is wrong.
 */
export async function withRoom<T>(
  directory: StoreDirectory,
  bytes: number,
  ownBytes: number,
  make: () => T | Promise<T>,
): Promise<T> {
  try {
    return await make();
  } catch (error) {
    const { fault } = otherFault(error, `${bytes} bytes of room`);
    const { usageBytes } = await directory.estimate();
    if (!fault.got.startsWith('QuotaExceededError') || usageBytes === null || usageBytes >= ownBytes)
      throw new FaultError(fault);
    const got = `${fault.got}; the browser counts ${usageBytes} bytes where the store has ${ownBytes}`;
    throw new FaultError(miscounted(fault.expected, got));
  }
}

/** How a save gets room: a slot more, or a larger one in the place of one whose checkpoint may go. */
export interface Room {
  add: (bytes: number) => Promise<Slot>;
  grow: (slot: Slot, bytes: number) => Promise<void>;
}

/**
 * A slot that is large enough and whose checkpoint may go; one that is too small is grown. An autosave gets a
 * new one also beyond the pool: while there is room, it never takes the place of another checkpoint. Throws
 * FaultError kind `storage` where there is no such slot and no room for one.
 */
export async function slotForSave(
  folder: RunFolder,
  sizes: { payloadBytes: number; capacityBytes: number },
  { autosave, ...rule }: RetentionRule & Pick<SaveRequest, 'autosave'>,
  { add, grow }: Room,
): Promise<Slot> {
  const bytes = slotBytes(Math.max(sizes.payloadBytes, sizes.capacityBytes));
  const slots = folder.retentionSlots();
  const choose = (atLeast: number) => chooseSlot(slots, { bytes: atLeast, ...rule });
  const take = (number: number | null) => folder.slots.find((slot) => slot.number === number);
  // A file shorter than a header holds nothing and may be unreadable.
  const { free, spare } = choose(PAYLOAD_OFFSET);
  const poolIsWhole = poolSize(folder, bytes) >= folder.wantedSlots;
  const givesUp = poolIsWhole && !autosave;
  const chosen = take(choose(bytes).free) ?? take(free) ?? (givesUp ? take(spare) : undefined);
  try {
    if (!chosen) return await add(bytes);
    if (chosen.bytes < bytes) await grow(chosen, bytes);
    return chosen;
  } catch (error) {
    // Without room for the run's last step, a slot that is large enough today is better than no save.
    const today = choose(slotBytes(sizes.payloadBytes));
    const last = take(today.free) ?? take(today.spare);
    if (last) return last;
    throw error;
  }
}
