// What the store needs of a file system, types only: folders of runs with files in them. Not here: the
// browser's files (opfs.ts), files in memory (memory-directory.ts).
import type { SyncHandle } from './slot-file.ts';

export interface StoreDirectory {
  /**
   * Takes the store for this worker alone. Throws FaultError: kind `tab` where another tab holds the store,
   * `storage` where there is no file system. Again: anew, where what it took is gone from the disk.
   */
  take(): Promise<void>;
  runIds(): Promise<string[]>;
  /** Names of the files in a run's folder. */
  fileNames(runId: string): Promise<string[]>;
  /** Opens a file for this worker alone. `create`: makes the folder and the file where they are missing. */
  openFile(runId: string, name: string, create: boolean): Promise<SyncHandle>;
  /** Removes a file, whose handle must be closed. */
  removeFile(runId: string, name: string): Promise<void>;
  /** Removes a run's folder with all its files, whose handles must be closed. */
  removeRun(runId: string): Promise<void>;
  /** The browser's estimate of its storage; null where it gives none. */
  estimate(): Promise<{ usageBytes: number | null; quotaBytes: number | null; persisted: boolean }>;
  /**
   * A separate, empty directory for the self-test; what an
   * earlier one left in it is removed. `remove` deletes it.
   */
  scratch(name: string): Promise<{ directory: StoreDirectory; remove: () => Promise<void> }>;
}
