// `npm run test:faults`: what a dying browser and a failing disk may cost, held at length. Its first part,
// the states of a store after a crash, needs no browser. `--seed 7`: another seed than the day's;
// `--states 5000`: fewer states. The last line is what came of it, one JSON object.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The value after an argument, or `otherwise`. */
function argument(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

const seed = argument('--seed', String(Math.floor(Date.now() / 86_400_000)));
const states = argument('--states', '200000');
const folder = await mkdtemp(join(tmpdir(), 'perennial-faults-'));
const began = performance.now();

/** Runs a part's file of tests; its report, or null where it wrote none. */
async function part(file, env) {
  const path = join(folder, 'report.json');
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'long-unit', file];
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env, FAULTS_SEED: seed, FAULTS_REPORT: path },
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const report = await readFile(path, 'utf8').then(JSON.parse, () => null);
  return { passed: code === 0, report };
}

console.log(`seed ${seed}`);
const crash = await part('test/faults/crash-states.long.test.ts', { CRASH_STATES: states });
await rm(folder, { recursive: true });

const seconds = Math.round((performance.now() - began) / 1000);
console.log(JSON.stringify({ seed: Number(seed), passed: crash.passed, seconds, crashStates: crash.report }));
process.exitCode = crash.passed ? 0 : 1;
