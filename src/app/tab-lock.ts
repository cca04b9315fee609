// One tab trains: the first holds a Web Lock for its life, a later one is told so and takes over when the first is
// gone. A courtesy between tabs; what really keeps two apart is the store's file handles (a Web Lock can be stolen).

const NAME = 'perennial-trainer';
/** A page that is reloaded gets the lock of its former self a moment later: this long it is not called another tab. */
const OWN_GHOST_MS = 300;

export interface TabHold {
  /** At once; else another tab has it. */
  held: boolean;
  /** Resolves when this tab is the holder. */
  whenFree: Promise<void>;
  /** Resolves if another page took the lock by force, from then on. */
  lost: Promise<void>;
}

/** Asks for the lock, and holds it from the moment it is granted until the tab is gone. Answers within 0.3 s. */
export async function holdTab(locks: LockManager | undefined = navigator.locks): Promise<TabHold> {
  // Only pages on plain http lack it; they have no OPFS and no WebGPU either.
  if (!locks) return { held: true, whenFree: Promise.resolve(), lost: new Promise(() => undefined) };
  let granted = (): void => undefined;
  const whenFree = new Promise<void>((resolve) => (granted = resolve));
  const lost = locks
    .request(NAME, () => {
      granted();
      return new Promise<never>(() => undefined);
    })
    .then(
      () => undefined,
      () => undefined, // stolen: the request is rejected
    );
  const held = await Promise.race([whenFree.then(() => true), after(OWN_GHOST_MS).then(() => false)]);
  return { held, whenFree, lost };
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
