// Which step checkpoints of a run the user may free: all but the newest checkpoint that verifies, those kept
// by hand, and one that an export reads. Reads, changes nothing on the disk. Not here: freeing them
// (store.ts), what retention lets go by itself (retention.ts).
import { findNewest } from './recovery.ts';
import { isStepName } from './retention.ts';
import type { RunFolder } from './run-folder.ts';
import type { Slot } from './slot-scan.ts';

/** Their slots. The newest one must verify before others are deleted for it: a damaged one is none. */
export async function freeableSteps(folder: RunFolder): Promise<Slot[]> {
  await folder.lookAgain();
  const { loaded } = await findNewest([folder], []);
  const newest = loaded && folder.find(loaded.record.generation);
  return folder.slots.filter((slot) => {
    const record = folder.record(slot);
    return record && slot !== newest && !record.kept && slot.pins === 0 && isStepName(record.name);
  });
}
