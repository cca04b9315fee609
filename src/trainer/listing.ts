// The list of checkpoints as the page shows it: every valid slot of every run, newest first. Read from the store itself.
import type { CheckpointRecord, StoreReport } from '../checkpoint/api.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import type { Outbox } from './outbox.ts';

/** Newest first, by generation. */
function listedRecords(report: StoreReport): CheckpointRecord[] {
  return report.runs
    .flatMap((run) =>
      run.slots.flatMap((slot) => (slot.state === 'valid' && slot.record ? [slot.record] : [])),
    )
    .sort((a, b) => b.generation - a.generation);
}

export async function postCheckpoints(store: Pick<StoreClient, 'report'>, outbox: Outbox): Promise<void> {
  outbox.post({ type: 'checkpoints', checkpoints: listedRecords(await store.report()) });
}
