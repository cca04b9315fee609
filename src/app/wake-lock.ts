// Keeps the screen awake while training, because a tab that is not visible is slowed down. The browser
// releases the lock when the tab is hidden; it is requested again when the tab is visible. Without the API,
// or where the browser refuses (battery saver), training goes on.

/** Holds a screen wake lock until `release`. `onChange` hears whether the lock is held now. */
export function holdWakeLock(onChange: (held: boolean) => void): { release(): void } {
  let wanted = true;
  let asking = false;
  let lock: WakeLockSentinel | null = null;

  async function acquire(): Promise<void> {
    if (!('wakeLock' in navigator) || asking || lock || document.visibilityState !== 'visible') return;
    asking = true;
    try {
      const taken = await navigator.wakeLock.request('screen');
      if (!wanted) {
        await taken.release();
        return;
      }
      lock = taken;
      taken.addEventListener('release', () => {
        lock = null;
        if (wanted) onChange(false);
      });
      onChange(true);
    } catch {
      onChange(false); // refused: requested again when the tab is visible next
    } finally {
      asking = false;
    }
  }

  const seen = (): void => void acquire();
  document.addEventListener('visibilitychange', seen);
  seen();
  return {
    release() {
      if (!wanted) return;
      wanted = false;
      document.removeEventListener('visibilitychange', seen);
      void lock?.release();
      onChange(false);
    },
  };
}
