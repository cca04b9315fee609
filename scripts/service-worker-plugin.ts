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

/**
 * Only the default data set is stored, and of the others what their buttons show: they are fetched when they
 * are chosen (src/data/kept-files.ts). The notices are read online, and the pictures that describe the app to
 * installers and to links are not of the app.
 */
const isPrecached = (path: string): boolean =>
  !/^(sw\.js|THIRD-PARTY-NOTICES\.txt|social\.png|screenshots\/.*)$|\.map$/.test(path) &&
  (!path.startsWith('datasets/') || /^datasets\/(planets\/|[^/]+\/thumbnail\.webp$)/.test(path));

/**
 * The address that names a file's content, or null. The page asks for a set's files by its fingerprint: the
 * service worker then takes the copy that the page has fetched just before.
 */
async function addressByContent(path: string, folder: string): Promise<string | null> {
  if (path.startsWith('assets/')) return path;
  const set = /^(datasets\/[^/]+)\/(sheet-.*|captions\.json|thumbnail\.webp)$/.exec(path)?.[1];
  if (!set) return null;
  const manifest = JSON.parse(await readFile(join(folder, set, 'manifest.json'), 'utf8')) as {
    sha256: string;
  };
  return `${path}?${manifest.sha256.slice(0, 8)}`;
}

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
    paths.map(async (path) => {
      const url = await addressByContent(path, folder);
      return url ? { url, revision: null } : { url: path, revision: await revision(join(folder, path)) };
    }),
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
