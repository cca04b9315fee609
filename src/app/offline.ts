// Offline use and updates: registers the service worker (production builds only) and tells when the app is stored and
// when a new version waits. An update is taken only when asked: never under a running training. Not here: sw.js itself.
import { Workbox } from 'workbox-window';

/** How often a page that stays open for days asks its own host for a new version. */
const UPDATE_EVERY_MS = 60 * 60 * 1000;
/** Another tab may have found the new version: its events do not reach this one, the registration shows it. */
const POLL_EVERY_MS = 1000;

export interface OfflineState {
  /** The app is stored: it opens with the network off. */
  offlineReady: boolean;
  /** A new version is stored and waits for `apply`. */
  updateReady: boolean;
}

export interface Updates {
  /**
   * Takes the waiting version and reloads the page once it is in charge; does nothing where none waits. Save first.
   * Other tabs are not reloaded.
   */
  apply(): Promise<void>;
}

const NO_UPDATES: Updates = { apply: () => Promise.resolve() };

/** Registers the service worker and calls `onChange` with every change. A no-op in development and where there are no service workers. */
export function watchUpdates(onChange: (state: OfflineState) => void): Updates {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return NO_UPDATES;
  const workbox = new Workbox(`${import.meta.env.BASE_URL}sw.js`);
  const registration = workbox.register();
  watch(registration, onChange).catch((error: unknown) => {
    // A browser may refuse (storage blocked, a broken certificate): the app works, only not offline.
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
  // Offline, the question fails and is asked again an hour later.
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
