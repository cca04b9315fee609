// With the network off: the page opens from its cache and trains.
import { expect, test } from '@playwright/test';
import { openProfile, waitForState } from './browser.ts';
import { temporaryFolders } from './folders.ts';
import { address, button, TINY } from './visit.ts';

const newFolder = temporaryFolders();

test('once visited, it opens and trains on the planets with the network off', async () => {
  const profile = await openProfile(await newFolder());
  const { page, context } = profile;
  await page.goto('/');
  await waitForState(page, 'idle');
  await expect(page.getByText('Works offline')).toBeVisible();

  await context.setOffline(true);
  const served = await page.goto(address({ ...TINY, dataset: 'planets', maxSteps: 1 }));
  expect(served?.fromServiceWorker()).toBe(true);
  // Pressed before this computer is checked: the press is kept.
  await button(page, 'Train').click();
  await waitForState(page, 'finished');
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
  await profile.close();
});
