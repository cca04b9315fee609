// The benchmark without a browser: bundles its code (Node 20 cannot load TypeScript), runs the bundle in a
// child process and forwards its rows. Not here: what the child does (node-entry.ts), PyTorch (torch.ts).
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { DEFINES } from '../scripts/defines.ts';
import type { Row } from './row.ts';
import type { NodeMessage } from './node-entry.ts';
import type { BenchOptions } from './options.ts';
import type { Summary } from './summary.ts';

/** Dawn for Node. The app does not need it, so the user installs it by hand. */
const DAWN = 'webgpu@0.6.2';
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = 'node_modules/.perennial-bench';

/** The summary. Throws an Error that says what to install where Dawn is missing. */
export async function benchInNode(options: BenchOptions, emit: (row: Row) => void): Promise<Summary> {
  try {
    createRequire(import.meta.url).resolve('webgpu');
  } catch {
    throw new Error(`--node needs Dawn for Node, which is not installed: npm install --no-save ${DAWN}`);
  }
  await bundle();
  return await new Promise((resolve, reject) => {
    const child = fork(`${ROOT}${OUT}/node-entry.mjs`);
    child.on('message', ({ row, summary, error }: NodeMessage) => {
      if (row) emit(row);
      if (summary) resolve(summary);
      if (error !== undefined) reject(new Error(error));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`the benchmark's process ended: ${signal ?? code}`)),
    );
    child.once('disconnect', () => child.kill());
    child.send(options);
  });
}

async function bundle(): Promise<void> {
  await build({
    configFile: false,
    root: ROOT,
    define: DEFINES,
    logLevel: 'error',
    build: {
      ssr: 'bench/node-entry.ts',
      outDir: OUT,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: { output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' } },
    },
    ssr: { noExternal: true },
  });
}
