// What pictures can be drawn from: the checkpoints of the store, and the model that comes with the app. Not
// here: which of them is chosen (generate-form.ts).
import { READY_MODEL } from '../../settings/ready-model.ts';
import type { CheckpointRecord } from '../../trainer/api.ts';

/** The ready model as if it were a checkpoint: of the store it has nothing. */
const READY_RECORD: CheckpointRecord = {
  runId: READY_MODEL.runId,
  generation: READY_MODEL.generation,
  name: READY_MODEL.name,
  ...{ globalStep: 0, epoch: 0, slot: 0, sizeBytes: 0, created: '', meanLoss: null },
  ...{ kept: false, autosave: false },
};

/** `checkpoints`, newest first, then the ready model. */
export const drawableCheckpoints = (checkpoints: readonly CheckpointRecord[]): CheckpointRecord[] => [
  ...checkpoints,
  READY_RECORD,
];
