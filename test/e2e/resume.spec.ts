// A run that was killed and resumed, or exported and imported elsewhere, has the bits of one that never
// stopped. One run (A) is never stopped; B is killed twice; C begins with A's file in another profile and is
// prolonged: with words, whose runs have all that others have, and a text encoder, a tokenizer, prompts and
// captions besides. D has no words. The tests follow one another, A and B in one profile, C and D in another:
// in a new one a browser tests the device again, which takes as long as a run.
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { planInference } from '../../src/engine/plan/inference-plan.ts';
import type { Target } from '../../src/engine/plan/kernels/target.ts';
import { modelOfRun, presetConfig } from '../../src/settings/presets.ts';
import { openProfile, type Profile, step, waitForState, waitForStep } from './browser.ts';
import { differences, floats, readCheckpoint, withDigest } from './checkpoint-file.ts';
import { temporaryFolders } from './folders.ts';
import { hostTrainer, type TrainerHost } from './held-trainer.ts';
import {
  address,
  button,
  byTestId,
  checkpoint,
  chooseCheckpoint,
  exportTo,
  measured,
  notedStep,
  seconds,
  stepsWithSamples,
  TINY,
  train,
  validation,
} from './visit.ts';

const DIST = join(import.meta.dirname, '../../dist');
/** Sampler evaluations are slow in software; train.spec.ts has sets of two. */
const EVERY = { ...TINY, warmupSteps: 0, epochs: 100, keepNewest: 50, sampleSteps: 1 };
const NETWORK = { preset: 'text-tiny', imageSize: 8 } as const;
/** 10 pictures in batches of 2: epochs end at 5 and 10, step 9 lies inside the second. */
const SETTINGS = {
  ...EVERY,
  ...NETWORK,
  dataset: 'planets',
  maxImages: 10,
  batchSize: 2,
  captionDropout: 0.5,
  guidanceScale: 1,
  learningRateSchedule: 'constant',
  maxSteps: 14,
  checkpointEverySteps: 3,
};

test.describe.configure({ mode: 'serial' });
const newFolder = temporaryFolders();
let exportsOfA: { step9: string; final: string };
let host: TrainerHost;
let folderOfAB: string;
let c: Profile;
test.beforeAll(async () => {
  host = await hostTrainer(DIST, COUNT_GPU_WORK);
  folderOfAB = await newFolder();
});
test.afterAll(() => host.close());

const openAB = (): Promise<Profile> => openProfile(folderOfAB, { baseURL: host.address });

test('A: a run that never stops keeps its checkpoints by name and exports them', async () => {
  const profile = await openAB();
  const { page } = profile;
  await train(page, SETTINGS);
  await waitForState(page, 'finished');

  const rows = page.getByRole('list', { name: 'Checkpoints' }).locator('[data-testid=checkpoint]');
  const listed = await rows.evaluateAll((all) =>
    all.map((row) => [row.dataset['name'], row.dataset['step']]),
  );
  expect(listed).toEqual([
    ['unet_final', '14'],
    ['unet_step_12', '12'],
    ['unet_epoch_2', '10'],
    ['unet_step_9', '9'],
    ['unet_step_6', '6'],
    ['unet_epoch_1', '5'],
    ['unet_step_3', '3'],
  ]);
  const folder = await newFolder();
  exportsOfA = {
    step9: await exportTo(page, folder, 'unet_step_9'),
    final: await exportTo(page, folder, 'unet_final'),
  };
  const { metadata, tensors } = await readCheckpoint(exportsOfA.step9);
  expect(metadata).toMatchObject({
    format: 'perennial-checkpoint',
    name: 'unet_step_9',
    global_step: '9',
    epoch: '1',
    epoch_position: '8',
    seed: '7',
    parent: '',
  });
  expect(tensors.get('history.batch_losses')?.shape).toEqual([9]);
  expect(tensors.get('history.epoch_losses')?.shape).toEqual([1]);
  expect(tensors.get('history.batch_losses_by_quartile')?.shape).toEqual([9, 4]);
  expect(tensors.get('unet.conv_in.weight')?.shape).toEqual([16, 3, 3, 3]);
  for (const group of ['', 'ema.', 'optimizer.exp_avg.', 'optimizer.exp_avg_sq.'])
    expect(tensors.get(`${group}text_encoder.token_embedding.weight`)?.shape).toEqual([1024, 32]);
  expect(profile.errors).toEqual([]);
  expect(profile.leaks(host.address)).toEqual([]);
  await profile.close();
});

test('B: killed twice, it goes on by itself at the next step, and ends with the bits of A', async () => {
  host.hold('unet_step_3', 'unet_step_6', 'unet_step_9'); // until it is killed or paused there
  let profile = await openAB();
  const runOfA = await leaveFinishedRun(profile.page);
  await train(profile.page, SETTINGS);
  const ofB = (name: string) =>
    checkpoint(profile.page, name).and(profile.page.locator(`:not([data-run=${runOfA}])`));
  await expect(ofB('unet_step_3')).toBeVisible();
  await profile.kill();

  profile = await openAB();
  await expectResumes(profile.page, host, 3);
  await expect(ofB('unet_step_6')).toBeVisible();
  await profile.kill();

  profile = await openAB();
  await expectResumes(profile.page, host, 6);
  await waitForStep(profile.page, 9);
  await expect(ofB('unet_step_9')).toBeVisible();
  await button(profile.page, 'Pause').click();
  host.release('unet_step_9');
  await waitForState(profile.page, 'paused');
  const exported = await exportTo(profile.page, await newFolder(), 'unet_step_9');
  const [a, b] = [await readCheckpoint(exportsOfA.step9), await readCheckpoint(exported)];
  expect(a.tensors.size).toBeGreaterThan(4 * 50);
  expect(differences(a, b)).toEqual([]);
  expect(floats(b, 'history.batch_losses').every(Number.isFinite)).toBe(true);
  expect(b.metadata['run_id']).not.toBe(a.metadata['run_id']);
  for (const key of ['config', 'tokenizer', 'prompts']) expect(b.metadata[key]).toBe(a.metadata[key]);
  expect(profile.errors).toEqual([]);
  await profile.close();
});

test("C: A's step 9, imported in another profile, waits paused, and stays paused over a reload", async () => {
  c = await openProfile(await newFolder(), { baseURL: host.address });
  const { page } = c;
  await page.goto('/');
  await waitForState(page, 'idle');
  await chooseCheckpoint(page, exportsOfA.step9);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('unet_step_9');
  await button(dialog, 'Import').click();
  await waitForState(page, 'paused');
  await expectSamples(page, 9);
  await expect(checkpoint(page, 'unet_step_9')).toBeVisible();

  const reloaded = Date.now();
  await page.reload();
  await waitForState(page, 'paused');
  measured('reload to 16 samples, paused', seconds(Date.now() - reloaded));
  await expectSamples(page, 9);
  await expect(validation(page)).toContainText('all 16 identical');
  expect(await step(page)).toBe(9);
  expect(c.errors).toEqual([]);
});

test('C: a second tab is refused kindly, reads only, and takes over when the first is closed', async () => {
  const first = c.page;
  const second = await c.context.newPage();
  await second.goto('/');
  await waitForState(second, 'elsewhere');
  await expect(second.getByRole('heading', { name: 'Running in another tab' })).toBeVisible();
  await expect(second.getByRole('main')).toContainText('takes over');
  await expect(checkpoint(second, 'unet_step_9')).toBeVisible();
  for (const name of ['Train', 'Resume', 'Pause', 'Save checkpoint', 'New run', 'Delete'])
    await expect(button(second, name), name).toHaveCount(0);
  expect(await second.getByRole('alert').allTextContents()).toEqual([]);
  await expect(byTestId(first, 'run-state')).toHaveText('paused'); // it is left alone

  await first.close();
  c.page = second;
  await waitForState(second, 'paused');
  await expectSamples(second, 9);
  expect(c.errors).toEqual([]);
});

test('C: resumed, taken over by another tab while it trains, at the end it has the bits of A', async () => {
  const first = c.page;
  host.hold('progress');
  await button(first, 'Resume').click();
  await waitForStep(first, 10);
  const page = await c.context.newPage();
  await page.goto('/');
  await waitForState(page, 'elsewhere');
  await button(page, 'Use here').click();
  await expect(button(page, 'Waiting for the other tab to save')).toBeDisabled();
  host.release('progress');
  await waitForState(first, 'elsewhere');
  await waitForState(page, 'finished');
  await expect(byTestId(page, 'global-step')).toHaveText(String(SETTINGS.maxSteps));
  const exported = await exportTo(page, await newFolder(), 'unet_final');
  const [a, b] = [await readCheckpoint(exportsOfA.final), await readCheckpoint(exported)];
  expect(differences(a, b)).toEqual([]);
  expect(b.metadata['run_id']).not.toBe(a.metadata['run_id']);
  expect(b.metadata['parent']).toBe(`${a.metadata['run_id']}@9`);
  await first.close();
  c.page = page;
});

test('C: finished, it is trained longer as the same run, also where the page is closed meanwhile', async () => {
  const { page } = c;
  const newest = checkpoint(page, 'unet_final').first();
  const runId = String(await newest.getAttribute('data-run'));
  const controls = page.getByRole('region', { name: 'Run controls' });
  // Opened again, it is drawn from only: its steps are compiled once it is to go on.
  await page.reload();
  await waitForState(page, 'finished');
  await expect(controls.getByLabel('More steps')).toHaveValue(String(SETTINGS.maxSteps));
  await controls.getByLabel('More steps').fill('3');
  await button(controls, 'Train longer').click();
  await waitForStep(page, SETTINGS.maxSteps + 1);
  await page.reload();
  await waitForState(page, 'finished');
  await expect(byTestId(page, 'global-step')).toHaveText(String(SETTINGS.maxSteps + 3));
  await expect(newest).toHaveAttribute('data-step', String(SETTINGS.maxSteps + 3));
  await expect(newest).toHaveAttribute('data-run', runId);
  expect(c.errors).toEqual([]);
});

test('D: left in the middle of an interval, the page says how far it went back; samples go with a run', async () => {
  const { page } = c;
  await leaveFinishedRun(page);
  const pressed = await train(page, { ...EVERY, dataset: 'shapes', maxImages: 28, checkpointEverySteps: 4 });
  await waitForStep(page, 1);
  measured('webgpu, Train to first step', seconds(Date.now() - pressed));
  await expect(byTestId(page, 'backend')).toHaveText('webgpu');
  const from = Date.now();
  await waitForStep(page, 6);
  measured('webgpu, a step of tiny', seconds((Date.now() - from) / 5));
  await expect(checkpoint(page, 'unet_step_4')).toBeVisible();
  // The page notes its last step once a second, and has no time left to do so when it is closed.
  let noted = 0;
  await expect.poll(async () => (noted = await notedStep(page))).toBeGreaterThanOrEqual(6);
  host.hold('training'); // the next save ends the sentence
  await page.reload();
  await waitForState(page, 'training');
  const found = Number(await validation(page).getAttribute('data-step'));
  const said = await page.getByRole('status', { name: 'Notices' }).textContent();
  const lost = /^Went back (\d+) steps? \((\d+ s|under 1 s)\)\.$/.exec(said ?? '');
  expect(lost !== null || said === 'Nothing was lost.', `${said} at step ${found} after ${noted}`).toBe(true);
  expect(found + Number(lost?.[1] ?? 0)).toBeGreaterThanOrEqual(noted);
  measured('left after the last step', said ?? '');
  host.release('training');

  // Samples go with a file, and with a fork: a pause always draws them.
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  const at = await step(page);
  await expect.poll(() => stepsWithSamples(page), { timeout: 60_000 }).toContain(at);
  const path = await exportTo(page, await newFolder(), 'newest');
  const file = await readCheckpoint(path);
  expect(file.tensors.get('samples')).toMatchObject({ dtype: 'U8', shape: [16, 16, 16, 3] });
  expect(withDigest(file).metadata).toEqual(file.metadata);
  await chooseCheckpoint(page, path);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('img', { name: 'The 16 samples in the file' })).toBeVisible();
  const newest = page.locator('[data-testid=checkpoint]').first();
  await button(dialog, 'Import').click();
  await expect(newest).not.toHaveAttribute('data-run', file.metadata['run_id'] ?? '');
  await waitForState(page, 'paused');
  await expect(validation(page)).toContainText('all 16 identical');

  await button(page, 'Resume from here').click();
  await expect(page.getByRole('status', { name: 'Notices' })).toContainText('The old run is kept.');
  await waitForState(page, 'training');
  await expect(page.getByRole('region', { name: 'Samples', exact: true })).toContainText(`step ${at}`);
  expect(c.errors).toEqual([]);
  expect(c.leaks(host.address)).toEqual([]);
  await c.close();
});

/** Leaves the store's run, which is finished, for a new one. Returns the finished run's id. */
async function leaveFinishedRun(page: Page): Promise<string> {
  await page.goto('/');
  await waitForState(page, 'finished');
  const run = await checkpoint(page, 'unet_final').first().getAttribute('data-run');
  await button(page, 'New run').click();
  await button(page, 'Start new run').click();
  await waitForState(page, 'idle');
  return String(run);
}

/**
 * Opens the page on a store that has a run: it shows what it found, draws 16 samples, and trains at the next
 * step.
 */
async function expectResumes(page: Page, host: TrainerHost, found: number): Promise<void> {
  host.hold('validating', 'training');
  const beforeDrawing = gpuWork(page);
  await page.goto(address({ seed: 99 })); // the run's own settings rule, not the address
  await waitForState(page, 'validating');
  const main = page.getByRole('main');
  await expect(main.getByRole('heading', { name: `Found checkpoint unet_step_${found}` })).toBeVisible();
  expect(await step(page)).toBe(found);
  await expect(main).toContainText(`Step ${found}, epoch ${Math.floor(found / 5)}. Loss `);
  await expect(main).toContainText(`(mean of the last ${found}).`);
  await expect(main).toContainText(`Training resumes at step ${found + 1}. Next checkpoint at step`);
  await expect(lossChart(page)).toHaveAccessibleName(new RegExp(`at step ${found}$`));
  host.release('validating');
  await waitForState(page, 'training');
  expect(await step(page)).toBe(found);
  await expectSamples(page, found);
  expect(await beforeDrawing).toEqual(DRAWING);
  host.release('training');
  await waitForStep(page, found + 1);
  await expect(lossChart(page)).toHaveAccessibleName(new RegExp(`at step (?!${found}$)\\d+$`));
}

/** What the first denoising call takes: each kernel's pipeline compiled once, each kernel dispatched once. */
const DRAWING = ((): { pipelines: number; dispatches: number } => {
  const { parameters, network, inputs } = modelOfRun({
    ...presetConfig(NETWORK.preset),
    ...NETWORK,
  });
  const target: Target = { family: 'registers', precision: 'f32', subgroups: true };
  const { forward } = planInference({
    parameters,
    network,
    inputs: inputs(16),
    target,
    bufferBytes: 2 ** 30,
  });
  return { pipelines: new Set(forward.map(({ source }) => source)).size, dispatches: forward.length };
})();

/** Runs before the trainer's own code: at the first read from the GPU, tells what the GPU has been given. */
const COUNT_GPU_WORK = `{
  const work = { pipelines: 0, dispatches: 0 };
  const counting = (prototype, method, count) => {
    const original = prototype[method];
    prototype[method] = function (...args) {
      count();
      return original.apply(this, args);
    };
  };
  let told = false;
  counting(GPUDevice.prototype, 'createComputePipelineAsync', () => (work.pipelines += 1));
  counting(GPUDevice.prototype, 'createComputePipeline', () => (work.pipelines += 1));
  counting(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => (work.dispatches += 1));
  counting(GPUBuffer.prototype, 'mapAsync', () => {
    if (!told) console.info('GPU work before the first read: ' + JSON.stringify(work));
    told = true;
  });
}
`;

async function gpuWork(page: Page): Promise<unknown> {
  const said = 'GPU work before the first read: ';
  const message = await page.waitForEvent('console', (one) => one.text().startsWith(said));
  return JSON.parse(message.text().slice(said.length));
}

const lossChart = (page: Page) => page.getByRole('region', { name: 'Loss' }).getByRole('img');

/** The 16 samples of this checkpoint are in the page, and each shows a picture. */
async function expectSamples(page: Page, ofStep: number): Promise<void> {
  await expect(validation(page)).toHaveAttribute('data-step', String(ofStep));
  const canvases = validation(page).locator('canvas[data-testid=sample]');
  await expect(canvases).toHaveCount(16);
  const painted = await canvases.evaluateAll((all) =>
    all.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data;
      return new Set(pixels).size > 8; // not one flat colour
    }),
  );
  expect(painted).toEqual(Array.from({ length: 16 }, () => true));
}
