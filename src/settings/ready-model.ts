// The model that comes with the app: pictures can be drawn with it before anything is trained. What page and
// trainer know of it without reading it. Not here: reading it (trainer/ready-model.ts), making it
// (bench/learn).

export const READY_MODEL = {
  /** In the place of a checkpoint's. No run has such an id, and no save this generation. */
  runId: 'ready-model',
  generation: 0,
  name: 'ready_shapes',
  title: 'Ready model: shapes',
  /** Goes on after "it learnt". */
  learnt: '1,024 drawn shapes with their captions',
  steps: 3000,
  /** In the app's folder. */
  path: 'models/shapes.safetensors',
} as const;

/** Whether a checkpoint's reference means the ready model. */
export const isReadyModel = ({ runId }: { runId: string }): boolean => runId === READY_MODEL.runId;
