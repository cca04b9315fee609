// The folders of all runs that the store has open: what they hold together, and one of them by its run. Not
// here: what is in a folder (run-folder.ts), the calls that change them (store.ts).
import type { CheckpointRecord, CheckpointRef } from './api.ts';
import { GENERATIONS_HIDDEN, RunFolder } from './run-folder.ts';
import type { Slot } from './slot-scan.ts';
import { missing } from './storage-fault.ts';
import type { StoreDirectory } from './store-directory.ts';

export class RunFolders {
  #byRun = new Map<string, RunFolder>();

  /** Opens every run's folder. Throws FaultError, with all of them closed. */
  async open(directory: StoreDirectory): Promise<void> {
    try {
      for (const runId of await directory.runIds()) this.add(await RunFolder.open(directory, runId));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    for (const folder of this.all) folder.close();
    this.#byRun = new Map();
  }

  get all(): RunFolder[] {
    return [...this.#byRun.values()];
  }

  has(runId: string): boolean {
    return this.#byRun.has(runId);
  }

  add(folder: RunFolder): void {
    this.#byRun.set(folder.runId, folder);
  }

  /** Closes a folder, whose files are left alone. */
  drop(folder: RunFolder): void {
    folder.close();
    this.#byRun.delete(folder.runId);
  }

  /** Throws FaultError kind `storage` where there is no such run. */
  folder(runId: string): RunFolder {
    const folder = this.#byRun.get(runId);
    if (folder) return folder;
    throw missing('The run is no longer in the store', `the folder of ${runId}`, 'none');
  }

  /** Throws FaultError kind `storage` where there is no such checkpoint. */
  find(ref: CheckpointRef): { folder: RunFolder; slot: Slot; record: CheckpointRecord } {
    const folder = this.folder(ref.runId);
    const slot = folder.find(ref.generation);
    const record = slot && folder.record(slot);
    if (slot && record) return { folder, slot, record };
    const expected = `checkpoint number ${ref.generation} of ${ref.runId}`;
    throw missing('The checkpoint is no longer in the store', expected, 'none');
  }

  /** Every checkpoint of the store, newest first. */
  records(): CheckpointRecord[] {
    return this.all
      .flatMap((folder) => folder.slots.flatMap((slot) => folder.record(slot) ?? []))
      .sort((a, b) => b.generation - a.generation);
  }

  /** Bytes of all slot files, counted here and not by the browser. */
  ownBytes(): number {
    return this.all.flatMap(({ slots }) => slots).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * A generation that no later checkpoint may have. Where something cannot be read for now, what it may hold
   * is passed over: no generation is given twice, whatever comes to light later.
   */
  highestGeneration(): number {
    const known = Math.max(0, ...this.all.map((folder) => folder.highestGeneration()));
    return this.all.some(({ hidesGenerations }) => hidesGenerations) ? known + GENERATIONS_HIDDEN : known;
  }

  /**
   * Lets go of all that is not found by its name any more; answers how many checkpoints that were. The folder
   * of `trains` stays, its note written anew. Throws FaultError kind `storage`.
   */
  async forgetVanished(trains: RunFolder): Promise<number> {
    let vanished = 0;
    for (const folder of this.all) {
      vanished += await folder.forgetVanished(folder === trains);
      if (folder.slots.length === 0 && folder !== trains) this.drop(folder);
    }
    return vanished;
  }
}
