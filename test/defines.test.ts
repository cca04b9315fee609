// The claim that every program that serves or bundles the code of src/ gives it the names it reads: where one
// lacks them, the page of that program fails at its first line (as `npm run learn` once did).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Where programs that use Vite are; `test/house` and fixtures have none. */
const FOLDERS = ['.', 'bench', 'scripts', 'test/interop-live', 'test/ui'];

it('every configuration of Vite for code of the app defines its names', () => {
  const programs = FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(ts|mjs)$/.test(name))
      .map((name) => join(folder, name)),
  );
  const serving = programs.filter((path) =>
    /(createServer|build)\(\{\s*configFile: false|defineConfig\(\{\s*(base|test):/.test(
      readFileSync(path, 'utf8'),
    ),
  );
  expect(serving).toContain('bench/in-page.ts');
  // The service worker's own bundle reads one name alone, which the plugin gives it.
  const lacking = serving.filter(
    (path) =>
      path !== 'scripts/service-worker-plugin.ts' && !/define: DEFINES/.test(readFileSync(path, 'utf8')),
  );
  expect(lacking).toEqual([]);
});
