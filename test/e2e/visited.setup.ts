// The first visit of a browser to the page, kept as a profile for the tests whose claim is no first visit
// (folders.ts): a device is tested once, not once for each test.
import { rm } from 'node:fs/promises';
import { test } from '@playwright/test';
import { openProfile, waitForState } from './browser.ts';
import { visitedProfile } from './folders.ts';

test('a first visit, which the tests after it have made', async () => {
  const folder = visitedProfile();
  await rm(folder, { recursive: true, force: true });
  const { page, ...profile } = await openProfile(folder);
  await page.goto('/');
  await waitForState(page, 'idle');
  await profile.close();
});
