// The app beside real PyTorch: its losses, its exports, and what it imports again. One run of the app is
// continued by both sides. Run by `npm run test:interop`; not here: what needs no Python
// (test/e2e/interop.spec.ts).
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { openProfile, type Profile, step, waitForState, waitForStep } from '../e2e/browser.ts';
import { floats, readCheckpoint } from '../e2e/checkpoint-file.ts';
import { temporaryFolders } from '../e2e/folders.ts';
import { button, byTestId, exportAs, exportTo, measured, TINY, train, validation } from '../e2e/visit.ts';
import { importNow } from './import-now.ts';
import { figureOf, run } from './python.ts';

/** Where the other half (live-claims.ts) finds the exported model and what diffusers drew with it. */
const LIVE = process.env['PERENNIAL_LIVE_FOLDER'] ?? '';
const newFolder = temporaryFolders();

/**
 * Every option of the maths at once: v, cosine noise, min-SNR, two micro-batches, warm-up, decay, flips; 8
 * steps are an epoch.
 */
const SETTINGS = {
  ...TINY,
  dataset: 'shapes',
  maxImages: 30,
  batchSize: 2,
  gradientAccumulationSteps: 2,
  noiseSchedule: 'cosine',
  predictionType: 'v_prediction',
  minSnrGamma: 5,
  warmupSteps: 4,
  weightDecay: 0.01,
  maxSteps: 1000,
  epochs: 1000,
  checkpointEverySteps: 5,
  sampleSteps: 10,
};

test.describe.configure({ mode: 'serial' });
let tab: Profile;
let folder: string;
const files = { early: '', newest: '', torch: '', diffusers: '', pictures: '', samples: '' };
let paused: number;
test.afterAll(() => tab?.close());

test('the tab trains past an epoch, and exports', async () => {
  folder = await newFolder();
  tab = await openProfile(await newFolder(), { baseURL: test.info().project.use.baseURL ?? '' });
  const { page } = tab;
  await train(page, SETTINGS);
  await waitForStep(page, 12);
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  paused = await step(page);
  files.early = await exportTo(page, folder, 'unet_step_5');
  files.newest = await exportTo(page, folder, 'newest');
  files.torch = await exportAs(page, folder, 'PyTorch .pt');
  files.diffusers = await exportAs(page, folder, 'diffusers folder', 'EMA weights');
  files.pictures = await exportAs(page, folder, 'Its pictures');
  expect(floats(await readCheckpoint(files.newest), 'history.batch_losses')).toHaveLength(paused);
});

test('PyTorch loses what the tab lost, from the first step and from a checkpoint on', async () => {
  const check = ['interop/continue_training.py', '--cpu', '--pictures', files.pictures, '--check'];
  const first = await run('python', [...check, String(paused), '--checkpoint', files.newest]);
  expect(figureOf('losses from the seed on, relative', first, /at most (\S+) apart/)).toBeLessThan(1e-3);
  const against = ['--checkpoint', files.early, '--check-against', files.newest];
  const later = await run('python', [...check, String(paused - 5), ...against]);
  expect(figureOf('losses from step 5 on, relative', later, /at most (\S+) apart/)).toBeLessThan(1e-3);
});

test('a checkpoint read and written in Python is the same file', async () => {
  const again = join(folder, 'again.safetensors');
  await run('python', ['interop/check_exports.py', 'rewrite', files.newest, again]);
  expect(Buffer.compare(await readFile(again), await readFile(files.newest))).toBe(0);
  await run('python', ['interop/check_exports.py', 'same', files.newest, files.torch]);
});

test('DDPMPipeline opens the diffusers export and draws with the app`s noise', async () => {
  files.samples = join(folder, 'samples.json');
  const { seed, sampleSteps } = SETTINGS;
  const args = ['--seed', String(seed), '--steps', String(sampleSteps)];
  await run('python', ['interop/check_exports.py', 'samples', files.diffusers, files.samples, ...args]);
  // Compared in float32 by live-claims.ts.
  await writeFile(join(LIVE, 'model.zip'), await readFile(files.diffusers));
  await writeFile(join(LIVE, 'samples.json'), await readFile(files.samples));
});

test('the .pt resumes in plain torch, and comes back with step, epoch, histories and moments', async () => {
  const trained = join(folder, 'three-steps-on.pt');
  await run('python', ['interop/check_exports.py', 'notebook', files.torch, trained]);
  const { page } = tab;
  await importNow(page, trained, paused + 3);
  // The EMA weights are still those that diffusers drew with, so the app's 8-bit samples are diffusers'
  // samples, rounded.
  const apart = await largestByteDifference(page, files.samples);
  measured('samples in the page and of diffusers, grey levels apart', apart.toFixed(2));
  expect(apart).toBeLessThan(0.6);
  const back = await exportTo(page, await newFolder(), 'newest');
  await run('python', ['interop/check_exports.py', 'same', back, trained]);
  const losses = floats(await readCheckpoint(back), 'history.batch_losses');
  expect(losses.slice(0, paused)).toEqual(floats(await readCheckpoint(files.newest), 'history.batch_losses'));
  expect(losses).toHaveLength(paused + 3);
});

test('two processes of accelerate go on from the .pt; the tab goes on from there', async () => {
  const steps = 6;
  const further = join(folder, 'two-processes.safetensors');
  const launch = [
    'launch',
    '--multi_gpu',
    '--num_processes',
    '2',
    '--num_machines',
    '1',
    '--main_process_port',
    '0',
  ];
  const plain = [
    '--mixed_precision',
    'no',
    '--dynamo_backend',
    'no',
    'interop/continue_training.py',
    '--cpu',
  ];
  const what = [
    '--checkpoint',
    files.torch,
    '--pictures',
    files.pictures,
    '--steps',
    String(steps),
    '--out',
    further,
  ];
  const printed = await run('accelerate', [...launch, ...plain, ...what]);
  expect(printed).toContain('2 x cpu');

  const { page } = tab;
  const at = paused + steps;
  await importNow(page, further, at);
  await expect(byTestId(page, 'epoch')).toHaveText(String(Math.floor(at / 8)));
  const imported = await exportTo(page, await newFolder(), 'newest');
  await run('python', ['interop/check_exports.py', 'same', imported, further]);

  await button(page, 'Resume').click();
  await waitForStep(page, at + 1);
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  // The app's losses from then on are PyTorch's.
  const later = await exportTo(page, await newFolder(), 'newest');
  const check = [
    '--check',
    String((await step(page)) - at),
    '--checkpoint',
    further,
    '--check-against',
    later,
  ];
  const told = await run('python', [
    'interop/continue_training.py',
    '--cpu',
    '--pictures',
    files.pictures,
    ...check,
  ]);
  expect(figureOf('losses of the tab after PyTorch, relative', told, /at most (\S+) apart/)).toBeLessThan(
    1e-3,
  );
  expect(tab.errors).toEqual([]);
});

/**
 * Largest difference between the page's first samples and diffusers' (-1..1 as 0..255), in levels; rounding
 * makes 0.5.
 */
async function largestByteDifference(page: Page, path: string): Promise<number> {
  const { shape, ddim } = JSON.parse(await readFile(path, 'utf8')) as { shape: number[]; ddim: number[] };
  const [samples, size] = shape as [number, number];
  const shown = await validation(page)
    .locator('[data-testid=sample]')
    .evaluateAll((canvases) =>
      canvases.map((one) => {
        const { width, height } = one as HTMLCanvasElement;
        const context = (one as HTMLCanvasElement).getContext('2d');
        return [...(context?.getImageData(0, 0, width, height).data ?? [])];
      }),
    );
  let largest = 0;
  ddim.forEach((value, i) => {
    const [sample, pixel, channel] = [
      Math.floor(i / (3 * size * size)),
      Math.floor(i / 3) % (size * size),
      i % 3,
    ];
    const byte = shown[sample]?.[4 * pixel + channel] ?? NaN;
    const apart = Math.abs((value + 1) * 127.5 - byte);
    if (!(apart <= largest)) largest = apart;
  });
  expect(shown.length).toBeGreaterThanOrEqual(samples);
  return largest;
}
