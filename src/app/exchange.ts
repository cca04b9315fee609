// Export and import of checkpoints: the state of the two dialogs, and what the user's answers do. Not here:
// file formats (trainer/export/, trainer/import/), the dialogs (ui/files).
import { changedSettings } from '../settings/presets.ts';
import type { Fault, Result } from '../fault.ts';
import type { CheckpointRef, ExportKind, ImportAnswers } from '../trainer/api.ts';
import { download } from './download.ts';
import { nothingToExport } from './questions.ts';
import type { State } from './state.ts';
import type { TrainerClient } from './worker-client.ts';

export class Exchange {
  readonly #state: State;
  readonly #fault: (fault: Fault) => void;
  /** The files whose contents the import dialog shows. */
  #offered: File[] = [];

  constructor(state: State, fault: (fault: Fault) => void) {
    this.#state = state;
    this.#fault = fault;
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

  /** Opens the import dialog with what the files hold. */
  async inspect(trainer: TrainerClient, files: File[]): Promise<Result<unknown>> {
    const preview = await trainer.inspectFiles(files);
    if (!preview.ok) return preview;
    this.#offered = files;
    this.#state.offered.value = preview.value;
    return preview;
  }

  /** Imports the offered files. The form gives pictures and settings where the files name none. */
  import(trainer: TrainerClient, answers: ImportAnswers): Promise<Result<null>> {
    this.#state.offered.value = null;
    return trainer.importCheckpoint(this.#offered, answers, changedSettings(this.#state.form.value));
  }
}
