// The browser's origin private file system as a StoreDirectory. A sync
// access handle is exclusive: that is the lock between tabs. Runs in workers
// only, where sync access handles exist. Not here: what is in the files.
import { FaultError } from '../fault.ts';
import type { SyncHandle } from './slot-file.ts';
import { heldElsewhere, nameOf, otherFault } from './storage-fault.ts';
import type { StoreDirectory } from './store-directory.ts';

/** How long to wait for a handle: after a reload the old page's worker may still hold it. */
const PATIENCE_MS = 5000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/** Runs `work` again while another tab holds the file, for 5 s at most; then throws FaultError kind `tab`. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (nameOf(error) !== 'NoModificationAllowedError') throw error;
      if (performance.now() > until)
        throw new FaultError(heldElsewhere(`a lock held for ${PATIENCE_MS / 1000} s`));
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function root(): Promise<FileSystemDirectoryHandle> {
  try {
    return await navigator.storage.getDirectory();
  } catch (error) {
    throw new FaultError({
      ...otherFault(error, 'an origin private file system').fault,
      title: 'This window keeps nothing',
      what: 'The browser gives this page no file system, as in a private window.',
      todo: ['Open Perennial in a normal window, at an https address or at localhost.'],
    });
  }
}

/** Whether there is a private file system: not in private windows of some browsers, not on plain http. */
export const hasOpfs = (): Promise<boolean> =>
  root().then(
    () => true,
    () => false,
  );

const isMissing = (error: unknown): boolean => nameOf(error) === 'NotFoundError';

const isThere = (directory: FileSystemDirectoryHandle, name: string): Promise<boolean> =>
  directory.getFileHandle(name).then(
    () => true,
    (error: unknown) => !isMissing(error),
  );

async function names(directory: FileSystemDirectoryHandle, kind: FileSystemHandleKind): Promise<string[]> {
  const found: string[] = [];
  for await (const [name, handle] of directory.entries()) if (handle.kind === kind) found.push(name);
  return found.sort();
}

/**
 * The store in `folder` under the root. `lock`: a file beside the
 * folder, whose handle `take` holds as long as the worker lives.
 */
export function opfsDirectory(folder: string, lock: string | null): StoreDirectory {
  let held: SyncHandle | null = null;
  const base = async () => (await root()).getDirectoryHandle(folder, { create: true });
  const runDirectory = async (runId: string, create: boolean) =>
    (await base()).getDirectoryHandle(runId, { create });

  const removeEntry = async (parent: FileSystemDirectoryHandle, name: string) => {
    try {
      // Right after its close a handle may still count as open.
      await patiently(() => parent.removeEntry(name, { recursive: true }));
    } catch (error) {
      if (!isMissing(error)) throw otherFault(error, `${name} removed`);
    }
  };

  return {
    async take() {
      if (lock === null) return;
      const directory = await root();
      if (held && (await isThere(directory, lock))) return;
      held?.close();
      held = null;
      const file = await directory.getFileHandle(lock, { create: true });
      held = await patiently(() => file.createSyncAccessHandle());
    },
    runIds: async () => names(await base(), 'directory'),
    fileNames: async (runId) => names(await runDirectory(runId, false), 'file'),
    async openFile(runId, name, create) {
      const file = await (await runDirectory(runId, create)).getFileHandle(name, { create });
      return patiently(() => file.createSyncAccessHandle());
    },
    removeFile: async (runId, name) => removeEntry(await runDirectory(runId, false), name),
    removeRun: async (runId) => removeEntry(await base(), runId),
    async estimate() {
      const { usage, quota } = await navigator.storage.estimate();
      return {
        usageBytes: usage ?? null,
        quotaBytes: quota ?? null,
        persisted: await navigator.storage.persisted(),
      };
    },
    async scratch(name) {
      const remove = async () => removeEntry(await root(), name);
      await remove();
      return { directory: opfsDirectory(name, null), remove };
    },
  };
}
