// How much storage checkpoints take and will take, from the store's report. Not here: how it is shown
// (storage-meter.tsx).
import type { State } from '../../app/state.ts';
import { stillReserved } from '../../settings/storage-plan.ts';
import { storage } from '../format.ts';
import type { RunSummary, StoreReport } from '../../trainer/api.ts';

export interface StorageUse {
  usedBytes: number;
  /** Bytes in use, and bytes of the slots that the run (without one: the next run) will still reserve. */
  plannedBytes: number;
  /** The browser's estimate of its quota; null where the browser gives none. */
  quotaBytes: number | null;
}

/** "50 MB used, up to 201 MB"; without the second part once nothing more will be reserved. */
export const usedUpTo = ({ usedBytes, plannedBytes }: Omit<StorageUse, 'quotaBytes'>): string =>
  plannedBytes > usedBytes
    ? `${storage(usedBytes)} used, up to ${storage(plannedBytes)}`
    : `${storage(usedBytes)} used`;

/** Null until the store has been looked at. */
export function storageUseOf(state: State): StorageUse | null {
  const store = state.store.value;
  if (!store) return null;
  const { usedBytes, quotaBytes } = store;
  const run = state.run.value;
  const reserved = run
    ? lacking(run, store)
    : (state.estimates.value[state.form.value.preset]?.storageBytes ?? 0);
  return { usedBytes, plannedBytes: usedBytes + reserved, quotaBytes };
}

/** Bytes of the slots that the run's pool lacks, and by which smaller ones will be grown. */
function lacking({ runId, poolSlots: slots, slotBytes }: RunSummary, store: StoreReport): number {
  const there = store.runs.find((one) => one.runId === runId)?.slots ?? [];
  return stillReserved(
    there.map(({ capacityBytes }) => capacityBytes),
    { slots, slotBytes },
  );
}
