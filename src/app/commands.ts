// What the screen may ask for, types only. The session (session.ts) implements it; the gallery of states fakes it.
import type { RunConfig } from '../settings/settings.ts';
import type { Result } from '../fault.ts';
import type {
  CheckpointRef,
  DrawingFacts,
  ExportKind,
  ImportAnswers,
  Preview,
  SelfTestReport,
} from '../trainer/api.ts';
import type { Asked } from './state.ts';

export interface Commands {
  /** Changes the form for the next new run; a new preset brings its own settings, keeping data set and seed. */
  setForm(changes: Partial<RunConfig>): void;
  train(): void;
  pause(): void;
  resume(): void;
  saveCheckpoint(): void;
  /** Asks first. */
  newRun(): void;
  retryGpu(): void;
  /** `newest`, or one of the list: asks as what, then downloads it. */
  exportCheckpoint(ref: CheckpointRef | 'newest'): void;
  confirmExport(kind: ExportKind, weights: 'ema' | 'raw'): void;
  dismissExport(): void;
  /** Looks at the files and shows what they hold. Anything dropped on the page comes here or to importPictures, told by its content. */
  importCheckpoint(files: File[]): void;
  confirmImport(answers: ImportAnswers): void;
  dismissImport(): void;
  resumeFrom(ref: CheckpointRef, changes: Partial<RunConfig>): void;
  keepCheckpoint(ref: CheckpointRef, kept: boolean): void;
  /** Asks first. */
  deleteCheckpoint(ref: CheckpointRef): void;
  drawSamples(seed: number, weights: 'ema' | 'raw'): void;
  generate(asked: Asked): void;
  cancelGenerate(): void;
  /** What is known of a checkpoint before pictures are drawn from it; null where nobody can tell. */
  drawingFacts(ref: CheckpointRef): Promise<DrawingFacts | null>;
  /** Downloads one of the generated pictures (0 the first), or a sheet of all. */
  saveGenerated(which: number | 'all'): void;
  importPictures(files: File[], title: string): void;
  cancelImport(): void;
  confirmPictures(): void;
  freeStepCheckpoints(runId: string): void;
  testCheckpointSystem(): Promise<Result<SelfTestReport>>;
  refreshStore(): void;
  /** The 4 x 4 sheet of a step, decoded; null while there is none. Of the current run where no run is named. */
  sheet(step: number, runId?: string): Promise<ImageBitmap | null>;
  /** Four pictures of a data set, 2 x 2, for its button; null where they cannot be read. */
  thumbnail(dataset: string): Promise<Preview | null>;
  /** Pictures the user imported. Asks first. */
  deletePictures(id: string): void;
  /** Downloads samples_step_<n>.png, training_loss_step_<n>.png or checkpoint_validation_step_<n>.png. */
  downloadPng(kind: 'samples' | 'training_loss' | 'checkpoint_validation', step: number): void;
  dismissFault(): void;
  dismissQuestion(): void;
  applyUpdate(): void;
  install(): void;
}
