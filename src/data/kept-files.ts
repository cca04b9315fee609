// Files of the app that were fetched when they were first needed and are then kept in this browser, in the
// Cache API: by the worker that reads them, so that it needs no service worker to have them offline. Not
// here: the files that are there from the first visit on (service-worker.ts).

/** Of the origin: beside the caches of the service worker, which clears away only its own. */
const CACHE = 'perennial-datasets';

/** Null where this browser gives no cache (some do so in private windows). */
const openCache = (): Promise<Cache | null> => caches.open(CACHE).catch(() => null);

/** The file that is kept under this address, or null. */
export async function keptFile(url: URL): Promise<Blob | null> {
  const kept = await (await openCache())?.match(url);
  return kept ? kept.blob() : null;
}

/** Keeps the file under this address no longer. */
export async function forgetFile(url: URL): Promise<void> {
  await (await openCache())?.delete(url);
}

/**
 * Keeps these files of a folder, and no longer what was kept under its other addresses: an earlier version.
 * Where the disk is full nothing is kept, and the files are fetched again another time.
 */
export async function keepFiles(folder: URL, files: ReadonlyMap<URL, Blob>): Promise<void> {
  const cache = await openCache();
  if (!cache) return;
  const current = new Set([...files.keys()].map(({ search }) => search));
  for (const { url } of await cache.keys())
    if (url.startsWith(folder.href) && !current.has(new URL(url).search)) await cache.delete(url);
  const puts = [...files].map(([url, blob]) => cache.put(url, new Response(blob)));
  await Promise.all(puts).catch(() => undefined);
}
