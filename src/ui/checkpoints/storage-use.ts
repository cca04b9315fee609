// How much storage checkpoints take and will take, from the store's report. Not here: how it is shown
// (storage-meter.tsx).
import type { State } from '../../app/state.ts';

export interface StorageUse {
  usedBytes: number;
  /** Bytes in use, and bytes of the slots that the run (without one: the next run) will still reserve. */
  plannedBytes: number;
  /** The browser's estimate of its quota; null where the browser gives none. */
  quotaBytes: number | null;
}

/** Null until the store has been looked at. */
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
