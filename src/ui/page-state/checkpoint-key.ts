// One text for each checkpoint of the store, for lists and choices.
import type { CheckpointRef } from '../../trainer/api.ts';

export const keyOf = ({ runId, generation }: CheckpointRef): string => `${runId}/${generation}`;
