// A run that was killed and resumed, or exported and imported elsewhere, has the bits of one that never
// stopped. One run (A) is never stopped; B is killed twice; C begins with A's file in another profile and is
// prolonged. The tests follow one another.
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
  seconds,
  stepsWithSamples,
  TINY,
  train,
  validation,
} from './visit.ts';

const DIST = join(import.meta.dirname, '../../dist');
/** 28 pictures in batches of 4: epochs end at 7, 14 and 21, and step 20 lies inside the third. */
const SETTINGS = {
  ...TINY,
  dataset: 'shapes',
  maxImages: 28,
  warmupSteps: 0,
  maxSteps: 24,
  epochs: 100,
  checkpointEverySteps: 5,
  keepNewest: 50,
  // Sampler evaluations are slow in software; train.spec.ts has sets of two.
  sampleSteps: 1,
};

test.describe.configure({ mode: 'serial' });
const newFolder = temporaryFolders();
let exportsOfA: { step20: string; final: string };
let c: Profile;
let hostOfC: TrainerHost;

test('A: a run that never stops keeps its checkpoints by name and exports them', async () => {
  const profile = await openProfile(await newFolder());
  const { page } = profile;
  const pressed = await train(page, SETTINGS);
  await waitForStep(page, 1);
  measured('webgpu, Train to first step', seconds(Date.now() - pressed));
  await expect(byTestId(page, 'backend')).toHaveText('webgpu');
  const from = Date.now();
  await waitForStep(page, 4);
  measured('webgpu, a step of tiny', seconds((Date.now() - from) / 3));
  await waitForState(page, 'finished');

  const rows = page.getByRole('list', { name: 'Checkpoints' }).locator('[data-testid=checkpoint]');
  const listed = await rows.evaluateAll((all) =>
    all.map((row) => [row.dataset['name'], row.dataset['step']]),
  );
  expect(listed).toEqual([
    ['unet_final', '24'],
    ['unet_epoch_3', '21'],
    ['unet_step_20', '20'],
    ['unet_step_15', '15'],
    ['unet_epoch_2', '14'],
    ['unet_step_10', '10'],
    ['unet_epoch_1', '7'],
    ['unet_step_5', '5'],
  ]);
  const folder = await newFolder();
  exportsOfA = {
    step20: await exportTo(page, folder, 'unet_step_20'),
    final: await exportTo(page, folder, 'unet_final'),
  };
  const { metadata, tensors } = await readCheckpoint(exportsOfA.step20);
  expect(metadata).toMatchObject({
    format: 'perennial-checkpoint',
    name: 'unet_step_20',
    global_step: '20',
    epoch: '2',
    epoch_position: '24',
    seed: '7',
    parent: '',
  });
  expect(tensors.get('history.batch_losses')?.shape).toEqual([20]);
  expect(tensors.get('history.epoch_losses')?.shape).toEqual([2]);
  expect(tensors.get('history.batch_losses_by_quartile')?.shape).toEqual([20, 4]);
  expect(tensors.get('unet.conv_in.weight')?.shape).toEqual([16, 3, 3, 3]);
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
  await profile.close();
});

test('B: killed twice, it goes on by itself at the next step, and ends with the bits of A', async () => {
  const folder = await newFolder();
  const host = await hostTrainer(DIST, COUNT_GPU_WORK);
  const options = { baseURL: host.address };
  host.hold('unet_step_5', 'unet_step_10', 'unet_step_20'); // until it is killed or paused there
  let profile = await openProfile(folder, options);
  await train(profile.page, SETTINGS);
  await expect(checkpoint(profile.page, 'unet_step_5')).toBeVisible();
  await profile.kill();

  profile = await openProfile(folder, options);
  await expectResumes(profile.page, host, 5);
  await expect(checkpoint(profile.page, 'unet_step_10')).toBeVisible();
  await profile.kill();

  profile = await openProfile(folder, options);
  await expectResumes(profile.page, host, 10);
  await waitForStep(profile.page, 20);
  await expect(checkpoint(profile.page, 'unet_step_20')).toBeVisible();
  await button(profile.page, 'Pause').click();
  host.release('unet_step_20');
  await waitForState(profile.page, 'paused');
  const exported = await exportTo(profile.page, await newFolder(), 'unet_step_20');
  const [a, b] = [await readCheckpoint(exportsOfA.step20), await readCheckpoint(exported)];
  expect(a.tensors.size).toBeGreaterThan(4 * 50);
  expect(differences(a, b)).toEqual([]);
  expect(floats(b, 'history.batch_losses').every(Number.isFinite)).toBe(true);
  expect(b.metadata['config']).toBe(a.metadata['config']);
  expect(profile.errors).toEqual([]);
  await profile.close();
  await host.close();
});

test("C: A's step 20, imported in another profile, waits paused, and stays paused over a reload", async () => {
  hostOfC = await hostTrainer(DIST);
  c = await openProfile(await newFolder(), { baseURL: hostOfC.address });
  const { page } = c;
  await page.goto('/');
  await waitForState(page, 'idle');
  await chooseCheckpoint(page, exportsOfA.step20);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('unet_step_20');
  await button(dialog, 'Import').click();
  await waitForState(page, 'paused');
  await expectSamples(page, 20);
  await expect(checkpoint(page, 'unet_step_20')).toBeVisible();

  const reloaded = Date.now();
  await page.reload();
  await waitForState(page, 'paused');
  measured('reload to 16 samples, paused', seconds(Date.now() - reloaded));
  await expectSamples(page, 20);
  await expect(validation(page)).toContainText('all 16 identical');
  expect(await step(page)).toBe(20);
  expect(c.errors).toEqual([]);
});

test('C: a second tab is refused kindly, reads only, and takes over when the first is closed', async () => {
  const first = c.page;
  const second = await c.context.newPage();
  await second.goto('/');
  await waitForState(second, 'elsewhere');
  await expect(second.getByRole('heading', { name: 'Running in another tab' })).toBeVisible();
  await expect(second.getByRole('main')).toContainText('takes over');
  await expect(checkpoint(second, 'unet_step_20')).toBeVisible();
  for (const name of ['Train', 'Resume', 'Pause', 'Save checkpoint', 'New run', 'Delete'])
    await expect(button(second, name), name).toHaveCount(0);
  expect(await second.getByRole('alert').allTextContents()).toEqual([]);
  await expect(byTestId(first, 'run-state')).toHaveText('paused'); // it is left alone

  await first.close();
  c.page = second;
  await waitForState(second, 'paused');
  await expectSamples(second, 20);
  expect(c.errors).toEqual([]);
});

test('C: resumed, taken over by another tab while it trains, 4 steps later it has the bits of A', async () => {
  const first = c.page;
  hostOfC.hold('progress');
  await button(first, 'Resume').click();
  await waitForStep(first, 21);
  const page = await c.context.newPage();
  await page.goto('/');
  await waitForState(page, 'elsewhere');
  await button(page, 'Use here').click();
  await expect(button(page, 'Waiting for the other tab to save')).toBeDisabled();
  hostOfC.release('progress');
  await waitForState(first, 'elsewhere');
  await waitForState(page, 'finished');
  await expect(byTestId(page, 'global-step')).toHaveText(String(SETTINGS.maxSteps));
  const exported = await exportTo(page, await newFolder(), 'unet_final');
  const [a, b] = [await readCheckpoint(exportsOfA.final), await readCheckpoint(exported)];
  expect(differences(a, b)).toEqual([]);
  expect(b.metadata['run_id']).not.toBe(a.metadata['run_id']);
  expect(b.metadata['parent']).toBe(`${a.metadata['run_id']}@20`);
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
  expect(c.leaks(hostOfC.address)).toEqual([]);
  await c.close();
  await hostOfC.close();
});

test('D: left in the middle of an interval, the page says how far it went back; samples go with a run', async () => {
  const host = await hostTrainer(DIST);
  const profile = await openProfile(await newFolder(), { baseURL: host.address });
  const { page } = profile;
  await train(page, { ...SETTINGS, maxSteps: 1000, checkpointEverySteps: 4 });
  await waitForStep(page, 6);
  const seen = await step(page);
  host.hold('training'); // the next save ends the sentence
  await page.reload(); // within a second of the last step
  await waitForState(page, 'training');
  const found = Number(await validation(page).getAttribute('data-step'));
  const said = await page.getByRole('status', { name: 'Notices' }).textContent();
  const lost = /^Went back (\d+) steps? \((\d+ s|under 1 s)\)\.$/.exec(said ?? '');
  expect(lost !== null || said === 'Nothing was lost.', `${said} at step ${found} after ${seen}`).toBe(true);
  expect(found + Number(lost?.[1] ?? 0)).toBeGreaterThanOrEqual(seen);
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
  expect(profile.errors).toEqual([]);
  await profile.close();
  await host.close();
});

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
  await expect(main).toContainText(`Step ${found}, epoch ${Math.floor(found / 7)}. Loss `);
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
  const { parameters, network, inputs } = modelOfRun(presetConfig('tiny'));
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
