// Builds src/service-worker.ts into dist/sw.js, with the list of every file that must be there offline. Runs
// when the app's own bundle is written. Not here: what the service worker does.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin, type ResolvedConfig } from 'vite';
import { collectShipped } from './third-party-notices.ts';

interface PrecacheEntry {
  url: string;
  /** Null where the file name already changes with the content. */
  revision: string | null;
}

/** Only the default data set is stored, not the others; the notices are read online. */
const isPrecached = (path: string): boolean =>
  !/^(sw\.js|THIRD-PARTY-NOTICES\.txt)$|\.map$/.test(path) &&
  (!path.startsWith('datasets/') || path.startsWith('datasets/planets/'));

/**
 * Every file under `folder` that the service worker stores, with its revision, in the order of their names.
 */
export async function precacheList(folder: string): Promise<PrecacheEntry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter(isPrecached)
    .sort();
  return Promise.all(
    paths.map(async (url) => ({
      url,
      revision: url.startsWith('assets/') ? null : await revision(join(folder, url)),
    })),
  );
}

const revision = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 16);

export function serviceWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'perennial:service-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        const outDir = resolve(config.root, config.build.outDir);
        await build({
          configFile: false,
          root: config.root,
          logLevel: 'warn',
          publicDir: false,
          define: { __PRECACHE__: JSON.stringify(await precacheList(outDir)) },
          plugins: [collectShipped()],
          build: {
            outDir,
            emptyOutDir: false,
            modulePreload: false,
            rolldownOptions: {
              input: join(config.root, 'src/service-worker.ts'),
              output: { format: 'iife', entryFileNames: 'sw.js', comments: { legal: false } },
            },
          },
        });
      },
    },
  };
}
