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
