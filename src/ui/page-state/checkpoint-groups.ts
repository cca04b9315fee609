// The list of checkpoints by run. Not here: how a group is drawn (checkpoints/run-group.tsx).
import type { CheckpointRecord } from '../../trainer/api.ts';

export interface CheckpointGroup {
  runId: string;
  /** Newest first; empty for a run that has saved nothing yet. */
  records: CheckpointRecord[];
}

/**
 * Runs in the order of their newest checkpoints, the run on the page (`current`, null without one) first.
 * `checkpoints`: of all runs, newest first.
 */
export function groupsOf(
  checkpoints: readonly CheckpointRecord[],
  current: string | null,
): CheckpointGroup[] {
  const groups = new Map<string, CheckpointRecord[]>(current === null ? [] : [[current, []]]);
  for (const record of checkpoints) {
    const records = groups.get(record.runId) ?? [];
    groups.set(record.runId, records);
    records.push(record);
  }
  return Array.from(groups, ([runId, records]) => ({ runId, records }));
}
