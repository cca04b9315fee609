// Runs a script of interop/ with the Python that scripts/interop.mjs prepared. Not here: claims about the
// results.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measured, seconds } from '../e2e/visit.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The interpreter, or a program beside it in the same environment (`accelerate`). */
function programOf(name: 'python' | 'accelerate'): string {
  const python = process.env['PERENNIAL_PYTHON'];
  if (!python) throw new Error('PERENNIAL_PYTHON is not set: run `npm run test:interop`.');
  return name === 'python' ? python : python.replace(/python(\.exe)?$/, 'accelerate$1');
}

/**
 * Resolves to the program's output; rejects with the output where it fails or takes longer than `limitMs`.
 */
export function run(
  program: 'python' | 'accelerate',
  args: readonly string[],
  limitMs = 300_000,
): Promise<string> {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(programOf(program), args, {
      cwd: ROOT,
      // One thread for each process; no request to a model hub.
      env: { ...process.env, OMP_NUM_THREADS: '1', HF_HUB_OFFLINE: '1', PYTHONDONTWRITEBYTECODE: '1' },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    let printed = '';
    const note = (bytes: Buffer): void => void (printed += bytes.toString());
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const script = args.findIndex((arg) => arg.endsWith('.py'));
      const told = args.slice(script, script + 2).join(' ');
      if (code === 0) {
        measured(`${program} ${told}`, seconds(Date.now() - started));
        resolve(printed);
      } else reject(new Error(`${program} ${args.join(' ')} ended with ${signal ?? code}:\n${printed}`));
    });
  });
}

/** The number that `pattern` finds in what was printed. */
export function figureOf(what: string, printed: string, pattern: RegExp): number {
  const found = pattern.exec(printed)?.[1];
  if (found === undefined) throw new Error(`${what}: no ${pattern} in\n${printed}`);
  measured(what, found);
  return Number(found);
}
