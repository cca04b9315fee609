// A browser that gives no storage, or too little, or whose files are still held: the page says so before and
// during a run, and existing checkpoints stay whole. Not here: the store's own answers to full disks
// (test/checkpoint/store-pool.test.ts).
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { capacityBytes } from '../../src/settings/checkpoint-sizes.ts';
import { slotBytes } from '../../src/checkpoint/slot.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { openProfile, step, waitForState, waitForStep } from './browser.ts';
import { floats, readCheckpoint } from './checkpoint-file.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { hostFolder } from './static-host.ts';
import { button, byTestId, exportTo, TINY, train } from './visit.ts';

const DIST = join(import.meta.dirname, '../../dist');
const newFolder = temporaryFolders();
const SETTINGS = {
  ...TINY,
  dataset: 'shapes',
  imageSize: 8,
  batchSize: 1,
  backend: 'cpu',
  sampleSteps: 1,
};

test('a window without a file system: said first, trains, exports, and keeps nothing', async () => {
  // Refuses the file system, as private windows of some browsers do; private windows of Chromium have one.
  const refuse = `StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('not in this window', 'SecurityError'));`;
  const plain = await hostFolder(DIST, refuse);
  const profile = await openProfile(await newFolder(), { baseURL: plain.address });
  const { page } = profile;
  await page.addInitScript(refuse);
  await train(page, { ...SETTINGS, maxSteps: 1 });
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('This window keeps nothing');
  await expect(alert).toContainText('export the checkpoint before you close the tab');
  await alert.locator('summary').click();
  await expect(alert).toContainText('SecurityError: not in this window');
  await waitForState(page, 'finished');
  const path = await exportTo(page, await newFolder(), 'newest');
  expect(floats(await readCheckpoint(path), 'history.batch_losses')).toHaveLength(1);

  await page.reload();
  await waitForState(page, 'idle');
  await expect(page.locator('[data-testid=checkpoint]')).toHaveCount(0);
  await expect(alert).toContainText('This window keeps nothing'); // and nothing of an eviction
  expect(profile.errors).toEqual([]);
  await profile.close();
  await plain.close();
});

test('storage that is full: no run without room; then one checkpoint stays whole when there is no room for a second', async () => {
  const profile = await openProfile(await afterAVisit(await newFolder()));
  const { page } = profile;
  // A run so long that its slots are large beside what the browser sets aside for each open file.
  const settings = { ...SETTINGS, maxSteps: 1_000_000, checkpointEverySteps: 1 };
  const slot = slotBytes(capacityBytes({ ...presetConfig('tiny'), ...settings } as never, 65_536));
  await page.goto('/');
  await waitForState(page, 'idle');
  await expect(page.getByText('Works offline')).toBeVisible(); // stored, before the room is counted
  const used = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);

  await allow(page, used + slot / 2);
  await train(page, settings);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('There is no room for another checkpoint');
  await expect(alert).toContainText('Free space on the disk');
  await waitForState(page, 'idle');
  await expect(button(page, 'Train')).toBeEnabled();
  await button(page, 'Dismiss').click();
  await expect(alert).toHaveCount(0);

  await allow(page, used + 1.5 * slot);
  await button(page, 'Train').click();
  await waitForState(page, 'paused'); // after three saves that failed
  await expect(alert).toContainText('There is no room for another checkpoint');
  await expect(alert).toContainText('older checkpoints are whole');
  await expect(byTestId(page, 'global-step')).not.toHaveText('1');
  await expect(page.locator('[data-testid=checkpoint]')).toHaveCount(1);
  const path = await exportTo(page, await newFolder(), 'unet_step_1');
  expect(floats(await readCheckpoint(path), 'history.batch_losses')).toHaveLength(1);
  expect(profile.errors).toEqual([]);
  await profile.close();
});

test('a worker of a page that has gone still holds the files: the page waits for its end, and opens', async () => {
  const files = new Map([
    ['ghost.html', '<!doctype html>'],
    ['ghost.js', HOLD_FILES],
  ]);
  const plain = await hostFolder(DIST, '', (path) => {
    const file = files.get(path);
    return file === undefined ? null : Promise.resolve(file);
  });
  const profile = await openProfile(await newFolder(), { baseURL: plain.address });
  const { page, context } = profile;
  await page.goto('/');
  await waitForState(page, 'idle');
  await page.goto('about:blank');
  // Holds the file as a worker that ends late; without the tabs' lock, which has gone with its page.
  const ghost = await context.newPage();
  await ghost.goto('/ghost.html');
  await ghost.evaluate(
    () =>
      new Promise((resolve) => {
        new Worker('/ghost.js').addEventListener('message', resolve);
      }),
  );
  await page.goto('/');
  await expect(page.getByText('Waiting for the page that was open before to end').first()).toBeVisible();
  await expect(byTestId(page, 'run-state')).toHaveText('starting');
  await ghost.close();
  await waitForState(page, 'idle');
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(profile.errors).toEqual([]);
  await profile.close();
  await plain.close();
});

test('a run that was killed before its first checkpoint is told of by the next page, once', async () => {
  const folder = await afterAVisit(await newFolder());
  let profile = await openProfile(folder);
  await train(profile.page, SETTINGS);
  await waitForStep(profile.page, 2);
  const seen = await step(profile.page);
  await waitForStep(profile.page, seen + 1); // what the page saw before is written
  await profile.kill();
  profile = await openProfile(folder);
  const { page } = profile;
  await page.goto('/');
  await waitForState(page, 'idle');
  const notices = page.getByRole('status', { name: 'Notices' });
  await expect(notices).toContainText(/^The run Shapes, .+ had made \d+ steps? and no checkpoint yet/);
  await page.reload();
  await waitForState(page, 'idle');
  await expect(notices).not.toContainText('no checkpoint yet');
  await profile.close();
});

const HOLD_FILES = `(async () => {
  for (;;) {
    try {
      const root = await navigator.storage.getDirectory();
      const file = await root.getFileHandle('store-lock', { create: true });
      self.held = await file.createSyncAccessHandle();
      return postMessage('held');
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
})();`;

/** Sets how many bytes the whole origin may store. */
async function allow(page: Page, quotaSize: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: Math.round(quotaSize) });
}
