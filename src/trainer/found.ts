// What the page shows of a checkpoint that was found, and the notice where none was found. Pure functions.
// Not here: finding the checkpoint (checkpoint/recovery.ts), resuming it (trainer.ts).
import type { CheckpointRecord } from '../checkpoint/api.ts';
import type { FoundCheckpoint } from './api.ts';
import type { FileFacts } from './checkpoint-file.ts';
import type { DatasetStamp, Execution } from './metadata-fields.ts';
import type { History } from './history.ts';
import { nextCheckpointStep } from '../settings/checkpoint-schedule.ts';

/** The fields of Execution on which the bits of a step depend. */
const DECIDES_BITS = [
  'executor',
  'backend',
  'kernels',
  'adapter',
  'browser',
] as const satisfies (keyof Execution)[];

/** The part of a checkpoint's content that is shown. */
interface FoundContent {
  facts: Pick<FileFacts, 'config' | 'globalStep' | 'execution'> & {
    dataset: Pick<DatasetStamp, 'count'>;
  };
  history: Pick<History, 'steps' | 'meanOfLast'>;
}

/**
 * here: how this device would compute the run. passedOver: newer checkpoints that could not be used.
 * imported: how a run that has just come from a file was trained, null for a run of this machine.
 */
export function describeFound(
  content: FoundContent,
  record: CheckpointRecord,
  here: Execution,
  passedOver: FoundCheckpoint['passedOver'],
  imported: Execution | null,
): FoundCheckpoint {
  const { facts, history } = content;
  // An import's own checkpoint was written on this machine: what counts is how its run was trained before.
  const trained = imported ?? facts.execution;
  const differs = DECIDES_BITS.filter((key) => here[key] !== trained[key]);
  return {
    record,
    batchLossesRecorded: history.steps,
    meanOfLast100: history.meanOfLast(100),
    nextCheckpointStep: nextCheckpointStep(facts.globalStep, facts.config, facts.dataset.count),
    passedOver,
    sameBits: differs.length === 0,
    sameBitsWhy:
      differs.length === 0
        ? 'Same GPU, browser and executor: the same bits as if it had never stopped.'
        : `Another ${differs.join(', ')} than the run was trained with: its numbers agree within 0.001 over 20 steps, not bit for bit.`,
    imported: imported !== null,
  };
}

/** The notice where none of the run's checkpoints can be gone on from. */
export const nothingFound = (passedOver: FoundCheckpoint['passedOver']): string =>
  [
    ...passedOver.map(({ name, why }) => `${name} could not be used: ${why}.`),
    'The next run starts from scratch.',
  ].join(' ');
