// The list of checkpoints as the page shows it, read from the store itself.
// Not here: the page's list while the trainer is not open (checkpoint/index-db.ts).
import type { CheckpointRecord, StoreReport } from '../checkpoint/api.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import type { Outbox } from './outbox.ts';

/** Every valid slot of every run, newest (highest generation) first. */
function listedRecords(report: StoreReport): CheckpointRecord[] {
  return report.runs
    .flatMap((run) =>
      run.slots.flatMap((slot) => (slot.state === 'valid' && slot.record ? [slot.record] : [])),
    )
    .sort((a, b) => b.generation - a.generation);
}

/** Posts the list as it is now. */
export async function postCheckpoints(store: Pick<StoreClient, 'report'>, outbox: Outbox): Promise<void> {
  outbox.post({ type: 'checkpoints', checkpoints: listedRecords(await store.report()) });
}
