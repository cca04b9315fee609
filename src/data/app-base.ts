// Where the app's own files lie, as a worker sees them. Not here: fetching them (packed-set.ts).

/**
 * Absolute address of the folder that holds index.html, with a final slash. A built worker lies in that
 * folder's assets/; in development and in browser tests everything is served from the root.
 */
export function appBase(): string {
  return new URL(import.meta.env.DEV ? '/' : '../', self.location.href).href;
}
