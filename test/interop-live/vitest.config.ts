// The tests by which `npm run test:interop` compares numbers with those that Python has just made: eager in
// Node and the plan in Chromium. Files are passed as text: a browser cannot read the disk. Not here:
// `npm test`.
import { readFileSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { DEFINES } from '../../scripts/defines.ts';
import { PREBUNDLED } from '../../scripts/prebundled.ts';
import { CHROMIUM_ARGS, findChromium } from '../chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** In base64. */
    fresh: string;
    /** Exported folders, zips in base64, and JSON of interop/check_exports.py. */
    vModel: string;
    vDrawn: string;
    flowModel: string;
    flowDrawn: string;
    /** The same of a model that draws by class, and JSON of interop/check_classes.py. */
    classesModel: string;
    classesDrawn: string;
    /** The same of a model with words, and JSON of interop/check_words.py. */
    wordsModel: string;
    wordsDrawn: string;
  }
}

const FOLDER = process.env['PERENNIAL_LIVE_FOLDER'] ?? '';
const read = (name: string, encoding: 'base64' | 'utf8'): string =>
  readFileSync(`${FOLDER}/${name}`).toString(encoding);

const provide = {
  fresh: read('fresh.safetensors', 'base64'),
  vModel: read('v-model.zip', 'base64'),
  vDrawn: read('v-drawn.json', 'utf8'),
  flowModel: read('flow-model.zip', 'base64'),
  flowDrawn: read('flow-drawn.json', 'utf8'),
  classesModel: read('classes-model.zip', 'base64'),
  classesDrawn: read('classes-drawn.json', 'utf8'),
  wordsModel: read('words-model.zip', 'base64'),
  wordsDrawn: read('words-drawn.json', 'utf8'),
};

export default defineConfig({
  test: {
    projects: [
      {
        define: DEFINES,
        test: {
          name: 'eager',
          include: ['test/interop-live/eager.live.ts'],
          provide,
          testTimeout: 600_000,
        },
      },
      {
        define: DEFINES,
        optimizeDeps: { include: PREBUNDLED },
        test: {
          name: 'plan',
          include: ['test/interop-live/plan.live.ts'],
          provide,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium(), args: CHROMIUM_ARGS },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
