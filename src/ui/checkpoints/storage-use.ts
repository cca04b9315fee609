// How much room checkpoints take and will take, from what the store reports. Not here: how it is shown.
import type { State } from '../../app/state.ts';

export interface StorageUse {
  usedBytes: number;
  /** With everything that is used now and every slot that the run (or the next one) will reserve. */
  plannedBytes: number;
  /** The browser's estimate. */
  quotaBytes: number | null;
}

/** Null until the store was looked at. */
export function storageUseOf(state: State): StorageUse | null {
  const store = state.store.value;
  if (!store) return null;
  const { usedBytes, quotaBytes } = store;
  const run = state.run.value;
  const slots = store.runs.find((one) => one.runId === run?.runId)?.slots ?? [];
  const taken = slots.reduce((sum, slot) => sum + slot.capacityBytes, 0);
  const slotBytes = Math.max(run?.checkpointBytes ?? 0, ...slots.map((slot) => slot.capacityBytes));
  const reserved = run
    ? Math.max(0, run.poolSlots * slotBytes - taken)
    : (state.estimates.value[state.form.value.preset]?.storageBytes ?? 0);
  return { usedBytes, plannedBytes: usedBytes + reserved, quotaBytes };
}
