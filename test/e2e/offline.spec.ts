// With the network off: the page opens from its cache and trains; pictures that are fetched when they are
// chosen are kept from then on, and said to be missing before.
import { expect, test } from '@playwright/test';
import { openProfile, waitForState } from './browser.ts';
import { temporaryFolders } from './folders.ts';
import { address, button, TINY } from './visit.ts';

const newFolder = temporaryFolders();

test('once visited, it opens and trains on the planets with the network off, and shows faces once chosen', async () => {
  const profile = await openProfile(await newFolder());
  const { page, context } = profile;
  await page.goto('/');
  await waitForState(page, 'idle');
  await expect(page.getByText('Works offline')).toBeVisible();

  const faces = page.getByRole('radio', { name: /^Faces 2,048, \d MB$/ });
  const shownFaces = page.getByRole('grid', { name: /2048 faces, as the model will see them/ });
  await context.setOffline(true);
  await faces.check();
  await expect(page.getByRole('alert')).toContainText('Faces cannot be fetched');
  // The failed request, which the browser tells the console.
  expect(profile.errors.splice(0).filter((error) => !error.includes('/datasets/faces/'))).toEqual([]);

  await context.setOffline(false);
  await page.reload();
  await faces.check();
  await expect(shownFaces).toBeVisible();

  await context.setOffline(true);
  const served = await page.goto(address({ ...TINY, dataset: 'planets', maxSteps: 1 }));
  expect(served?.fromServiceWorker()).toBe(true);
  await faces.check();
  await expect(shownFaces).toBeVisible();
  await page.getByRole('radio', { name: /^Planets/ }).check();
  // Pressed before this computer is checked: the press is kept.
  await button(page, 'Train').click();
  await waitForState(page, 'finished');
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
  await profile.close();
});
