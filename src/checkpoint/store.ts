// The store: every method of StoreApi over a directory of run folders. Calls wait
// for one another; the index is updated afterwards, and recovery never reads it. Not here: bytes
// (slot-file.ts), the order of a save (save.ts), which slot goes (retention.ts).
import { checkTensors } from '../formats/safetensors-values.ts';
import { faultOf, type Result } from '../fault.ts';
import type {
  CheckpointRecord,
  CheckpointRef,
  LoadedCheckpoint,
  Recovery,
  RunNote,
  SaveReport,
  SaveRequest,
  SelfTestReport,
  StoreApi,
  StoreReport,
} from './api.ts';
import { applyRetention, writeCheckpoint } from './checkpoint-write.ts';
import { fileOfSlot, loadSlot, metadataOfSlot, readPatiently } from './load.ts';
import { type Payload, payloadOf } from './payload.ts';
import { findNewest, whyUnusable } from './recovery.ts';
import { poolSize, type Room, slotForSave, withRoom } from './slot-pool.ts';
import { RunFolder } from './run-folder.ts';
import { RunFolders } from './run-folders.ts';
import { runSelfTest } from './self-test.ts';
import { slotBytes } from './slot.ts';
import { markInvalid, type Slot } from './slot-scan.ts';
import { freeableSteps } from './step-checkpoints.ts';
import { beingExported, notFoundByName, ofNewerVersion, otherFault, provesDamage } from './storage-fault.ts';
import type { StoreDirectory } from './store-directory.ts';
import { IndexHints, type StoreIndex } from './store-index.ts';

export class Store implements StoreApi {
  readonly #directory: StoreDirectory;
  readonly #hints: IndexHints;
  readonly #runs = new RunFolders();
  #opened = false;
  /** The highest generation ever seen; the next save has the one after it. */
  #highest = 0;
  /** The run that trains or is about to train: deleting its checkpoints keeps the files. */
  #current: string | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(directory: StoreDirectory, index: StoreIndex | null) {
    this.#directory = directory;
    this.#hints = new IndexHints(index);
  }

  /** Runs one call at a time, in the order of the calls. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /**
   * Runs `work` alone; a FaultError or an error of the file system becomes data. `doing`: what was expected.
   */
  #answer<T>(doing: string, work: () => Promise<T>): Promise<Result<T>> {
    return this.#exclusive(async () => {
      try {
        return { ok: true, value: await work() };
      } catch (error) {
        const fault = error instanceof DOMException ? otherFault(error, doing).fault : faultOf(error);
        return { ok: false, fault };
      }
    });
  }

  // ---------- opening and reporting ----------

  open(): Promise<Result<StoreReport>> {
    return this.#answer('the store, opened', async () => {
      if (!this.#opened) await this.#open();
      return this.report();
    });
  }

  async #open(): Promise<void> {
    await this.#directory.take();
    await this.#runs.open(this.#directory);
    this.#highest = this.#runs.highestGeneration();
    this.#opened = true;
    await this.#hints.compare(this.#runs.all.length);
    await this.#updateIndex();
  }

  #updateIndex(): Promise<void> {
    const runIds = this.#runs.all.map(({ runId }) => runId);
    return this.#hints.update(this.#runs.records(), runIds);
  }

  async report(): Promise<StoreReport> {
    const { quotaBytes, persisted } = await this.#directory.estimate();
    return {
      runs: this.#runs.all.map((folder) => folder.report()),
      evicted: this.#hints.evicted,
      usedBytes: this.#runs.ownBytes(),
      quotaBytes,
      persisted,
    };
  }

  /** Closes all handles. The store can be opened again. */
  close(): void {
    this.#runs.close();
    this.#opened = false;
  }

  // ---------- finding ----------

  recover(skip: number[], runId?: string): Promise<Recovery> {
    return this.#exclusive(async () => {
      for (const folder of this.#runs.all) await folder.lookAgain();
      // Recovery passes over runs that the user closed.
      const open = this.#runs.all.filter(
        (folder) => !folder.note.closed && (runId === undefined || folder.runId === runId),
      );
      const recovery = await findNewest(open, skip);
      if (recovery.loaded) this.#current = recovery.loaded.record.runId;
      if (recovery.passedOver.length > 0) await this.#updateIndex();
      return recovery;
    });
  }

  load(ref: CheckpointRef): Promise<Result<LoadedCheckpoint>> {
    return this.#answer('a checkpoint, read', async () => {
      const { folder, slot, record } = this.#runs.find(ref);
      return { record, ...folder.noted(record), ...(await this.#verified(slot, loadSlot)) };
    });
  }

  metadataOf(ref: CheckpointRef): Promise<Result<Record<string, string>>> {
    return this.#answer('a checkpoint, read', () => {
      const { slot } = this.#runs.find(ref);
      if (!slot.header) throw new Error('a slot without a header');
      return Promise.resolve(metadataOfSlot(slot.handle, slot.header));
    });
  }

  /** Reads a valid slot; a slot found damaged is marked invalid, one that cannot be read for now is not. */
  async #verified<T>(
    slot: Slot,
    read: (handle: Slot['handle'], header: NonNullable<Slot['header']>) => Promise<T>,
  ): Promise<T> {
    const { handle, header } = slot;
    if (!header) throw new Error('a slot without a header');
    try {
      return await readPatiently(() => read(handle, header));
    } catch (error) {
      if (provesDamage(error)) {
        markInvalid(slot, whyUnusable(error));
        await this.#updateIndex();
      }
      throw error;
    }
  }

  exportFile(ref: CheckpointRef): Promise<Result<File>> {
    return this.#answer('a checkpoint, read', async () => {
      const { slot } = this.#runs.find(ref);
      const file = await this.#verified(slot, fileOfSlot);
      slot.pins += 1;
      return file;
    });
  }

  endExport(ref: CheckpointRef): Promise<void> {
    const slot = this.#runs.all.find(({ runId }) => runId === ref.runId)?.find(ref.generation);
    if (slot) slot.pins = Math.max(0, slot.pins - 1);
    return Promise.resolve();
  }

  // ---------- making runs and slots ----------

  createRun(runId: string, started: string, capacityBytes: number): Promise<Result<null>> {
    return this.#answer('a folder for the run', async () => {
      if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(runId)) throw new Error(`"${runId}" is no run id`);
      if (this.#runs.has(runId)) throw new Error(`there is a run ${runId} already`);
      await this.#removeVoidRuns();
      for (const folder of this.#runs.all) if (folder.note.closed) await folder.freeEmpty();
      const note = { started, highestGeneration: this.#highest };
      let folder: RunFolder | null = null;
      try {
        folder = await RunFolder.create(this.#directory, runId, note);
        await this.#roomIn(folder).add(slotBytes(capacityBytes));
      } catch (error) {
        folder?.close();
        // A folder that cannot be removed now holds no checkpoint: the next createRun removes it.
        await this.#directory.removeRun(runId).catch(() => undefined);
        throw error;
      }
      this.#runs.add(folder);
      this.#current = runId;
      this.#hints.evicted = false;
      await this.#updateIndex();
      return null;
    });
  }

  /** Removes runs without a checkpoint that are of an earlier session or closed. */
  async #removeVoidRuns(): Promise<void> {
    for (const folder of this.#runs.all) {
      if (!folder.isVoid || (folder.fresh && !folder.note.closed)) continue;
      try {
        await this.#noteHighestBeside(folder);
        await this.#removeFolder(folder);
      } catch {
        // One that cannot be removed now must not keep another run from beginning: it holds nothing.
      }
    }
  }

  async #removeFolder(folder: RunFolder): Promise<void> {
    this.#runs.drop(folder);
    if (this.#current === folder.runId) this.#current = null;
    await this.#directory.removeRun(folder.runId);
    await this.#hints.forgetPictures(folder.runId);
  }

  #roomIn(folder: RunFolder): Room {
    const within = <T>(bytes: number, make: () => T | Promise<T>): Promise<T> =>
      withRoom(this.#directory, bytes, this.#runs.ownBytes(), make);
    return {
      add: (bytes) => within(bytes, () => folder.addSlot(bytes)),
      grow: (slot, bytes) => within(bytes, () => folder.growSlot(slot, bytes)),
    };
  }

  growPool(runId: string, slots: number, capacityBytes: number): Promise<Result<number>> {
    return this.#answer('room for another checkpoint', async () => {
      const folder = this.#runs.folder(runId);
      const bytes = slotBytes(capacityBytes);
      this.#current = runId;
      folder.wantedSlots = slots;
      const there = poolSize(folder, bytes);
      if (there >= slots) return there;
      await this.#roomIn(folder).add(bytes);
      return there + 1;
    });
  }

  // ---------- saving ----------

  save(request: SaveRequest): Promise<Result<SaveReport>> {
    return this.#answer('a checkpoint, written', async () => {
      checkTensors(request.tensors);
      const folder = this.#runs.folder(request.runId);
      this.#current = request.runId;
      await folder.lookAgain();
      const payload = payloadOf(request.tensors, request.metadata);
      const report = await this.#saveFound(folder, payload, request);
      applyRetention(folder, request);
      // Only the next start needs it: it is noted after a later save where that fails now.
      await folder.noteSettled().catch(() => undefined);
      await this.#updateIndex();
      return report;
    });
  }

  /**
   * Saves so that the checkpoint is found by its name: where the browser has deleted the files, as when site
   * data is cleared, the run is written anew, from memory, into fresh files.
   */
  async #saveFound(folder: RunFolder, payload: Payload, request: SaveRequest): Promise<SaveReport> {
    const first = await this.#write(folder, payload, request);
    if (await folder.isThere(first.slot)) return first.report;
    const vanished = await this.#forgetVanished(folder);
    if (await folder.isThere(first.slot)) return { ...first.report, vanished };
    const again = await this.#write(folder, payload, request);
    if (!(await folder.isThere(again.slot))) throw notFoundByName();
    // One of the vanished is the checkpoint that was written first.
    return { ...again.report, vanished: vanished - 1 };
  }

  async #forgetVanished(trains: RunFolder): Promise<number> {
    // The lock is a file as well.
    await this.#directory.take();
    const vanished = await this.#runs.forgetVanished(trains);
    await this.#updateIndex();
    return vanished;
  }

  async #write(
    folder: RunFolder,
    payload: Payload,
    request: SaveRequest,
  ): Promise<{ slot: Slot; report: SaveReport }> {
    const sizes = { payloadBytes: payload.bytes, capacityBytes: request.capacityBytes };
    const slot = await slotForSave(folder, sizes, request, this.#roomIn(folder));
    this.#highest += 1;
    return { slot, report: await writeCheckpoint(folder, slot, payload, request, this.#highest) };
  }

  // ---------- notes and deleting ----------

  writeNote(runId: string, changes: Partial<RunNote>): Promise<Result<null>> {
    return this.#answer('the note of a run, written', async () => {
      const folder = this.#runs.folder(runId);
      await folder.writeNote(changes);
      if (!(await folder.isThere(null))) {
        await this.#forgetVanished(folder);
        throw notFoundByName();
      }
      if (changes.closed) await folder.freeEmpty();
      if (changes.kept) await this.#updateIndex();
      return null;
    });
  }

  remove(ref: CheckpointRef): Promise<Result<null>> {
    return this.#answer('a checkpoint, deleted', async () => {
      const { folder, slot, record } = this.#runs.find(ref);
      if (slot.pins > 0) throw beingExported(record.name);
      await this.#release(folder, [slot], ref.runId === this.#current && !folder.note.closed);
      return null;
    });
  }

  freeableSteps(runId: string): Promise<Result<CheckpointRecord[]>> {
    return this.#answer('step checkpoints, listed', async () => {
      const folder = this.#runs.folder(runId);
      return (await freeableSteps(folder)).flatMap((slot) => folder.record(slot) ?? []);
    });
  }

  freeSteps(runId: string, generations: readonly number[], trains: boolean): Promise<Result<number>> {
    return this.#answer('step checkpoints, deleted', async () => {
      const folder = this.#runs.folder(runId);
      const released = (await freeableSteps(folder)).filter(
        ({ header }) => header && generations.includes(header.generation),
      );
      const before = this.#runs.ownBytes();
      const payloads = released.reduce((sum, { header }) => sum + (header?.payloadBytes ?? 0), 0);
      await this.#release(folder, released, trains);
      return trains ? payloads : before - this.#runs.ownBytes();
    });
  }

  removeRun(runId: string): Promise<Result<null>> {
    return this.#answer('a run, deleted', async () => {
      const folder = this.#runs.folder(runId);
      const records = folder.slots.flatMap((slot) => (slot.pins > 0 ? (folder.record(slot) ?? []) : []));
      for (const { name } of records) throw beingExported(name);
      if (folder.slots.some((slot) => slot.newerGeneration !== null)) throw ofNewerVersion();
      // Where this is interrupted, recovery does not find what is left, and the run can be deleted again.
      // What cannot be read now must not stay for ever: it goes with the folder.
      await folder.lookAgain();
      await this.#noteHighestBeside(folder);
      if (!folder.isUnread) await folder.writeNote({ closed: true, highestGeneration: this.#highest });
      for (const slot of folder.slots) if (slot.bytes > 0 && slot.state !== 'unreadable') folder.empty(slot);
      await this.#removeFolder(folder);
      await this.#updateIndex();
      return null;
    });
  }

  /**
   * Empties slots, durably. Unless the run trains, empty
   * slots' files are removed, and a run without files too.
   */
  async #release(folder: RunFolder, slots: readonly Slot[], trains: boolean): Promise<void> {
    const gone = slots.map(({ header }) => header?.generation);
    const kept = folder.note.kept.filter((generation) => !gone.includes(generation));
    await folder.writeNote({ kept, highestGeneration: this.#highest });
    for (const slot of slots) folder.empty(slot);
    if (!trains) {
      for (const slot of folder.slots.filter(({ state }) => state === 'empty')) await folder.removeSlot(slot);
      if (folder.slots.length === 0) {
        await this.#noteHighestBeside(folder);
        await this.#removeFolder(folder);
      }
    }
    await this.#updateIndex();
  }

  /** A run that goes may be the only one that knows the highest generation, which is never used again. */
  async #noteHighestBeside(gone: RunFolder): Promise<void> {
    const others = this.#runs.all.filter((folder) => folder !== gone);
    if (others.some((folder) => folder.highestGeneration() >= this.#highest)) return;
    await others[0]?.writeNote({ highestGeneration: this.#highest });
  }

  // ---------- the built-in test ----------

  selfTest(): Promise<Result<SelfTestReport>> {
    return this.#answer('the test of the checkpoint system', async () => {
      const scratch = await this.#directory.scratch('self-test');
      return runSelfTest(scratch, () => new Store(scratch.directory, null));
    });
  }
}
