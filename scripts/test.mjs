// `npm test`: the checks and tests, part after part, all of them even when one fails. With --all also what
// takes long, as CI: `npm run test:all`. At the end a line for each part with its tests and its
// time; the last line is the sum: "N passed, N failed". A part that crashes, or ends without a report, counts
// as a failure.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MINUTE = 60_000;
const reports = await mkdtemp(join(tmpdir(), 'perennial-test-'));
const results = [];
const began = performance.now();

/**
 * Only ends a part that hangs: the machine may be busy with other work. Vitest and Playwright have limits of
 * their own.
 */
const LIMIT_MS = 75 * MINUTE;

/** Runs a program of node_modules; resolves to its exit code, or to the signal that ended it. */
function run(script, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join('node_modules', script), ...args], {
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.once('error', (error) => console.error(String(error)));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve(signal ? `ended by ${signal}` : code);
    });
  });
}

/**
 * Runs one part, notes its counts and its time, and returns whether all of it passed. `work` counts the
 * tests.
 */
async function part(name, work) {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const { passed, failed } = await work();
  results.push({ name, passed, failed, seconds: Math.round((performance.now() - started) / 1000) });
  return failed === 0;
}

/** One check, counted as one test: passed where the program exits with 0. */
const check = (name, script, args) =>
  part(name, async () => {
    const code = await run(script, args);
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  });

/** Counts of a part's report. Where the program failed and the report blames no test, that is one failure. */
async function counted(name, code, read) {
  const report = await readFile(join(reports, `${name}.json`), 'utf8').then(JSON.parse, () => null);
  const { passed, failed } = report ? read(report) : { passed: 0, failed: 0 };
  return { passed, failed: failed === 0 && (code !== 0 || report === null) ? 1 : failed };
}

const vitest = (name) =>
  part(name, async () => {
    const output = `--outputFile.json=${join(reports, `${name}.json`)}`;
    const args = ['run', '--project', name, '--reporter=default', '--reporter=json', output];
    const code = await run('vitest/vitest.mjs', args);
    return counted(name, code, ({ numPassedTests, numFailedTests }) => ({
      passed: numPassedTests,
      failed: numFailedTests,
    }));
  });

const playwright = (name, projects) =>
  part(name, async () => {
    const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, `${name}.json`) };
    const code = await run(
      '@playwright/test/cli.js',
      ['test', ...projects.map((project) => `--project=${project}`), '--reporter=list,json'],
      env,
    );
    return counted(name, code, ({ stats }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
    }));
  });

// At once: these say something only where something is wrong, and one of them has one core's work.
await Promise.all([
  check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  check('types of the page', 'typescript/bin/tsc', ['-p', 'tsconfig.page.json']),
  check('types of the workers', 'typescript/bin/tsc', ['-p', 'tsconfig.worker.json']),
  check('types of the tests', 'typescript/bin/tsc', ['-p', 'tsconfig.test.json']),
  check('lint', 'oxlint/bin/oxlint', ['--type-aware', '--deny-warnings']),
]);
// At once: the page of the GPU tests waits as long as it works. Vitest names the project in each line.
await Promise.all([vitest('unit'), vitest('gpu')]);
if (await check('build', 'vite/bin/vite.js', ['build', '--logLevel', 'warn'])) {
  await playwright('e2e', ['e2e', 'ui']);
  if (process.argv.includes('--all')) {
    await vitest('long-unit');
    await playwright('long', ['long', 'long-ui']);
  }
} else results.push({ name: 'e2e', passed: 0, failed: 1, seconds: 0 });
await rm(reports, { recursive: true });

console.log('');
for (const { name, passed, failed, seconds } of results)
  console.log(`${failed > 0 ? '✗' : '✓'} ${name}: ${passed} passed, ${failed} failed, ${seconds} s`);
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
console.log(`in ${((performance.now() - began) / MINUTE).toFixed(1)} minutes`);
process.exitCode = total('failed') > 0 ? 1 : 0;
console.log(`${total('passed')} passed, ${total('failed')} failed`);
