// Offline use and updates: registers the service worker (production builds only), tells when the app is
// stored and when a new version waits. An update is applied only when the user asks, never under a running
// training. Not here: the service worker itself (service-worker.ts).
import { Workbox } from 'workbox-window';

/** How often a page that stays open for days asks its host for a new version. */
const UPDATE_EVERY_MS = 60 * 60 * 1000;
/** Events of an update that another tab found do not reach this tab: the registration is polled instead. */
const POLL_EVERY_MS = 1000;

export interface OfflineState {
  /** The app is stored: it opens with the network off. */
  offlineReady: boolean;
  /** A new version is stored and waits for `apply`. */
  updateReady: boolean;
}

export interface Updates {
  /**
   * Activates the waiting version and reloads the page; does nothing where no version waits. Save first.
   * Other tabs are not reloaded.
   */
  apply(): Promise<void>;
}

const NO_UPDATES: Updates = { apply: () => Promise.resolve() };

/**
 * Registers the service worker and calls `onChange` with every change. Does nothing in development and where
 * the browser has no service workers.
 */
export function watchUpdates(onChange: (state: OfflineState) => void): Updates {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return NO_UPDATES;
  const workbox = new Workbox(`${import.meta.env.BASE_URL}sw.js`);
  const registration = workbox.register();
  watch(registration, onChange).catch((error: unknown) => {
    // The browser may refuse (storage blocked, invalid certificate): then the app works online only.
    console.warn('Not available offline:', error);
  });
  return { apply: () => applyUpdate(workbox, registration) };
}

async function watch(
  registering: Promise<ServiceWorkerRegistration | undefined>,
  onChange: (state: OfflineState) => void,
): Promise<void> {
  const registration = await registering;
  if (!registration) return;
  let last: OfflineState = { offlineReady: false, updateReady: false };
  const look = (): void => {
    const now = {
      offlineReady: registration.active !== null,
      updateReady: registration.waiting !== null && registration.active !== null,
    };
    if (now.offlineReady === last.offlineReady && now.updateReady === last.updateReady) return;
    last = now;
    onChange(now);
  };
  look();
  setInterval(look, POLL_EVERY_MS);
  // Without a network the request fails; the next one comes an hour later.
  setInterval(() => void registration.update().catch(() => undefined), UPDATE_EVERY_MS);
}

async function applyUpdate(
  workbox: Workbox,
  registering: Promise<ServiceWorkerRegistration | undefined>,
): Promise<void> {
  const registration = await registering;
  if (!registration?.waiting) return;
  const inCharge = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  });
  workbox.messageSkipWaiting();
  await inCharge;
  location.reload();
}
