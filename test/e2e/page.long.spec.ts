// The real page in its states, by the rules of accessibility: no finding, wide and light or narrow and dark,
// and nothing that scrolls sideways. Screenshots are kept in test-results, for people. Not here: the gallery
// of all states (test/ui).
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { findings, sidewaysScroll } from '../accessibility.ts';
import { openProfile, waitForState, waitForStep } from './browser.ts';
import { temporaryFolders } from './folders.ts';
import { hostTrainer } from './held-trainer.ts';
import { address, button, byTestId, TINY, train } from './visit.ts';

const newFolder = temporaryFolders();
const DIST = join(import.meta.dirname, '../../dist');
const SETTINGS = { ...TINY, dataset: 'planets', sampleSteps: 1, maxSteps: 1000 };
/** The gallery has every combination of theme and width: each state is seen in one here. */
const WIDE = { theme: 'light', width: 1280, height: 900 } as const;
const NARROW = { theme: 'dark', width: 390, height: 844 } as const;

test('no accessibility finding and no sideways scroll, idle, training, paused and validating', async () => {
  const host = await hostTrainer(DIST);
  const profile = await openProfile(await newFolder(), { baseURL: host.address });
  const { page } = profile;
  await page.goto(address(SETTINGS));
  await waitForState(page, 'idle');
  await expect(page.getByRole('grid', { name: /planets, as the model will see them/ })).toBeVisible();
  await expectSound(page, 'idle');
  host.hold('progress', 'validating');
  await train(page, SETTINGS);
  await waitForStep(page, 1);
  await expectSound(page, 'training');
  await button(page, 'Pause').click(); // heard as soon as the trainer goes on
  host.release('progress');
  await waitForState(page, 'paused');
  await expectSound(page, 'paused');
  await page.goto(address({ batchSize: 0 })); // an alert, too
  await waitForState(page, 'validating');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectSound(page, 'validating');
  expect(profile.errors).toEqual([]);
  await profile.close();
  await host.close();
});

async function expectSound(page: Page, state: string): Promise<void> {
  await page.setViewportSize({ width: 320, height: 640 });
  // The chart follows the page's width a frame later.
  await expect.poll(() => sidewaysScroll(page), `${state}, 320 wide`).toBe(0);
  const { theme, ...size } = ['idle', 'paused'].includes(state) ? WIDE : NARROW;
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  const path = join('test-results/pages', `${state}-${theme}-${size.width}x${size.height}.png`);
  await page.screenshot({ path, fullPage: size.width < 1000 });
  await expect.poll(() => sidewaysScroll(page), `${state}, ${size.width} wide`).toBe(0);
  expect(await findings(page), state).toEqual([]);
  await expect(byTestId(page, 'run-state')).toHaveText(state); // it was this state to the end
}
