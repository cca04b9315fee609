// Which browser the tests drive, and with which flags. CHROMIUM wins; else the first known name on PATH.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** WebGPU in software: slow, the same bits every time. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
];

const NAMES = ['chromium', 'google-chrome', 'msedge'];

/** Path of the browser to test with. Throws where there is none, with the way to get one. */
export function findChromium(): string {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  for (const name of NAMES) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        continue;
      }
    }
  }
  throw new Error(
    `No browser to test with: expected CHROMIUM to name one, or ${NAMES.join(', ')} on PATH. ` +
      'On Debian: apt-get install chromium. Elsewhere: CHROMIUM=/path/to/chrome npm test.',
  );
}
