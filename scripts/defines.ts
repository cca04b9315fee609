// The names that Vite replaces in the code of src/ (defines.d.ts declares them): every configuration that
// serves or bundles that code takes this. Not here: the service worker's list of files
// (service-worker-plugin.ts).
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import about from '../package.json' with { type: 'json' };

/**
 * A digest of all code of the plan: what a device passed with other kernels, and the tile shapes that were
 * fastest with them, are not taken for these.
 */
function planSource(): string {
  const folder = fileURLToPath(new URL('../src/engine/plan', import.meta.url));
  const hash = createHash('sha256');
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  for (const path of paths.sort()) hash.update(path).update(readFileSync(join(folder, path)));
  return hash.digest('hex').slice(0, 16);
}

export const DEFINES = {
  __APP_VERSION__: JSON.stringify(about.version),
  __PLAN_SOURCE__: JSON.stringify(planSource()),
};
