// Export and import of checkpoints: the state of the two dialogs, and what the user's answers do. Not here:
// file formats (trainer/export/, trainer/import/), the dialogs (ui/files).
import { changedSettings } from '../settings/presets.ts';
import type { Fault, Result } from '../fault.ts';
import type { CheckpointRef, ExportKind, ImportAnswers, ImportPreview } from '../trainer/api.ts';
import { download } from './download.ts';
import { nothingToExport } from './questions.ts';
import type { State } from './state.ts';
import type { TrainerClient } from './worker-client.ts';

export class Exchange {
  readonly #state: State;
  readonly #fault: (fault: Fault) => void;
  readonly #importPictures: (files: File[], title: string) => void;
  /** The files whose contents the import dialog shows, and their title as pictures. */
  #offered: { files: File[]; title: string } = { files: [], title: '' };

  constructor(
    state: State,
    fault: (fault: Fault) => void,
    importPictures: (files: File[], title: string) => void,
  ) {
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

  /** Makes the file and downloads it; resolves when the download is written or begun. */
  async export(trainer: TrainerClient, kind: ExportKind, weights: 'ema' | 'raw'): Promise<Result<unknown>> {
    const record = this.#state.exporting.value;
    this.#state.exporting.value = null;
    if (!record) return { ok: true, value: null };
    const ref = { runId: record.runId, generation: record.generation };
    const exported = await trainer.exportCheckpoint({ ref, kind, weights });
    if (!exported.ok) return exported;
    try {
      await download(exported.value, exported.value.name);
    } finally {
      if (kind === 'checkpoint') await trainer.endExport(ref);
    }
    return exported;
  }

  /** Opens the import dialog with the model that the files hold. */
  async inspect(trainer: TrainerClient, files: File[]): Promise<Result<unknown>> {
    return this.#show(await trainer.inspectFiles({ files, which: 0, orPictures: false }), files, '');
  }

  /** The same for files of any kind: pictures become a set of this title. */
  async take(trainer: TrainerClient, files: File[], title: string): Promise<Result<unknown>> {
    const looked = await trainer.inspectFiles({ files, which: 0, orPictures: true });
    if (looked.ok && looked.value === null) this.#importPictures(files, title);
    return this.#show(looked, files, title);
  }

  #show(looked: Result<ImportPreview | null>, files: File[], title: string): Result<unknown> {
    if (!looked.ok || !looked.value) return looked;
    this.#offered = { files, title };
    this.#state.offered.value = looked.value;
    return looked;
  }

  /** Shows another of the models among the offered files. */
  async choose(trainer: TrainerClient, which: number): Promise<Result<unknown>> {
    const { files, title } = this.#offered;
    return this.#show(await trainer.inspectFiles({ files, which, orPictures: false }), files, title);
  }

  /** Imports the pictures among the offered files in the place of the model. */
  takePicturesInstead(): void {
    this.#state.offered.value = null;
    this.#importPictures(this.#offered.files, this.#offered.title);
  }

  /** Imports the offered model. The form gives pictures and settings where the files name none. */
  import(trainer: TrainerClient, answers: ImportAnswers): Promise<Result<null>> {
    const which = this.#state.offered.value?.chosen ?? 0;
    this.#state.offered.value = null;
    const chosen = changedSettings(this.#state.form.value);
    return trainer.importCheckpoint({ files: this.#offered.files, which, answers, chosen });
  }
}
