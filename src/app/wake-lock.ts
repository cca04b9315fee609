// Keeps the screen awake, and so the tab at full speed, while training. The browser drops the lock with a hidden tab;
// it is taken again when the tab is seen. Without the API, or refused (battery saver), training goes on all the same.

/** Holds the lock until `release`. `onChange` hears whether it is held now. */
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
      onChange(false); // refused: shown as not held, asked again when the tab is seen next
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
