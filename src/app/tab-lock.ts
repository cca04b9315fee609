// Only one tab trains: the first tab holds a Web Lock for its life; a later tab waits, and takes over when
// the first is gone. The store's file handles are what keeps two writers apart: a Web Lock can be stolen. Not
// here: what a waiting tab shows (session.ts).

const NAME = 'perennial-trainer';
/**
 * A reloaded page gets the lock of its former self a moment later: for this long it waits before it says
 * "another tab".
 */
const OWN_GHOST_MS = 300;

export interface TabHold {
  /** True: this tab has the lock now. False: another tab has it. */
  held: boolean;
  /** Resolves when this tab has the lock. */
  whenFree: Promise<void>;
  /** Resolves when another page took the lock by force. */
  lost: Promise<void>;
  /** Takes the lock by force, before all that wait; the tab that had it is told by its `lost`. */
  take(): void;
}

/**
 * Asks for the lock and holds it from the moment it is granted until the tab is gone. Resolves within 0.3 s,
 * with or without the lock.
 */
export async function holdTab(locks: LockManager | undefined = navigator.locks): Promise<TabHold> {
  // Only pages on plain http have no Web Locks; such pages have no OPFS and no WebGPU either.
  if (!locks)
    return {
      held: true,
      whenFree: Promise.resolve(),
      lost: new Promise(() => undefined),
      take: () => undefined,
    };
  let granted = (): void => undefined;
  let robbed = (): void => undefined;
  const whenFree = new Promise<void>((resolve) => (granted = resolve));
  const lost = new Promise<void>((resolve) => (robbed = resolve));
  const queue = new AbortController();
  const ask = (options: LockOptions): void => {
    locks
      .request(NAME, options, () => {
        granted();
        return new Promise<never>(() => undefined);
      })
      // Stolen; a request that gave up its place in the queue lost nothing.
      .catch(() => options.signal?.aborted || robbed());
  };
  ask({ signal: queue.signal });
  const held = await Promise.race([whenFree.then(() => true), after(OWN_GHOST_MS).then(() => false)]);
  const take = (): void => {
    queue.abort();
    ask({ steal: true });
  };
  return { held, whenFree, lost, take };
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
