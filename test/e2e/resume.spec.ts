// A run that was killed and resumed has the bits of one that never stopped. One run (A) is never stopped, B
// is killed twice; both have words. The tests follow one another in one profile: in a new one a browser tests
// the device again, which takes as long as a run. Not here: runs that are imported or prolonged
// (resume-elsewhere.long.spec.ts).
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { planInference } from '../../src/engine/plan/inference-plan.ts';
import type { Target } from '../../src/engine/plan/kernels/target.ts';
import { modelOfRun, presetConfig } from '../../src/settings/presets.ts';
import { openProfile, type Profile, step, waitForState, waitForStep } from './browser.ts';
import { differences, floats, readCheckpoint } from './checkpoint-file.ts';
import { temporaryFolders } from './folders.ts';
import { hostTrainer, type TrainerHost } from './held-trainer.ts';
import { expectSamples, leaveFinishedRun, NETWORK, neverStopped, SETTINGS } from './never-stopped.ts';
import { address, button, checkpoint, exportTo, train } from './visit.ts';

const DIST = join(import.meta.dirname, '../../dist');
test.describe.configure({ mode: 'serial' });
const newFolder = temporaryFolders();
let exportsOfA: { step9: string; final: string };
let host: TrainerHost;
let folderOfAB: string;
test.beforeAll(async () => {
  host = await hostTrainer(DIST, COUNT_GPU_WORK);
  folderOfAB = await newFolder();
});
test.afterAll(() => host.close());

const openAB = (): Promise<Profile> => openProfile(folderOfAB, { baseURL: host.address });

test('A: a run that never stops keeps its checkpoints by name and exports them', async () => {
  const profile = await openAB();
  const { page } = profile;
  exportsOfA = await neverStopped(page, await newFolder());
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
  const target: Target = {
    ...{ family: 'registers', precision: 'full', subgroups: true, vendor: 'other', subgroupSizes: [] },
  };
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
