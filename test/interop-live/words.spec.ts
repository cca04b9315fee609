// A model with words beside real PyTorch: its losses with the same captions and dropout, its exports in
// diffusers and transformers, and one run that both sides go on with. Run by `npm run test:interop`. Not
// here: models without words (interop.spec.ts), numbers in float32 (words-claims.ts).
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openProfile, type Profile, step, waitForState, waitForStep } from '../e2e/browser.ts';
import { readCheckpoint } from '../e2e/checkpoint-file.ts';
import { temporaryFolders } from '../e2e/folders.ts';
import { button, exportAs, exportTo, TINY, train } from '../e2e/visit.ts';
import { importNow } from './import-now.ts';
import { figureOf, run } from './python.ts';

const LIVE = process.env['PERENNIAL_LIVE_FOLDER'] ?? '';
const newFolder = temporaryFolders();

/** Two micro-batches, warm-up, decay, flips, and many captions left out; 8 steps are an epoch. */
const SETTINGS = {
  ...TINY,
  preset: 'text-tiny',
  dataset: 'shapes',
  maxImages: 30,
  batchSize: 2,
  gradientAccumulationSteps: 2,
  captionDropout: 0.3,
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
const files = { early: '', newest: '', torch: '', diffusers: '', pictures: '' };
let paused: number;
test.afterAll(() => tab?.close());

test('the tab trains a model with words, and exports it', async () => {
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
});

test('PyTorch loses what the tab lost, by the same captions left out', async () => {
  const check = ['interop/continue_training.py', '--cpu', '--pictures', files.pictures, '--check'];
  const first = await run('python', [...check, String(paused), '--checkpoint', files.newest]);
  expect(figureOf('losses with words from the seed on, relative', first, /at most (\S+) apart/)).toBeLessThan(
    1e-3,
  );
  const against = ['--checkpoint', files.early, '--check-against', files.newest];
  const later = await run('python', [...check, String(paused - 5), ...against]);
  expect(figureOf('losses with words from step 5 on, relative', later, /at most (\S+) apart/)).toBeLessThan(
    1e-3,
  );
});

test('a checkpoint with words read and written in Python is the same file', async () => {
  const again = join(folder, 'again.safetensors');
  await run('python', ['interop/check_exports.py', 'rewrite', files.newest, again]);
  expect(Buffer.compare(await readFile(again), await readFile(files.newest))).toBe(0);
  await run('python', ['interop/check_exports.py', 'same', files.newest, files.torch]);
});

test('every loader of diffusers, transformers and tokenizers opens the folder and draws', async () => {
  const drawn = join(folder, 'words-drawn.json');
  await run('python', ['interop/check_words.py', 'folder', files.diffusers, drawn, '--steps', '10']);
  // Compared in float32 by words-claims.ts.
  await writeFile(join(LIVE, 'words-model.zip'), await readFile(files.diffusers));
  await writeFile(join(LIVE, 'words-drawn.json'), await readFile(drawn));
});

test('the .pt resumes in plain torch, and comes back with the moments of both networks', async () => {
  const trained = join(folder, 'two-steps-on.pt');
  await run('python', ['interop/check_words.py', 'notebook', files.torch, trained]);
  const { page } = tab;
  await importNow(page, trained, paused + 2);
  const back = await exportTo(page, await newFolder(), 'newest');
  await run('python', ['interop/check_exports.py', 'same', back, trained]);
});

test('a run begins anew from the weights of the folder, with its words', async () => {
  const out = join(folder, 'from-folder.safetensors');
  const what = ['--checkpoint', files.diffusers, '--steps', '2', '--out', out];
  const script = ['interop/continue_training.py', '--cpu', '--pictures', files.pictures, ...what];
  expect(await run('python', script)).toContain('step 2');
  const { metadata, tensors } = await readCheckpoint(out);
  expect(metadata).toMatchObject({
    global_step: '2',
    tokenizer: (await readCheckpoint(files.newest)).metadata['tokenizer'],
  });
  expect(tensors.has('text_encoder.token_embedding.weight')).toBe(true);
});

test('two processes of accelerate go on from the .pt, one AdamW over both networks; the tab goes on from there', async () => {
  const steps = 6;
  const further = join(folder, 'two-processes.safetensors');
  const launch =
    'launch --multi_gpu --num_processes 2 --num_machines 1 --main_process_port 0 --mixed_precision no --dynamo_backend no';
  const script = ['interop/continue_training.py', '--cpu', '--pictures', files.pictures];
  const what = ['--checkpoint', files.torch, '--steps', String(steps), '--out', further];
  await run('accelerate', [...launch.split(' '), ...script, ...what]);

  const { page } = tab;
  const at = paused + steps;
  await importNow(page, further, at);
  const imported = await exportTo(page, await newFolder(), 'newest');
  await run('python', ['interop/check_exports.py', 'same', imported, further]);
  await button(page, 'Resume').click();
  await waitForStep(page, at + 1);
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  // The app's losses from then on are PyTorch's.
  const later = await exportTo(page, await newFolder(), 'newest');
  const check = ['--check', String((await step(page)) - at), '--checkpoint', further];
  const told = await run('python', [...script, ...check, '--check-against', later]);
  expect(
    figureOf('losses of the tab with words after PyTorch, relative', told, /at most (\S+) apart/),
  ).toBeLessThan(1e-3);
});

test('the folder becomes a run with words in a browser that has never seen one', async () => {
  const other = await openProfile(await newFolder(), { baseURL: test.info().project.use.baseURL ?? '' });
  const { page } = other;
  await page.goto('/?preset=text-tiny&dataset=shapes&sampleSteps=2');
  await waitForState(page, 'idle');
  await importNow(page, files.diffusers, 0);
  await button(page, 'Resume').click();
  await waitForStep(page, 1);
  await other.close();
});
