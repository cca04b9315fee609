// What the store needs of a file system, types only: folders of runs with fixed files in them. opfs.ts has the browser's.
import type { SyncHandle } from './slot-file.ts';

export interface StoreDirectory {
  /** Takes the store for this worker alone. Throws FaultError kind `tab` where another tab has it, `storage` where there is none. */
  take(): Promise<void>;
  runIds(): Promise<string[]>;
  /** Names of a run's files. */
  fileNames(runId: string): Promise<string[]>;
  /** Alone, for reading and writing. Makes the folder and the file where asked to. */
  openFile(runId: string, name: string, create: boolean): Promise<SyncHandle>;
  /** Its handle is closed already. */
  removeFile(runId: string, name: string): Promise<void>;
  /** With all its files, whose handles are closed already. */
  removeRun(runId: string): Promise<void>;
  /** The browser's estimate, null where it tells none. */
  estimate(): Promise<{ usageBytes: number | null; quotaBytes: number | null; persisted: boolean }>;
  /** An empty directory of its own beside this one, for the self-test. Anything left in it is removed. */
  scratch(name: string): Promise<{ directory: StoreDirectory; remove: () => Promise<void> }>;
}
