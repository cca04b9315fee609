// The service worker (dist/sw.js): serves the app, its workers and the built-in
// pictures from the cache, with the network off too, and adds the security headers
// where the host sends none. Not here: when an update is taken (app/offline.ts).
import { addPlugins, cleanupOutdatedCaches, type PrecacheEntry, precacheAndRoute } from 'workbox-precaching';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Every file of the app with its revision; put in by the build (scripts/service-worker-plugin.ts). */
declare const __PRECACHE__: PrecacheEntry[];
declare const self: ServiceWorkerGlobalScope;

/** The response with our security headers; unchanged where the host sends a content security policy. */
function secured(response: Response): Response {
  if (response.headers.has('Content-Security-Policy')) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

addPlugins([{ handlerWillRespond: ({ response }) => Promise.resolve(secured(response)) }]);
cleanupOutdatedCaches();
// The address with settings (`/?preset=tiny`) is the same page.
precacheAndRoute(__PRECACHE__, { ignoreURLParametersMatching: [/./], directoryIndex: 'index.html' });

// A new version waits until the page asks for it, so that it never replaces the app while a run trains.
self.addEventListener('message', (event) => {
  if ((event.data as { type?: unknown } | null)?.type === 'SKIP_WAITING') {
    event.waitUntil(self.skipWaiting());
  }
});
// From the first visit on the cache serves the page, so that files loaded later work offline too.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
