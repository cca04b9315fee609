// What the screen may ask of the session, types only. The session (session.ts) implements the commands; the
// gallery of states fakes them.
import type { RunConfig } from '../settings/settings.ts';
import type { Result } from '../fault.ts';
import type {
  CaptionEdit,
  CheckpointRef,
  DrawingFacts,
  ExportKind,
  ImportAnswers,
  Original,
  PictureNote,
  PictureSquare,
  PicturesQuery,
  Preview,
  SelfTestReport,
} from '../trainer/api.ts';
import type { ShownNear } from './browsed-set.ts';
import type { Giving } from './given-files.ts';
import type { Asked, Duplicates } from './state.ts';

export interface Commands {
  /** Changes the form for the next new run. A new preset brings its own settings; data set and seed stay. */
  setForm(changes: Partial<RunConfig>): void;
  /** The 16 prompts of the next run's samples; null: those drawn from the captions. */
  setPrompts(prompts: readonly string[] | null): void;
  train(): void;
  pause(): void;
  resume(): void;
  /** A finished run goes on for `steps` more steps. */
  trainLonger(steps: number): void;
  saveCheckpoint(): void;
  /** Ends the drawing of the found checkpoint's samples. */
  skipValidation(): void;
  /** Asks the user first. */
  newRun(): void;
  /** Goes on in an earlier run, at the step after its newest checkpoint. */
  continueRun(runId: string): void;
  /** Empty: the default name again. */
  renameRun(runId: string, name: string): void;
  /** Asks the user first. */
  deleteRun(runId: string): void;
  retryGpu(): void;
  /** Asks the tab that trains to save and let go; the run then goes on in this tab. */
  useHere(): void;
  /** Opens the export dialog for this checkpoint; `newest`: the first of the list. */
  exportCheckpoint(ref: CheckpointRef | 'newest'): void;
  confirmExport(kind: ExportKind, weights: 'ema' | 'raw'): void;
  dismissExport(): void;
  /** Looks at the files and opens the import dialog with what they hold. */
  importCheckpoint(files: File[]): void;
  /**
   * Takes files of any kind: a model opens the import dialog; pictures become a set of this title, or are
   * added to the set `addTo`; one picture that Perennial generated fills the view Generate's form.
   */
  takeFiles(give: Giving, addTo?: string): void;
  /** Shows another of the models among the offered files, by its place in the preview's `models`. */
  chooseModel(which: number): void;
  /** Imports the pictures beside the offered model, in its place. */
  takePicturesInstead(): void;
  confirmImport(answers: ImportAnswers): void;
  dismissImport(): void;
  /** `moreSteps`: the new run ends so many steps after the checkpoint; null: where its settings say. */
  resumeFrom(ref: CheckpointRef, changes: Partial<RunConfig>, moreSteps: number | null): void;
  keepCheckpoint(ref: CheckpointRef, kept: boolean): void;
  /** Asks the user first. */
  deleteCheckpoint(ref: CheckpointRef): void;
  drawSamples(seed: number, weights: 'ema' | 'raw'): void;
  generate(asked: Asked): void;
  cancelGenerate(): void;
  /** Steps, sampler and measured times for drawing from a checkpoint; null where the trainer cannot tell. */
  drawingFacts(ref: CheckpointRef): Promise<DrawingFacts | null>;
  /** Of each prompt the words that the checkpoint's model does not read; null where nobody can tell. */
  unread(ref: CheckpointRef, prompts: readonly string[]): Promise<readonly string[] | null>;
  /** Downloads one of the generated pictures (0 is the first), or all of them on one sheet. */
  saveGenerated(which: number | 'all'): void;
  /** The view Generate has taken the recipe into its form. */
  dismissRecipe(): void;
  /** `addTo`: the set that they are added to, in the place of a new one of this title. */
  importPictures(give: Giving, addTo?: string): void;
  /** Whether loose pictures, too, are shown before they are imported. */
  showFirst(wanted: boolean): void;
  /** Shows the found pictures as they become by these choices, values by the choices' ids. */
  lookAgain(chosen: Readonly<Record<string, string>>): void;
  /** Imports the pictures that the dialog shows. */
  importFound(chosen: Readonly<Record<string, string>>): void;
  dismissPictures(): void;
  /** What is stored of the import waits. */
  stopImport(): void;
  /** Ends reading and recognising files, before anything is made of them. */
  stopLooking(): void;
  /**
   * Goes on with a stopped import. `give`: the same files again; null: those that this page has or the
   * browser may give again, and where there are none the page asks for them.
   */
  goOnImport(folder: string, give: Giving | null): void;
  /** Makes a set of what a stopped import has stored. */
  useStopped(folder: string): void;
  /** Removes what a stopped import has stored. Asks the user first. */
  removeStopped(folder: string): void;
  confirmPictures(): void;
  freeStepCheckpoints(runId: string): void;
  testCheckpointSystem(): Promise<Result<SelfTestReport>>;
  refreshStore(): void;
  /** The 4 x 4 sheet of a step, decoded; null where there is none. Without `runId`: of the current run. */
  sheet(step: number, runId?: string): Promise<ImageBitmap | null>;
  /** The step nearest to `step` that has a sheet; null where there is none. `runId` as for `sheet`. */
  nearestSheetStep(step: number, runId?: string): Promise<number | null>;
  /** Four pictures of a data set, 2 x 2, for its button; null where they cannot be read. */
  thumbnail(dataset: string): Promise<Preview | null>;
  /** Deletes a data set that the user imported. Asks the user first. */
  deletePictures(id: string): void;
  renamePictures(id: string, title: string): void;
  /** Looks for pictures of a set (`state.browsed`): nothing new where they were looked for already. */
  browse(query: PicturesQuery): void;
  /** Pictures of a set on one sheet, in the order of their numbers; null where they cannot be read. */
  tiles(dataset: string, indices: Uint32Array<ArrayBuffer>, edge: number): Promise<Preview | null>;
  /** File, class and captions of each; null where they cannot be read. */
  notes(dataset: string, indices: Uint32Array<ArrayBuffer>): Promise<PictureNote[] | null>;
  /** How many of the pictures that were found an edit of their captions changes; null: not known. */
  affected(edit: CaptionEdit): Promise<number | null>;
  /** Changes of the set that was browsed. Each resolves when it is made, or refused. */
  editCaptions(indices: Uint32Array<ArrayBuffer>, edit: CaptionEdit): Promise<void>;
  /** Gives a picture another square of its file; null: that of the import. False: refused. */
  cutSquare(index: number, square: PictureSquare | null): Promise<boolean>;
  removePictures(indices: Uint32Array<ArrayBuffer>): Promise<void>;
  restorePictures(indices: Uint32Array<ArrayBuffer>): Promise<void>;
  /** Undoes the last of them. */
  undoChange(): Promise<void>;
  /**
   * The whole picture that a square was cut of, from `files`, else from those of the last import; absent
   * where its file is not among them, null where it cannot be had, which is told.
   */
  original(dataset: string, index: number, files: File[] | null): Promise<Original | 'absent' | null>;
  findDuplicates(likeness: Pick<Duplicates, 'kind' | 'distance'>): void;
  dismissDuplicates(): void;
  /** Downloads the captions of the set that was browsed. */
  exportCaptions(form: 'metadata.jsonl' | 'txt'): Promise<void>;
  /** The pictures of a set that are nearest to a sample; null where nobody can tell, or it was stopped. */
  nearest(
    dataset: string,
    sample: { rgba: Uint8ClampedArray<ArrayBuffer>; size: number },
  ): Promise<readonly ShownNear[] | null>;
  stopComparing(): void;
  /** Downloads <kind>_step_<step>.png of the current run. */
  downloadPng(kind: 'samples' | 'training_loss' | 'checkpoint_validation', step: number): void;
  /** The alert that is shown. */
  dismissFault(): void;
  /** Shows the next of several alerts. */
  nextFault(): void;
  /** Forgets that pictures were imported beside the run; they stay. */
  dismissBrought(): void;
  dismissQuestion(): void;
  applyUpdate(): void;
  install(): void;
}
