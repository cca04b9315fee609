// The run that others are compared with: ten planets and their captions, with words, whose runs have all that
// others have, and a text encoder, a tokenizer, prompts and captions besides. Not here: killing, importing.
import { expect, type Page } from '@playwright/test';
import { waitForState } from './browser.ts';
import { button, checkpoint, exportTo, TINY, train, validation } from './visit.ts';

/** Sampler evaluations are slow in software; own-set.long.spec.ts has sets of two. */
export const EVERY = { ...TINY, warmupSteps: 0, epochs: 100, keepNewest: 50, sampleSteps: 1 };
export const NETWORK = { preset: 'text-tiny', imageSize: 8 } as const;
/** 10 pictures in batches of 2: epochs end at 5 and 10, step 9 lies inside the second. */
export const SETTINGS = {
  ...EVERY,
  ...NETWORK,
  dataset: 'planets',
  maxImages: 10,
  batchSize: 2,
  captionDropout: 0.5,
  guidanceScale: 1,
  learningRateSchedule: 'constant',
  maxSteps: 14,
  checkpointEverySteps: 3,
};

/** Trains it to its end without a stop. Returns the files of two of its checkpoints, in `folder`. */
export async function neverStopped(page: Page, folder: string): Promise<{ step9: string; final: string }> {
  await train(page, SETTINGS);
  await waitForState(page, 'finished');
  return {
    step9: await exportTo(page, folder, 'unet_step_9'),
    final: await exportTo(page, folder, 'unet_final'),
  };
}

/** Leaves the store's run, which is finished, for a new one. Returns the finished run's id. */
export async function leaveFinishedRun(page: Page): Promise<string> {
  await page.goto('/');
  await waitForState(page, 'finished');
  const run = await checkpoint(page, 'unet_final').first().getAttribute('data-run');
  await button(page, 'New run').click();
  await button(page, 'Start new run').click();
  await waitForState(page, 'idle');
  return String(run);
}

/** The 16 samples of this checkpoint are in the page, and each shows a picture. */
export async function expectSamples(page: Page, ofStep: number): Promise<void> {
  await expect(validation(page)).toHaveAttribute('data-step', String(ofStep));
  const canvases = validation(page).locator('canvas[data-testid=sample]');
  await expect(canvases).toHaveCount(16);
  const painted = await canvases.evaluateAll((all) =>
    all.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data;
      return new Set(pixels).size > 8; // not one flat colour
    }),
  );
  expect(painted).toEqual(Array.from({ length: 16 }, () => true));
}
