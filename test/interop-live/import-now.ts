// Brings a file into the page as a user does. Not here: claims about what came.
import { expect, type Page } from '@playwright/test';
import { step, waitForState } from '../e2e/browser.ts';
import { button, chooseCheckpoint, validation } from '../e2e/visit.ts';

/** Imports a file, and waits until the run stands at `globalStep` with its 16 samples. */
export async function importNow(page: Page, path: string, globalStep: number): Promise<void> {
  await chooseCheckpoint(page, path);
  await button(page.getByRole('dialog'), 'Import').click();
  await expect(validation(page)).toHaveAttribute('data-step', String(globalStep));
  await waitForState(page, 'paused');
  expect(await step(page)).toBe(globalStep);
}
