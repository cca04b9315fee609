// A model of pictures with words from its first step to its return: the switch, the prompts that the user
// may change, samples that carry them, and the same prompts after a reload. Not here: prompts of the view
// Generate, files (interop.spec.ts).
import { expect, type Locator, type Page, test } from '@playwright/test';
import { openProfile, step, waitForState, waitForStep } from './browser.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { address, button, checkpoint, TINY, validation } from './visit.ts';

const newFolder = temporaryFolders();
/** Checkpoints and samples early on, and an end that no test waits for. */
const SETTINGS = { ...TINY, checkpointEverySteps: 3, sampleEverySteps: 3, maxSteps: 1000, maxImages: 64 };

const OWN_PROMPT = 'a red circle <b>on</b> my own "prompt"';

const promptField = (page: Page, number: number): Locator =>
  page.getByRole('textbox', { name: `Prompt ${number}`, exact: true });

/** What the 16 fields hold, once the captions were read. */
async function promptsIn(page: Page): Promise<string[]> {
  await expect(promptField(page, 1)).toBeEnabled();
  return Promise.all(Array.from({ length: 16 }, (_, i) => promptField(page, i + 1).inputValue()));
}

/** The accessible names of 16 samples that carry these prompts. */
async function expectPrompts(samples: Locator, prompts: readonly string[], state: string): Promise<void> {
  await expect(samples).toHaveCount(16);
  for (const [i, prompt] of prompts.entries())
    await expect(samples.nth(i)).toHaveAccessibleName(`Sample ${i + 1}, ${prompt}, ${state}`);
}

test('prompts are chosen before Train, shown with every sample, and the same after a reload', async () => {
  const profile = await openProfile(await afterAVisit(await newFolder()));
  const { page } = profile;
  const { preset: _, ...settings } = SETTINGS;
  await page.goto(address(settings));
  await waitForState(page, 'idle');
  await page.getByRole('radio', { name: /^Shapes/ }).check();
  await expect(page.getByRole('textbox', { name: /^Prompt/ })).toHaveCount(0);
  const learns = page.getByRole('radiogroup', { name: 'What the model learns' });
  await learns.getByRole('radio', { name: 'Pictures with words' }).check();

  // A software GPU is slow: the smallest model with words is chosen.
  await expect(page.getByRole('radio', { name: /^Tiny with words/ })).toBeChecked();
  await expect(page.getByText('Each of the 64 pictures has a caption.')).toBeVisible();
  const drawn = await promptsIn(page);
  expect(new Set(drawn).size).toBe(16);
  for (const prompt of drawn) expect(prompt).toMatch(/^an? \S+ \S+ on a (dark|light) background$/);
  await promptField(page, 2).fill('words that are gone again');
  await button(page, 'Reset the prompts').click();
  expect(await promptsIn(page)).toEqual(drawn);
  await promptField(page, 2).fill(OWN_PROMPT);
  const prompts = drawn.with(1, OWN_PROMPT);

  await button(page, 'Train').click();
  await waitForStep(page, 3);
  const samples = page.getByRole('grid', { name: '16 samples' }).getByRole('button');
  await expectPrompts(samples, prompts, 'drawn');
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  const stopped = await step(page);
  // The samples of the paused step are stored: the picture in the row of its checkpoint is its own.
  const row = checkpoint(page, `unet_step_${stopped}`);
  await expect(row.locator('canvas.thumb:not(.dim)')).toBeVisible();

  await page.reload();
  await waitForState(page, 'paused');
  const region = validation(page);
  await expect(region).toHaveAttribute('data-step', /^\d+$/);
  await region.locator('summary').click();
  await expectPrompts(region.getByTestId('sample'), prompts, 'drawn');
  await expect(region).toContainText('all 16 identical');
  const found = Number(await region.getAttribute('data-step'));
  expect([found, await step(page)]).toEqual([stopped, stopped]);
  await button(page, 'Resume').click();
  await waitForStep(page, found + 1);
  await expectPrompts(samples, prompts, 'drawn');
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
  await profile.close();
});

test('words that can teach nothing are said before Train', async () => {
  const profile = await openProfile(await afterAVisit(await newFolder()));
  const { page } = profile;
  await page.goto(address({ preset: 'text-tiny', maxImages: 1 }));
  await waitForState(page, 'idle');
  await expect(
    page.getByText(/^All captions say the same: the model will learn the pictures, but no words/),
  ).toBeVisible();
  await expect(button(page, 'Train')).toBeEnabled();
  expect(profile.errors).toEqual([]);
  await profile.close();
});
