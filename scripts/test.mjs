// `npm test`: every check and every test, one group after the other, all of them even when one fails. The last line is
// the sum: "N passed, N failed". A group that crashes, or ends without a report, counts as a failure.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MINUTE = 60_000;
const reports = await mkdtemp(join(tmpdir(), 'perennial-test-'));
const results = [];

/** Runs a program of node_modules; resolves to its exit code, or a failure where it takes longer than `limitMs`. */
function run(script, args, { env = {}, limitMs = 10 * MINUTE } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join('node_modules', script), ...args], {
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.once('error', (error) => console.error(String(error)));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve(signal ? `ended by ${signal}` : code);
    });
  });
}

const count = (name, passed, failed) => results.push({ name, passed, failed });

/** Counts what the report says; where the program failed and its report blames no test, one failure more. */
async function countReport(name, code, read) {
  const report = await readFile(join(reports, `${name}.json`), 'utf8').then(JSON.parse, () => null);
  const { passed, failed } = report ? read(report) : { passed: 0, failed: 0 };
  count(name, passed, failed === 0 && (code !== 0 || report === null) ? 1 : failed);
}

async function check(name, script, args) {
  console.log(`\n── ${name}`);
  const code = await run(script, args);
  count(name, code === 0 ? 1 : 0, code === 0 ? 0 : 1);
  return code === 0;
}

async function vitest(name, limitMs) {
  console.log(`\n── ${name} tests`);
  const output = `--outputFile.json=${join(reports, `${name}.json`)}`;
  const args = ['run', '--project', name, '--reporter=default', '--reporter=json', output];
  const code = await run('vitest/vitest.mjs', args, { limitMs });
  await countReport(name, code, ({ numPassedTests, numFailedTests }) => ({
    passed: numPassedTests,
    failed: numFailedTests,
  }));
}

async function playwright(name, limitMs) {
  console.log(`\n── ${name} tests`);
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, `${name}.json`) };
  const code = await run('@playwright/test/cli.js', ['test', '--reporter=list,json'], { env, limitMs });
  await countReport(name, code, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
  }));
}

await check('types of the page', 'typescript/bin/tsc', ['-p', 'tsconfig.page.json']);
await check('types of the workers', 'typescript/bin/tsc', ['-p', 'tsconfig.worker.json']);
await check('types of the tests', 'typescript/bin/tsc', ['-p', 'tsconfig.test.json']);
await check('lint', 'oxlint/bin/oxlint', ['--type-aware', '--deny-warnings']);
await check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
await vitest('unit', 6 * MINUTE);
await vitest('gpu', 10 * MINUTE);
if (await check('build', 'vite/bin/vite.js', ['build', '--logLevel', 'warn']))
  await playwright('e2e', 25 * MINUTE);
else count('e2e', 0, 1);
await rm(reports, { recursive: true });

console.log('');
for (const { name, passed, failed } of results)
  console.log(`${failed > 0 ? '✗' : '✓'} ${name}: ${passed} passed, ${failed} failed`);
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
process.exitCode = total('failed') > 0 ? 1 : 0;
console.log(`${total('passed')} passed, ${total('failed')} failed`);
