// Whether this page has a place to store anything, and whether the browser may delete what is stored. Not
// here: the store (checkpoint/), which alone writes.
import type { Fault } from '../fault.ts';

/**
 * Asks the browser to keep the storage; resolves with the answer, false where the browser has no such
 * question. Call it from a click: Firefox asks the user.
 */
export async function askToPersist(
  storage: Partial<Pick<StorageManager, 'persisted' | 'persist'>> | undefined = navigator.storage,
): Promise<boolean> {
  if (!storage?.persist) return false;
  return (await storage.persisted?.()) || (await storage.persist());
}

/**
 * Whether there is an origin private file system, and if not, why. Private windows of Firefox and Safari have
 * none; pages on plain http have none.
 */
export async function checkStorage(
  storage: { getDirectory?: () => Promise<unknown> } | undefined = navigator.storage,
): Promise<{ opfs: true; why: null } | { opfs: false; why: Fault }> {
  if (!storage?.getDirectory) return { opfs: false, why: noStorage('no file system for this page') };
  try {
    await storage.getDirectory();
    return { opfs: true, why: null };
  } catch (error) {
    return {
      opfs: false,
      why: noStorage(error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
    };
  }
}

/**
 * A window that keeps its storage offers more, also on a small disk: private windows hold theirs in memory,
 * and offer a part of that.
 */
const LEAST_OF_A_DISK = 4 * 2 ** 30;

/**
 * Why what this window stores may be gone when it is closed; null where nothing says so. Private windows of
 * Chromium have a file system like any other: only what they offer and never promise to keep tells.
 */
export async function whyTemporary(
  storage: Partial<Pick<StorageManager, 'estimate' | 'persisted'>> | undefined = navigator.storage,
): Promise<Fault | null> {
  if (!storage?.estimate || (await storage.persisted?.())) return null;
  const { quota, usage = 0 } = await storage.estimate();
  if (quota === undefined || quota - usage >= LEAST_OF_A_DISK) return null;
  return temporary(quota - usage);
}

const temporary = (free: number): Fault => ({
  kind: 'storage',
  title: 'This window may keep nothing',
  what:
    'It offers little storage and does not promise to keep it, as private windows do: their runs, pictures and ' +
    'checkpoints are gone when the last of them is closed.',
  expected: `at least ${LEAST_OF_A_DISK / 2 ** 30} GiB of storage, or a promise to keep it`,
  got: `${(free / 2 ** 30).toFixed(1)} GiB, and no promise`,
  todo: [
    'If this is a private window, open Perennial in a normal one.',
    'Or go on here, and use Export checkpoint before you close it.',
  ],
});

const noStorage = (got: string): Fault => ({
  kind: 'storage',
  title: 'This window keeps nothing',
  what:
    'The browser gives this page no file system, as in a private window. Training works, but a reload loses the run: ' +
    'export the checkpoint before you close the tab.',
  expected: 'an origin private file system (navigator.storage.getDirectory)',
  got,
  todo: [
    'Open Perennial in a normal window, at an https address or at localhost.',
    'Or go on here, and use Export checkpoint before you leave.',
  ],
});
