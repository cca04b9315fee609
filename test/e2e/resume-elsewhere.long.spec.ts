// A run that was exported and imported elsewhere has the bits of one that never stopped, and is prolonged;
// how far a page that was left goes back. The tests follow one another, in one profile: in a new one a
// browser tests the device again, which takes as long as a run. Not here: killed runs (resume.spec.ts).
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openProfile, type Profile, step, waitForState, waitForStep } from './browser.ts';
import { differences, readCheckpoint, withDigest } from './checkpoint-file.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { hostTrainer, type TrainerHost } from './held-trainer.ts';
import { EVERY, expectSamples, leaveFinishedRun, neverStopped, SETTINGS } from './never-stopped.ts';
import {
  button,
  byTestId,
  checkpoint,
  chooseCheckpoint,
  exportTo,
  measured,
  notedStep,
  seconds,
  stepsWithSamples,
  train,
  validation,
} from './visit.ts';

const DIST = join(import.meta.dirname, '../../dist');

test.describe.configure({ mode: 'serial' });
const newFolder = temporaryFolders();
let exportsOfA: { step9: string; final: string };
let host: TrainerHost;
let c: Profile;
test.beforeAll(async () => {
  host = await hostTrainer(DIST);
  const a = await openProfile(await afterAVisit(await newFolder()));
  exportsOfA = await neverStopped(a.page, await newFolder());
  await a.close();
});
test.afterAll(() => host.close());

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
