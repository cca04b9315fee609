// What the page says of a checkpoint that was found. Pure.
import type { CheckpointRecord } from '../checkpoint/api.ts';
import type { FoundCheckpoint } from './api.ts';
import type { CheckpointFacts, DatasetStamp, Execution } from './checkpoint-file.ts';
import type { History } from './history.ts';
import { nextCheckpointStep } from './naming.ts';

const DECIDES_BITS = [
  'executor',
  'backend',
  'kernels',
  'adapter',
  'browser',
] as const satisfies (keyof Execution)[];

/** What is shown of a checkpoint's content. */
interface FoundContent {
  facts: Pick<CheckpointFacts, 'config' | 'globalStep' | 'execution'> & {
    dataset: Pick<DatasetStamp, 'count'>;
  };
  history: Pick<History, 'steps' | 'meanOfLast'>;
}

export function describeFound(
  content: FoundContent,
  record: CheckpointRecord,
  here: Execution,
  passedOver: FoundCheckpoint['passedOver'],
  imported: Execution | null,
): FoundCheckpoint {
  const { facts, history } = content;
  // The copy of an import was written here; how it was trained is what counts.
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
        : `Another ${differs.join(', ')} than it was trained with: the same within 0.001 over 20 steps, not the same bits.`,
    imported: imported !== null,
  };
}

/** What the page says where there is no checkpoint to go on from. */
export const nothingFound = (passedOver: FoundCheckpoint['passedOver']): string =>
  [
    ...passedOver.map(({ name, why }) => `${name} could not be used: ${why}.`),
    'No checkpoint yet: training starts from scratch.',
  ].join(' ');
