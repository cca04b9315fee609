// One text for each checkpoint of the store, as key of lists and choices. Not here: names that are shown.
import type { CheckpointRef } from '../../trainer/api.ts';

/** "<run id>/<generation>": unique in the store. */
export const keyOf = ({ runId, generation }: CheckpointRef): string => `${runId}/${generation}`;
