// A checkpoint leaves as PyTorch's and diffusers' files and comes back from them, in another profile, with
// the same bits. That PyTorch itself opens them is the live half's claim (`npm run test:interop`).
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { writeTorchFile } from '../../src/formats/torch-file.ts';
import { openZip } from '../../src/formats/zip-reader.ts';
import { readTorchFile } from '../formats/read-torch-file.ts';
import { openProfile, type Profile, step, waitForState } from './browser.ts';
import { type CheckpointFile, differences, readCheckpoint } from './checkpoint-file.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { zipOfModel } from './model-folders.ts';
import {
  address,
  button,
  byTestId,
  chooseCheckpoint,
  confirmImport,
  exportAs,
  exportTo,
  TINY,
  train,
} from './visit.ts';

const newFolder = temporaryFolders();
/** 6 pictures in batches of 4: an epoch has 2 steps, so the last one lies in the second. */
const SETTINGS = { ...TINY, dataset: 'shapes', maxImages: 6, warmupSteps: 0, maxSteps: 3, sampleSteps: 1 };

test.describe.configure({ mode: 'serial' });
let files: Record<'checkpoint' | 'torch' | 'diffusers' | 'weights' | 'pictures', string>;
let original: CheckpointFile;
let elsewhere: Profile;
test.afterAll(() => elsewhere?.close());

test('a checkpoint is exported as each of the five', async () => {
  const profile = await openProfile(await afterAVisit(await newFolder()));
  const { page } = profile;
  await train(page, SETTINGS);
  await waitForState(page, 'finished');
  const folder = await newFolder();
  files = {
    checkpoint: await exportTo(page, folder, 'newest'),
    torch: await exportAs(page, folder, 'PyTorch .pt'),
    diffusers: await exportAs(page, folder, 'diffusers folder'),
    weights: await exportAs(page, folder, 'Weights only', 'Raw weights'),
    pictures: await exportAs(page, folder, 'Its pictures'),
  };
  original = await readCheckpoint(files.checkpoint);
  expect(await namesIn(files.diffusers)).toEqual([
    'README.md',
    'model_index.json',
    'perennial.json',
    'scheduler/scheduler_config.json',
    'unet/config.json',
    'unet/diffusion_pytorch_model.safetensors',
  ]);
  const pictures = await namesIn(files.pictures);
  expect(pictures.filter((name) => name.endsWith('.png'))).toHaveLength(6);
  expect(pictures).toContain('dataset.json');
  const weights = await readCheckpoint(files.weights);
  expect(differences(prefixed(weights, 'unet.'), only(original, 'unet.'))).toEqual([]);
  expect(profile.errors).toEqual([]);
  await profile.close();
});

test('the .pt comes back with every bit: weights, EMA, moments, step, epoch, losses', async () => {
  elsewhere = await openProfile(await afterAVisit(await newFolder()));
  const { page } = elsewhere;
  // Settings for the models that bring none: each trains one step further.
  await page.goto(address({ preset: 'tiny', dataset: 'shapes', sampleSteps: 1, maxSteps: 1 }));
  await waitForState(page, 'idle');
  await chooseCheckpoint(page, files.torch);
  const dialog = page.getByRole('dialog', { name: 'Import unet_final?' });
  await expect(dialog).toContainText('PyTorch .pt');
  await expect(dialog).toContainText('Tiny, 16 × 16, 110,299 parameters');
  await expect(dialog.getByRole('list', { name: 'Kept' })).toContainText('Optimizer state (AdamW).');
  await expect(dialog.getByRole('list', { name: 'Missing' })).toHaveCount(0);
  await confirmImport(page, 3);
  await expect(byTestId(page, 'epoch')).toHaveText('1');
  const back = await readCheckpoint(await exportTo(page, await newFolder(), 'newest'));
  expect(differences(back, original)).toEqual([]);
  expect(back.metadata).toMatchObject({ global_step: '3', epoch: '1', epoch_position: '4', seed: '7' });
});

test('the diffusers zip comes back as weights to fine-tune, and says what is missing', async () => {
  const { page } = elsewhere;
  await chooseCheckpoint(page, files.diffusers);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('UNet of diffusers');
  await expect(dialog.getByRole('list', { name: 'Missing' })).toContainText(
    'No optimizer state: Adam starts fresh.',
  );
  await confirmImport(page, 0);
  const back = await readCheckpoint(await exportTo(page, await newFolder(), 'newest'));
  const ema = only(original, 'ema.');
  expect(differences(only(back, 'ema.'), ema)).toEqual([]);
  expect(differences(only(back, 'unet.'), prefixed(prefixed(ema, '', 'ema.'), 'unet.'))).toEqual([]);
});

test('a .pt without a config asks for what shapes cannot tell, and keeps step, epoch and losses', async () => {
  const { page } = elsewhere;
  const whole = (await readTorchFile(new Blob([await readFile(files.torch)]))) as Map<string, never>;
  const keys = ['unet', 'optimizer', 'global_step', 'epoch', 'batch_losses', 'epoch_losses'];
  const notebook = new Map(keys.map((key) => [key, whole.get(key) as never]));
  const path = join(await newFolder(), 'checkpoint_step_3.pt');
  const content = await writeTorchFile(notebook, 'checkpoint_step_3');
  await writeFile(path, Buffer.from(await content.arrayBuffer()));
  await chooseCheckpoint(page, path);
  const dialog = page.getByRole('dialog', { name: 'Import checkpoint_step_3.pt?' });
  await dialog.getByLabel('sample_size').fill('16');
  await dialog.getByLabel('norm_num_groups').selectOption('8');
  await dialog.getByLabel('attention_head_dim').selectOption('none');
  await expect(dialog.getByLabel('prediction_type')).toHaveValue('"epsilon"');
  await expect(dialog).toContainText('Steps 1, Sampler steps 1, as chosen on the page');
  await confirmImport(page, 3);
  await expect(byTestId(page, 'epoch')).toHaveText('1');
  const back = await readCheckpoint(await exportTo(page, await newFolder(), 'newest'));
  for (const part of ['unet.', 'optimizer.', 'history.batch_losses', 'history.epoch_losses'])
    expect(differences(only(back, part, true), only(original, part, true))).toEqual([]);
  expect(back.metadata).toMatchObject({ global_step: '3', epoch: '1' });
  await button(page, 'Resume').click();
  await waitForState(page, 'finished');
  expect(await step(page)).toBe(4);
});

test('the files of a diffusers UNet of one channel, in halves, are sampled from and fine-tuned', async () => {
  const { page } = elsewhere;
  const halves = join(import.meta.dirname, '../fixtures/models/halves');
  const weights = 'diffusion_pytorch_model.safetensors';
  await chooseCheckpoint(page, [join(halves, 'config.json'), join(halves, weights)]);
  const dialog = page.getByRole('dialog', { name: `Import ${weights}?` });
  await expect(dialog).toContainText('UNet of diffusers, F16');
  await expect(dialog).toContainText('Channels 4, 8, 8 × 8');
  await dialog.getByLabel('prediction_type').selectOption('v_prediction');
  await confirmImport(page, 0);
  await button(page, 'Resume').click();
  await waitForState(page, 'finished');
  expect(await step(page)).toBe(1);
  const tuned = await readCheckpoint(await exportTo(page, await newFolder(), 'newest'));
  expect(tuned.tensors.get('unet.conv_in.weight')?.shape).toEqual([4, 1, 3, 3]);
  expect(JSON.parse(tuned.metadata['config'] ?? '')).toMatchObject({ predictionType: 'v_prediction' });
  expect(elsewhere.errors).toEqual([]);
  expect(elsewhere.leaks()).toEqual([]);
});

test('a model with words as diffusers and transformers save it is drawn by its prompts, trained on, and goes out again', async () => {
  const { page } = elsewhere;
  await chooseCheckpoint(page, await zipOfModel('words', await newFolder()));
  const dialog = page.getByRole('dialog', { name: 'Import words.zip?' });
  await expect(dialog.getByRole('list', { name: 'Kept' })).toContainText('text encoder, and its tokenizer');
  await confirmImport(page, 0);
  await button(page, 'Resume').click();
  await waitForState(page, 'finished');
  expect(await step(page)).toBe(1);
  const tuned = await readCheckpoint(await exportTo(page, await newFolder(), 'newest'));
  expect(tuned.tensors.get('text_encoder.token_embedding.weight')?.shape).toEqual([518, 16]);
  expect(JSON.parse(tuned.metadata['prompts'] ?? '')).toHaveLength(16);
  const folder = await exportAs(page, await newFolder(), 'diffusers folder');
  expect(await namesIn(folder)).toContain('text_encoder/model.safetensors');
  expect(elsewhere.errors).toEqual([]);
});

async function namesIn(path: string): Promise<string[]> {
  const entries = await openZip(new Blob([await readFile(path)]), { stored: true });
  return entries.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1));
}

/**
 * The tensors whose names begin with `prefix`; `exact` leaves out the quartiles, which a notebook's file does
 * not have.
 */
function only(file: CheckpointFile, prefix: string, exact = false): CheckpointFile {
  const belongs = (name: string): boolean =>
    name.startsWith(prefix) && !(exact && name === 'history.batch_losses_by_quartile');
  return { metadata: {}, tensors: new Map([...file.tensors].filter(([name]) => belongs(name))) };
}

/** The same tensors, `instead` at the beginning of each name replaced by `prefix`. */
function prefixed(file: CheckpointFile, prefix: string, instead = ''): CheckpointFile {
  const renamed = [...file.tensors].map(
    ([name, tensor]) => [prefix + name.slice(instead.length), tensor] as const,
  );
  return { metadata: {}, tensors: new Map(renamed) };
}
