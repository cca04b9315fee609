// Train, on the pictures that come with the app and on a folder of the user's own: the loss falls, the page stays
// responsive and says how far it is, and nothing leaves the origin. In webgl: half the time in software.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { openProfile, type Profile, waitForState, waitForStep } from './browser.ts';
import { floats, mean, readCheckpoint } from './checkpoint-file.ts';
import { temporaryFolders } from './folders.ts';
import { BROKEN, writePictures } from './pictures.ts';
import {
  address,
  button,
  byTestId,
  checkpoint,
  exportTo,
  measured,
  seconds,
  statesSeen,
  TINY,
  train,
  watchStates,
} from './visit.ts';

const STEPS = 30;
/** All end-to-end tests together take at most 120 steps. */
const STEPS_ON_OWN = 15;
const SETTINGS = { ...TINY, backend: 'webgl', maxSteps: STEPS };
/** Longer tasks of the page are felt. */
const LONG_TASK_MS = 50;

const newFolder = temporaryFolders();
let profile: Profile;

test.beforeEach(async () => {
  profile = await openProfile(await newFolder());
});
test.afterEach(() => profile.close());

test('30 steps on the planets: the loss falls, the page is never busy, nothing leaves the origin', async () => {
  const { page } = profile;
  await watchStates(page);
  const pressed = await train(page, SETTINGS);
  await waitForStep(page, 1);
  measured('webgl, Train to first step', seconds(Date.now() - pressed));

  await expect(byTestId(page, 'backend')).toHaveText('webgl');
  await expect(byTestId(page, 'executor')).toHaveText('eager');
  await watchLongTasks(page);
  await waitForStep(page, 3);
  const [from, at] = [Date.now(), await stepNow(page)];
  await expect(page).toHaveTitle(/^\d+% · \d+ · Perennial$/);
  await expect(byTestId(page, 'epoch')).toHaveText('0');
  await expect(page.getByRole('region', { name: 'Loss' }).getByRole('img')).toHaveAccessibleName(
    /^Loss by step: from \d\.\d+ at the start to \d\.\d+ at step \d+$/,
  );
  await waitForStep(page, STEPS - 2);
  measured('webgl, a step of tiny', seconds((Date.now() - from) / ((await stepNow(page)) - at)));
  expect(await longTasks(page), `tasks over ${LONG_TASK_MS} ms on the page while training`).toEqual([]);
  await keepBusy(page, 2 * LONG_TASK_MS);
  await expect.poll(() => longTasks(page), 'a planted one is seen').toHaveLength(1);

  await waitForState(page, 'finished');
  await expect(byTestId(page, 'global-step')).toHaveText(String(STEPS));
  await expect(page).toHaveTitle('Finished · 30 · Perennial');
  expect(await statesSeen(page)).toEqual(['starting', 'idle', 'starting', 'training', 'finished']);
  await expect(checkpoint(page, 'unet_final')).toHaveAttribute('data-step', String(STEPS));
  await expectFalling(await exportTo(page, await newFolder(), 'newest'), STEPS);

  expect(profile.errors).toEqual([]);
  expect(
    profile.requests.some((url) => /worker-[\w-]+\.js$/.test(url)),
    'the workers are watched',
  ).toBe(true);
  expect(profile.leaks()).toEqual([]);
});

test("15 steps on a folder of the user's own: what is no picture is skipped, counted and listed", async () => {
  const { page } = profile;
  const folder = join(await newFolder(), 'discs');
  await mkdir(folder);
  await writePictures(folder, 4 * STEPS_ON_OWN);
  // As in Firefox, which asks the user, who does not answer.
  await page.addInitScript(() => {
    StorageManager.prototype.persist = () => new Promise(() => undefined);
  });
  await page.goto(address({ ...SETTINGS, maxSteps: STEPS_ON_OWN }));
  await waitForState(page, 'idle');
  await page.getByRole('radio', { name: /^Your pictures/ }).check();
  await page.getByLabel('Choose folder', { exact: true }).setInputFiles(folder);
  await expect(page.getByText(`${BROKEN.length} files skipped`)).toBeVisible({ timeout: 60_000 });
  await page.getByText(`${BROKEN.length} files skipped`).click();
  const skipped = page.getByRole('list', { name: 'Skipped files' }).getByRole('listitem');
  await expect(skipped).toHaveText(BROKEN.map((name) => new RegExp(`${name}: .{8,}`)));
  await expect(page.getByRole('radio', { name: /^discs/ })).toBeChecked();
  await expect(page.getByRole('radio', { name: /^discs/ })).toHaveAccessibleName(/60/);

  await button(page, 'Train').click();
  await waitForState(page, 'finished', 400_000);
  await expect(byTestId(page, 'epoch')).toHaveText('1'); // 60 pictures in 15 batches of 4
  const path = await exportTo(page, await newFolder(), 'newest');
  await expectFalling(path, STEPS_ON_OWN);
  const { metadata } = await readCheckpoint(path);
  expect(JSON.parse(metadata['dataset'] ?? '')).toMatchObject({ title: 'discs', count: 4 * STEPS_ON_OWN });
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
});

async function expectFalling(path: string, steps: number): Promise<void> {
  const losses = floats(await readCheckpoint(path), 'history.batch_losses');
  expect(losses).toHaveLength(steps);
  const [first, last] = [mean(losses.slice(0, 5)), mean(losses.slice(-5))];
  measured('mean loss of the first and last 5 steps', `${first.toFixed(3)}, ${last.toFixed(3)}`);
  expect(last).toBeLessThan(0.7 * first);
}

const stepNow = async (page: Page): Promise<number> =>
  Number(await byTestId(page, 'global-step').textContent());

/** From now on; the browser reports tasks over 50 ms. */
async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const long: unknown[] = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) long.push(entry.toJSON());
    }).observe({ type: 'longtask' });
    Object.assign(window, { longTasks: long });
  });
}
/** A task of the page's own. */
const keepBusy = (page: Page, ms: number): Promise<void> =>
  page.evaluate(
    (duration) =>
      new Promise<void>((resolve) =>
        setTimeout(() => {
          const end = performance.now() + duration;
          while (performance.now() < end);
          resolve();
        }),
      ),
    ms,
  );
const longTasks = (page: Page): Promise<unknown[]> =>
  page.evaluate(() => (window as unknown as { longTasks: unknown[] }).longTasks);
