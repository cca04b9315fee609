// The list of checkpoints and of their runs as the page shows it, read from the store itself.
// Not here: the page's list while the trainer is not open (checkpoint/index-db.ts), names (run-names.ts).
import type { CheckpointRecord, StoreReport } from '../checkpoint/api.ts';
import { remember } from '../checkpoint/index-db.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import { faultOf } from '../fault.ts';
import type { StoredRun } from './api.ts';
import type { Outbox } from './outbox.ts';
import { listRuns } from './run-names.ts';

/** Every valid slot of every run, newest (highest generation) first. */
function listedRecords(report: StoreReport): CheckpointRecord[] {
  return report.runs
    .flatMap((run) =>
      run.slots.flatMap((slot) => (slot.state === 'valid' && slot.record ? [slot.record] : [])),
    )
    .sort((a, b) => b.generation - a.generation);
}

/** Posts the list as it is now, and remembers the runs for a tab that cannot ask the store. */
export async function postCheckpoints(
  store: Pick<StoreClient, 'report' | 'metadataOf'>,
  outbox: Outbox,
): Promise<void> {
  let runs: StoredRun[];
  try {
    const report = await store.report();
    runs = await listRuns(store);
    outbox.post({ type: 'checkpoints', checkpoints: listedRecords(report), runs });
  } catch (error) {
    // The list stays as it was: what came before it, such as a save, went as it went.
    return outbox.post({ type: 'fault', fault: faultOf(error) });
  }
  // Names in a tab that only looks on: without an index it shows the runs' ids.
  await remember('runs', runs).catch(() => undefined);
}
