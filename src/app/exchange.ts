// Export and import of checkpoints: the state of the two dialogs, and what the user's answers do. Not here:
// file formats (trainer/export/, trainer/import/), the dialogs (ui/files).
import { changedSettings } from '../settings/presets.ts';
import type { Fault, Result } from '../fault.ts';
import type { CheckpointRef, ExportKind, ImportAnswers, ImportPreview, TrainerApi } from '../trainer/api.ts';
import { download, type DownloadOutcome } from './download.ts';
import type { GivenFiles } from './given-files.ts';
import { nothingToExport } from './questions.ts';
import type { State } from './state.ts';
import type { TrainerClient } from './worker-client.ts';

type Exporter = Pick<TrainerApi, 'exportCheckpoint' | 'endExport'>;

/** Null where the user closed the save dialog. */
function exportedText(name: string, outcome: DownloadOutcome): string | null {
  if (outcome === 'cancelled') return null;
  return outcome === 'written' ? `Exported as ${name}.` : `The browser downloads ${name}.`;
}

export class Exchange {
  readonly #state: State;
  readonly #fault: (fault: Fault) => void;
  readonly #importPictures: (given: GivenFiles) => void;
  /** The files whose contents the import dialog shows. */
  #offered: GivenFiles = { files: [], title: '', handles: [] };

  constructor(state: State, fault: (fault: Fault) => void, importPictures: (given: GivenFiles) => void) {
    this.#state = state;
    this.#fault = fault;
    this.#importPictures = importPictures;
  }

  /**
   * Opens the export dialog for one checkpoint. `newest` is looked up now: another checkpoint may become the
   * newest while the dialog is open.
   */
  ask(asked: CheckpointRef | 'newest'): void {
    const { checkpoints, exporting } = this.#state;
    const record =
      asked === 'newest'
        ? checkpoints.value[0]
        : checkpoints.value.find(({ generation }) => generation === asked.generation);
    if (record) exporting.value = record;
    else this.#fault(nothingToExport());
  }

  /** Makes the file and downloads it, and says so; resolves when the download is written or begun. */
  async export(trainer: Exporter, kind: ExportKind, weights: 'ema' | 'raw'): Promise<Result<unknown>> {
    const record = this.#state.exporting.value;
    this.#state.exporting.value = null;
    if (!record) return { ok: true, value: null };
    const ref = { runId: record.runId, generation: record.generation };
    const { notice } = this.#state;
    const making = (notice.value = `Exporting ${record.name}.`);
    let said: string | null = null;
    try {
      const exported = await trainer.exportCheckpoint({ ref, kind, weights });
      if (!exported.ok) return exported;
      try {
        said = exportedText(exported.value.name, await download(exported.value, exported.value.name));
      } finally {
        if (kind === 'checkpoint') await trainer.endExport(ref);
      }
      return exported;
    } finally {
      // What came meanwhile is newer than a dialog that was closed.
      if (said !== null || notice.value === making) notice.value = said;
    }
  }

  /** Opens the import dialog with the model that the files hold. */
  async inspect(trainer: TrainerClient, files: File[]): Promise<Result<unknown>> {
    const looked = await trainer.inspectFiles({ files, which: 0, orPictures: false });
    return this.#show(looked, { files, title: '', handles: [] });
  }

  /**
   * The same for files of any kind; whether they are pictures. Once the signal is aborted it opens nothing.
   */
  async take(trainer: TrainerClient, given: GivenFiles, signal: AbortSignal): Promise<Result<boolean>> {
    const looked = await trainer.inspectFiles({ files: given.files, which: 0, orPictures: true });
    if (!looked.ok) return looked;
    if (!signal.aborted) this.#show(looked, given);
    return { ok: true, value: looked.value === null };
  }

  #show(looked: Result<ImportPreview | null>, given: GivenFiles): Result<unknown> {
    if (!looked.ok || !looked.value) return looked;
    this.#offered = given;
    this.#state.offered.value = looked.value;
    return looked;
  }

  /** Shows another of the models among the offered files. */
  async choose(trainer: TrainerClient, which: number): Promise<Result<unknown>> {
    const given = this.#offered;
    return this.#show(await trainer.inspectFiles({ files: given.files, which, orPictures: false }), given);
  }

  /** Imports the pictures among the offered files in the place of the model. */
  takePicturesInstead(): void {
    this.#state.offered.value = null;
    this.#importPictures(this.#offered);
  }

  /** Imports the offered model. The form gives pictures and settings where the files name none. */
  import(trainer: TrainerClient, answers: ImportAnswers): Promise<Result<null>> {
    const which = this.#state.offered.value?.chosen ?? 0;
    this.#state.offered.value = null;
    const chosen = changedSettings(this.#state.form.value);
    return trainer.importCheckpoint({ files: this.#offered.files, which, answers, chosen });
  }
}
