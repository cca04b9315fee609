// Where the app's own files lie, as seen from a worker. Not here: fetching them.

/**
 * Absolute address of the folder that holds index.html, with a final slash. A built worker lies in its assets/ folder;
 * in development (and in browser tests) everything is served from the root.
 */
export function appBase(): string {
  return new URL(import.meta.env.DEV ? '/' : '../', self.location.href).href;
}
