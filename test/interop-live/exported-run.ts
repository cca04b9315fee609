// A run of the page that Python takes up: how it is trained, its exports at one step, and the claims that
// hold whatever it predicts, with words or without. Not here: claims of one kind of run (the specs), numbers
// in float32 (live-claims.ts, words-claims.ts).
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { openProfile, type Profile, step, waitForState, waitForStep } from '../e2e/browser.ts';
import { floats, readCheckpoint } from '../e2e/checkpoint-file.ts';
import { temporaryFolders } from '../e2e/folders.ts';
import {
  button,
  byTestId,
  chooseCheckpoint,
  confirmImport,
  exportAs,
  exportTo,
  measured,
  TINY,
} from '../e2e/visit.ts';
import { figureOf, run } from './python.ts';

/** An epoch: 30 pictures, 4 of them a step. */
const STEPS_PER_EPOCH = 8;

/** Two micro-batches, warm-up, decay, flips. A spec adds what it is about. */
export const SETTINGS = {
  ...TINY,
  dataset: 'shapes',
  maxImages: 30,
  batchSize: 2,
  gradientAccumulationSteps: 2,
  warmupSteps: 4,
  weightDecay: 0.01,
  maxSteps: 1000,
  epochs: 1000,
  checkpointEverySteps: 5,
  keepNewest: 50,
  sampleSteps: 10,
};

/** Files that the page exported while the run stood at `step`. */
export interface ExportedRun {
  folder: string;
  step: number;
  /** Checkpoints: of step 5, of `step`. */
  early: string;
  newest: string;
  /** A .pt; the folder for diffusers with the EMA weights, as a zip; the pictures and captions, as a zip. */
  torch: string;
  diffusers: string;
  pictures: string;
}

/**
 * Call once at a spec's top: its tests follow one another, in one tab, which the function `tab` opens when it
 * is first called.
 */
export function serialTab(): { newFolder: () => Promise<string>; tab: () => Promise<Profile> } {
  test.describe.configure({ mode: 'serial' });
  const newFolder = temporaryFolders();
  let opened: Promise<Profile> | null = null;
  test.afterAll(async () => (await opened)?.close());
  return { newFolder, tab: () => (opened ??= newFolder().then(openTab)) };
}

/** A browser that has never seen the page, on this folder. */
export const openTab = (folder: string): Promise<Profile> =>
  openProfile(folder, { baseURL: test.info().project.use.baseURL ?? '' });

/** Pauses the run, which must be past step 5, and exports it in every way. */
export async function pauseAndExport(page: Page, folder: string): Promise<ExportedRun> {
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  const exported = {
    folder,
    step: await step(page),
    early: await exportTo(page, folder, 'unet_step_5'),
    newest: await exportTo(page, folder, 'newest'),
    torch: await exportAs(page, folder, 'PyTorch .pt'),
    diffusers: await exportAs(page, folder, 'diffusers folder', 'EMA weights'),
    pictures: await exportAs(page, folder, 'Its pictures'),
  };
  expect(floats(await readCheckpoint(exported.newest), 'history.batch_losses')).toHaveLength(exported.step);
  return exported;
}

/** Imports a file as a user does, and waits until the run stands at `globalStep` with its 16 samples. */
export async function importNow(page: Page, path: string, globalStep: number): Promise<void> {
  await chooseCheckpoint(page, path);
  await confirmImport(page, globalStep);
}

/** PyTorch loses what the tab lost, from the seed on and from the early checkpoint on. */
export async function expectSameLosses(of: string, exported: ExportedRun): Promise<void> {
  expectLossesNear(`${of}: losses from the seed on, relative`, await checkedFromSeed(exported));
  await expectSameLossesSince(of, exported, exported.early, 5);
}

/** What is printed where PyTorch begins at the run's seed. Rejects where it refuses, or loses otherwise. */
export const checkedFromSeed = (exported: ExportedRun): Promise<string> =>
  continued(exported, ['--check', String(exported.step), '--checkpoint', exported.newest]);

/** PyTorch loses what the tab lost from this checkpoint of step `at` on. */
export async function expectSameLossesSince(
  of: string,
  exported: ExportedRun,
  checkpoint: string,
  at: number,
): Promise<void> {
  const since = ['--check', String(exported.step - at), '--checkpoint', checkpoint];
  const told = await continued(exported, [...since, '--check-against', exported.newest]);
  expectLossesNear(`${of}: losses from step ${at} on, relative`, told);
}

/** Read and written in Python the checkpoint is the same file, and the .pt has its bits. */
export async function expectRewritten({ folder, newest, torch }: ExportedRun): Promise<void> {
  const again = join(folder, 'again.safetensors');
  await run('python', ['interop/check_exports.py', 'rewrite', newest, again]);
  expect(Buffer.compare(await readFile(again), await readFile(newest))).toBe(0);
  await run('python', ['interop/check_exports.py', 'same', newest, torch]);
}

/**
 * The .pt, trained `steps` further by `script` as a notebook would, comes back into the page with every bit.
 * Returns the path of the checkpoint that the page then exports.
 */
export async function expectBackFromNotebook(
  page: Page,
  { folder, torch, step: last }: ExportedRun,
  script: 'interop/check_exports.py' | 'interop/check_words.py',
  steps: number,
): Promise<string> {
  const trained = join(folder, 'from-a-notebook.pt');
  await run('python', [script, 'notebook', torch, trained]);
  await importNow(page, trained, last + steps);
  return expectExportsTheBitsOf(page, folder, trained);
}

/** Two processes go on from the .pt; the tab goes on from there, and loses what PyTorch loses. */
export async function expectOnTwoProcesses(of: string, page: Page, exported: ExportedRun): Promise<void> {
  const { folder, torch, pictures, step: last } = exported;
  const at = last + 6;
  const further = join(folder, 'two-processes.safetensors');
  const processes =
    'launch --multi_gpu --num_processes 2 --num_machines 1 --main_process_port 0 --mixed_precision no --dynamo_backend no';
  const script = ['interop/continue_training.py', '--cpu', '--pictures', pictures];
  const what = ['--checkpoint', torch, '--steps', String(at - last), '--out', further];
  const printed = await run('accelerate', [...processes.split(' '), ...script, ...what]);
  expect(printed).toContain('2 x cpu');

  await importNow(page, further, at);
  await expect(byTestId(page, 'epoch')).toHaveText(String(Math.floor(at / STEPS_PER_EPOCH)));
  await expectExportsTheBitsOf(page, folder, further);
  await button(page, 'Resume').click();
  await waitForStep(page, at + 1);
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  const later = await exportTo(page, folder, 'newest');
  const check = ['--check', String((await step(page)) - at), '--checkpoint', further];
  const told = await continued(exported, [...check, '--check-against', later]);
  expectLossesNear(`${of}: losses of the tab after PyTorch, relative`, told);
}

/** Leaves a model and what Python drew with it where the other half compares them in float32. */
export async function leaveForNumbers(name: string, model: string, drawn: string): Promise<void> {
  const folder = process.env['PERENNIAL_LIVE_FOLDER'] ?? '';
  await copyFile(model, join(folder, `${name}-model.zip`));
  await copyFile(drawn, join(folder, `${name}-drawn.json`));
}

/** Samples that Python drew, by the sampler's name: float32 NHWC, -1..1. */
export interface Drawn {
  shape: [samples: number, height: number, width: number, channels: number];
  drawn: Record<string, number[]>;
}

export const readDrawn = async (path: string): Promise<Drawn> =>
  JSON.parse(await readFile(path, 'utf8')) as Drawn;

/**
 * Pixels of the page (RGBA) are the samples that Python drew by a sampler, rounded to grey levels: before
 * that they were at most 1e-3 apart, where pixels are in -1..1.
 */
export function expectPixels(
  of: string,
  shown: readonly number[][],
  { shape, drawn }: Drawn,
  sampler: string,
): void {
  const values = drawn[sampler] ?? [];
  const [samples, height, width, channels] = shape;
  expect(shown.length).toBeGreaterThanOrEqual(samples);
  const ofSample = height * width * channels;
  expect(values).toHaveLength(samples * ofSample);
  const apart = values.map((value, i) => {
    const within = i % ofSample;
    const byte = shown[Math.floor(i / ofSample)]?.[4 * Math.floor(within / channels) + (within % channels)];
    return Math.abs((value + 1) * 127.5 - (byte ?? NaN));
  });
  const largest = Math.max(...apart);
  measured(`${of}, of the page and of diffusers, grey levels apart`, largest.toFixed(4));
  expect(largest).toBeLessThan(0.5 + 1e-3 * 127.5);
}

async function expectExportsTheBitsOf(page: Page, folder: string, expected: string): Promise<string> {
  const back = await exportTo(page, folder, 'newest');
  await run('python', ['interop/check_exports.py', 'same', back, expected]);
  return back;
}

/** Runs continue_training.py on the run's pictures. Returns what it prints; rejects with that if it fails. */
export const continued = (
  { pictures }: Pick<ExportedRun, 'pictures'>,
  what: readonly string[],
): Promise<string> =>
  run('python', ['interop/continue_training.py', '--cpu', '--pictures', pictures, ...what]);

const expectLossesNear = (what: string, printed: string): void =>
  expect(figureOf(what, printed, /at most (\S+) apart/)).toBeLessThan(1e-3);
