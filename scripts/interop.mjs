// `npm run test:interop`: the live half of interop, with real PyTorch, diffusers and accelerate in an
// environment of their own, kept outside the tree and reused. The last line is the sum: "N passed, N failed".
// Not here: `npm test`, which needs no Python.
//
//   npm run test:interop                    makes or reuses the environment, runs everything
//   npm run test:interop -- --seed 123      the same fresh case again
//   PERENNIAL_VENV=/path                    another place for the environment
//   PYTHON=python3.12                       another interpreter
import { spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const MINUTE = 60_000;
/**
 * Measured on Linux with torch 2.15.0, whose wheel brings CUDA; the downloads come on top while it installs.
 */
const DISK_GB = 6;
const WHILE_INSTALLING_GB = 10;
const REQUIREMENTS = 'interop/requirements.txt';

const { values: options } = parseArgs({ options: { seed: { type: 'string' } } });
const results = [];
const count = (name, passed, failed) => results.push({ name, passed, failed });

/**
 * Resolves to an exit code, or what ended it; `quiet` keeps the output and returns it instead of printing it.
 */
function run(program, args, { env = {}, limitMs = 10 * MINUTE, quiet = false } = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    let printed = '';
    child.stdout?.on('data', (bytes) => (printed += bytes));
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.once('error', (error) => console.error(String(error)));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      done({ code: signal ? `ended by ${signal}` : code, printed });
    });
  });
}
const node = (script, args, how) => run(process.execPath, [join('node_modules', script), ...args], how);

async function check(name, command) {
  console.log(`\n── ${name}`);
  const { code } = await command;
  count(name, code === 0 ? 1 : 0, code === 0 ? 0 : 1);
  return code === 0;
}

function cacheFolder() {
  if (process.platform === 'win32') return process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
}

/**
 * Path of the environment's Python, interop/requirements.txt installed; null where the environment cannot be
 * made.
 */
async function environment() {
  const folder = resolve(process.env.PERENNIAL_VENV ?? join(cacheFolder(), 'perennial-interop'));
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const digest = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  const marker = join(folder, 'perennial-requirements');
  const installed = await readFile(marker, 'utf8').catch(() => '');
  if (installed === digest) return python;
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const freeGb = (bavail * bsize) / 1e9;
  console.log(
    `Python packages go to ${folder}: about ${DISK_GB} GB, ${WHILE_INSTALLING_GB} GB while they install ` +
      `(torch's Linux wheel brings CUDA). Free there: ${freeGb.toFixed(1)} GB.`,
  );
  const isNew = (await readdir(folder)).length === 0;
  if (isNew && freeGb < WHILE_INSTALLING_GB) {
    console.error('Not enough room. PERENNIAL_VENV=/another/place npm run test:interop');
    return null;
  }
  if (isNew && (await run(process.env.PYTHON ?? 'python3', ['-m', 'venv', folder])).code !== 0) return null;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
  if ((await run(python, pip, { limitMs: 60 * MINUTE })).code !== 0) return null;
  await writeFile(marker, digest);
  return python;
}

const VERSIONS = `
import sys, torch, diffusers, transformers, accelerate, numpy, safetensors, PIL
print(f"Python {sys.version.split()[0]}, torch {torch.__version__}, diffusers {diffusers.__version__}, transformers {transformers.__version__}, accelerate {accelerate.__version__}, "
      f"numpy {numpy.__version__}, safetensors {safetensors.__version__}, pillow {PIL.__version__}")
`;

/**
 * Makes a golden case: a seed that is new every time chooses the network and draws weights, noise and
 * pictures.
 */
async function freshCase(python, seed, folder, env) {
  const configs = (await readdir('interop/configs')).filter((name) => name.endsWith('.json')).sort();
  const config = configs[seed % configs.length];
  console.log(`\n── a fresh golden case: ${config}, seed ${seed} (--seed ${seed} makes it again)`);
  const args = [
    'interop/make_fixtures.py',
    '--config',
    `interop/configs/${config}`,
    '--seed',
    String(seed),
    '--out',
    folder,
  ];
  const { code } = await run(python, args, { env });
  if (code !== 0) return false;
  await writeFile(
    join(folder, 'fresh.safetensors'),
    await readFile(join(folder, config.replace('.json', '.safetensors'))),
  );
  return true;
}

/** Counts a report's tests; where the program failed and its report blames no test, one failure more. */
async function countReport(name, code, path, read) {
  const report = await readFile(path, 'utf8').then(JSON.parse, () => null);
  const { passed, failed } = report ? read(report) : { passed: 0, failed: 0 };
  count(name, passed, failed === 0 && (code !== 0 || report === null) ? 1 : failed);
}

async function main() {
  const python = await environment();
  if (!python) return count('the Python environment', 0, 1);
  const seed = options.seed === undefined ? randomInt(2 ** 32) : Number(options.seed);
  const folder = await mkdtemp(join(tmpdir(), 'perennial-interop-'));
  const env = {
    PERENNIAL_PYTHON: python,
    PERENNIAL_LIVE_FOLDER: folder,
    HF_HUB_OFFLINE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const { printed } = await run(python, ['-c', VERSIONS], { quiet: true, env });
  console.log(`Node ${process.versions.node}, ${printed.trim()}`);

  await check(
    'fixtures of the generator and of steps',
    run(python, ['interop/check_exports.py', 'fixtures'], { env }),
  );
  await check(
    'the tokenizer’s folder in transformers',
    run(python, ['interop/make_tokenizer_fixture.py', '--check'], { env }),
  );
  const fresh = await freshCase(python, seed, folder, env);
  if (!fresh) count('a fresh golden case', 0, 1);
  if (!(await check('build', node('vite/bin/vite.js', ['build', '--logLevel', 'warn'])))) return;

  console.log('\n── the tab beside PyTorch');
  const playwrightReport = join(folder, 'playwright.json');
  const config = 'test/interop-live/playwright.config.ts';
  const tab = await node('@playwright/test/cli.js', ['test', '-c', config, '--reporter=list,json'], {
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport },
    limitMs: 61 * MINUTE,
  });
  await countReport('the tab beside PyTorch', tab.code, playwrightReport, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + stats.skipped,
  }));

  console.log('\n── number by number');
  const vitestReport = join(folder, 'vitest.json');
  const args = [
    'run',
    '--config',
    'test/interop-live/vitest.config.ts',
    '--root',
    '.',
    '--reporter=default',
    '--reporter=json',
  ];
  const numbers = await node('vitest/vitest.mjs', [...args, `--outputFile.json=${vitestReport}`], { env });
  await countReport('number by number', numbers.code, vitestReport, ({ numPassedTests, numFailedTests }) => ({
    passed: numPassedTests,
    failed: numFailedTests,
  }));
  await rm(folder, { recursive: true });
}

await main();
console.log('');
for (const { name, passed, failed } of results)
  console.log(`${failed > 0 ? '✗' : '✓'} ${name}: ${passed} passed, ${failed} failed`);
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
process.exitCode = total('failed') > 0 ? 1 : 0;
console.log(`${total('passed')} passed, ${total('failed')} failed`);
