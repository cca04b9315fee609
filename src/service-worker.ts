// The service worker (dist/sw.js): the app, its workers and the default pictures from the cache, with the network off
// too, and the security headers where the host sends none. Not here: when an update is taken (app/offline.ts).
import { addPlugins, cleanupOutdatedCaches, type PrecacheEntry, precacheAndRoute } from 'workbox-precaching';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Every file of the app with its revision; put in by the build (scripts/service-worker-plugin.ts). */
declare const __PRECACHE__: PrecacheEntry[];
declare const self: ServiceWorkerGlobalScope;

/** The same response under our policy; one that has a policy already is passed on as it is. */
function secured(response: Response): Response {
  if (response.headers.has('Content-Security-Policy')) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

addPlugins([{ handlerWillRespond: ({ response }) => Promise.resolve(secured(response)) }]);
cleanupOutdatedCaches();
// Settings in the address (`/?preset=tiny`) do not make it another page.
precacheAndRoute(__PRECACHE__, { ignoreURLParametersMatching: [/./], directoryIndex: 'index.html' });

// A new version waits until the page asks: never under a running training.
self.addEventListener('message', (event) => {
  if ((event.data as { type?: unknown } | null)?.type === 'SKIP_WAITING') {
    event.waitUntil(self.skipWaiting());
  }
});
// The first visit is served from the cache at once, so that what is loaded later works offline too.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
