// What a run survives, and what can be done with its checkpoints: a lost GPU; Keep, Delete, Resume from here,
// New run; a tab taken by force; a dropped file, Draw 16 more; a name, Continue the last run, Delete run; a
// loss that is no number; Free step checkpoints. Small and quick: this is not about learning. The tests
// follow one another.
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { openProfile, type Profile, step, waitForState, waitForStep } from './browser.ts';
import { encodeCheckpoint, floats, readCheckpoint, withDigest } from './checkpoint-file.ts';
import { temporaryFolders } from './folders.ts';
import { hostTrainer, type TrainerHost } from './held-trainer.ts';
import {
  button,
  byTestId,
  checkpoint,
  chooseCheckpoint,
  drop,
  exportTo,
  measured,
  seconds,
  TINY,
  train,
  validation,
} from './visit.ts';

const DIST = join(import.meta.dirname, '../../dist');
const SETTINGS = {
  ...TINY,
  dataset: 'shapes',
  imageSize: 8,
  batchSize: 1,
  sampleSteps: 1,
  maxSteps: 4,
  checkpointEverySteps: 1,
  keepNewest: 5,
};

test.describe.configure({ mode: 'serial' });
test.afterAll(async () => {
  await profile.close(); // before its folder goes: they run in this order
  await host.close();
});
const newFolder = temporaryFolders();
let profile: Profile;
let page: Page;
let host: TrainerHost;
/** Id of the run of the first test. */
let firstRun: string | null;
test.beforeAll(async () => {
  host = await hostTrainer(DIST);
  profile = await openProfile(await newFolder(), { baseURL: host.address });
  page = profile.page;
});

test('when the GPU is lost, training goes on from the last save on a new device', async () => {
  host.hold('unet_step_1');
  await train(page, SETTINGS);
  await expect(checkpoint(page, 'unet_step_1')).toBeVisible();
  expect(await paintedPictures(page)).toBe(8);
  const lost = Date.now();
  host.hold('starting', 'training');
  await killGpuProcess(profile);
  host.release('unet_step_1');
  await waitForState(page, 'starting');
  host.release('starting');
  await waitForState(page, 'training');
  measured('lost GPU to training again', seconds(Date.now() - lost));
  const again = await step(page);
  expect(again).toBeGreaterThan(0);
  expect(await paintedPictures(page), 'pictures outlive the GPU').toBe(8);
  host.release('training');
  await waitForStep(page, again + 1);
  expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  await waitForState(page, 'finished');
  const path = await exportTo(page, await newFolder(), 'newest');
  expect(floats(await readCheckpoint(path), 'history.batch_losses')).toHaveLength(SETTINGS.maxSteps);
});

test('Keep, Delete, Resume from here', async () => {
  const rows = page.locator('[data-testid=checkpoint]');
  await expect(rows).toHaveCount(4);
  firstRun = await rows.first().getAttribute('data-run');

  const kept = checkpoint(page, 'unet_step_1');
  await open(kept);
  await button(kept, 'Keep').click();
  await expect(button(kept, 'Keep')).toHaveAttribute('aria-pressed', 'true');

  const deleted = checkpoint(page, 'unet_step_2');
  await open(deleted);
  await button(deleted, 'Delete').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(deleted).toHaveCount(1);
  await button(deleted, 'Delete').click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Delete/ })
    .click();
  await expect(deleted).toHaveCount(0);
  await expect(rows).toHaveCount(3);

  const third = checkpoint(page, 'unet_step_3');
  await open(third);
  await button(third, 'Resume from here').click();
  const finals = checkpoint(page, 'unet_final');
  await expect(finals).toHaveCount(2); // of both runs: nothing was overwritten
  await waitForState(page, 'finished');
  await expect(byTestId(page, 'global-step')).toHaveText('4');
  const runs = await finals.evaluateAll((all) => all.map((row) => row.dataset['run']));
  expect(new Set(runs).size).toBe(2);
  expect(runs).toContain(firstRun);
});

test('New run asks, keeps the checkpoints, and what was closed is not found again', async () => {
  const rows = page.locator('[data-testid=checkpoint]');
  const before = await rows.count();
  await button(page, 'New run').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start new run' }).click();
  await waitForState(page, 'idle');
  await expect(button(page, 'Train')).toBeEnabled();
  await expect(rows).toHaveCount(before);
  await page.reload();
  await waitForState(page, 'idle');
  await expect(rows).toHaveCount(before);
});

test('where another tab takes the lock by force, this one stops at once, and goes on when that one is gone', async () => {
  host.hold('training');
  await train(page, { ...SETTINGS, maxSteps: 1000, checkpointEverySteps: 1_000_000 });
  await waitForState(page, 'training');
  const thief = await profile.context.newPage();
  await thief.goto('/THIRD-PARTY-NOTICES.txt');
  await thief.evaluate(() => {
    const forEver = new Promise(() => undefined);
    void navigator.locks.request('perennial-trainer', { steal: true }, () => forEver);
  });
  await waitForState(page, 'elsewhere');
  await expect.poll(() => page.workers().length, 'no worker is left that could write').toBe(0);
  await expect(page.getByRole('main')).toContainText('Running in another tab');
  for (const name of ['Train', 'Resume', 'Pause', 'Save checkpoint', 'New run', 'Delete'])
    await expect(button(page, name), name).toHaveCount(0);
  expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  host.release('training');
  await thief.close();
  await waitForState(page, 'idle'); // no checkpoint had been saved, and the runs before were closed
  await expect(button(page, 'Train')).toBeEnabled();
});

test('a checkpoint dropped on the page is told by its content, imported, and draws 16 more while paused', async () => {
  const path = join(await newFolder(), 'holiday.bin');
  await copyFile(await exportTo(page, await newFolder(), 'unet_step_3'), path);
  await drop(page, [path]);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('unet_step_3');
  await expect(dialog).toContainText('holiday.bin');
  await button(dialog, 'Import').click();
  await waitForState(page, 'paused');
  await expect(byTestId(page, 'global-step')).toHaveText('3');
  const listed = await page.locator('[data-testid=checkpoint]').count();
  const validated = await pixels(validation(page).locator('canvas'));

  const samples = page.getByRole('region', { name: 'Samples', exact: true });
  await samples.getByRole('radio', { name: 'Raw' }).check();
  const drawn: string[] = [];
  for (const seed of ['5', '6']) {
    await samples.getByLabel('Seed', { exact: true }).fill(seed);
    await button(samples, 'Draw 16 more').click();
    await expect(samples).toContainText(`step 3, seed ${seed}, raw weights`);
    await expect(samples.getByRole('button', { name: /^Sample \d+, drawn$/ })).toHaveCount(16);
    drawn.push(await pixels(samples.locator('.tile canvas')));
  }
  expect(new Set([...drawn, validated]).size).toBe(3);
  expect(await pixels(validation(page).locator('canvas'))).toBe(validated);
  await expect(byTestId(page, 'run-state')).toHaveText('paused');
  await expect(byTestId(page, 'global-step')).toHaveText('3');
  await expect(page.locator('[data-testid=checkpoint]')).toHaveCount(listed);
});

test('a run keeps its name over a reload; New run leaves it, Continue goes on in it; deleted, nothing of it is left', async () => {
  const run = page.locator('[data-testid=run]').first();
  const runId = await run.getAttribute('data-run');
  await run.getByRole('button', { name: /^Rename Shapes, .*, from unet_step_3/ }).click();
  await run.getByRole('textbox').fill('Holiday\u202e rings');
  await run.getByRole('textbox').press('Enter');
  await expect(run.getByRole('heading')).toHaveText('Holiday rings');
  await page.reload();
  await waitForState(page, 'paused');
  await expect(run.getByRole('heading')).toHaveText('Holiday rings');
  await expect(page.getByRole('region', { name: 'Run status' })).toContainText('Holiday rings');

  const runs = await page.locator('[data-testid=run]').count();
  await button(page, 'New run').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start new run' }).click();
  await waitForState(page, 'idle');
  const goOn = button(page, 'Continue the last run');
  await expect(goOn).toHaveAccessibleDescription('The last run is Holiday rings: it goes on at step 4.');
  await goOn.click();
  await waitForState(page, 'finished');
  await expect(byTestId(page, 'global-step')).toHaveText('4');
  await expect(page.locator('[data-testid=run]')).toHaveCount(runs);
  const final = checkpoint(page, 'unet_final').first();
  await expect(final).toHaveAttribute('data-run', runId!);

  expect(await storedRuns(page)).toContain(runId);
  await button(run, 'Delete the run Holiday rings').click();
  await expect(page.getByRole('dialog')).toContainText('It stops first');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete run' }).click();
  await waitForState(page, 'idle');
  await expect(page.locator('[data-testid=run]')).toHaveCount(runs - 1);
  expect(await storedRuns(page)).not.toContain(runId);
});

test('a loss that is no number: not applied, not saved, back to the last checkpoint once, then paused with an alert', async () => {
  const folder = await newFolder();
  const good = await readCheckpoint(await exportTo(page, folder, 'unet_step_3'));
  // Finite, but no network can compute with it. The EMA weights are sound, and the 16 samples are drawn from
  // the EMA weights.
  const weight = good.tensors.get('unet.conv_in.weight');
  if (!weight) throw new Error('no unet.conv_in.weight');
  const huge = new Float32Array(weight.bytes.length / 4).fill(3e38);
  good.tensors.set('unet.conv_in.weight', { ...weight, bytes: new Uint8Array(huge.buffer) });
  const path = join(folder, 'huge.safetensors');
  await writeFile(path, encodeCheckpoint(withDigest(good)));

  const rows = page.locator('[data-testid=checkpoint]');
  const listed = (await rows.count()) + 1;
  await chooseCheckpoint(page, path);
  await button(page.getByRole('dialog'), 'Import').click();
  await expect(rows).toHaveCount(listed);
  await waitForState(page, 'paused');
  await button(page, 'Resume').click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('no longer a number at step 4');
  await waitForState(page, 'paused');
  await expect(page.getByRole('status', { name: 'Notices' })).toContainText('once');
  await expect(byTestId(page, 'global-step')).toHaveText('3');
  await expect(rows).toHaveCount(listed);
});

test('Free step checkpoints of a run leaves its final one and what was kept by hand', async () => {
  const names = (): Promise<(string | undefined)[]> =>
    page
      .locator(`[data-testid=checkpoint][data-run=${firstRun}]`)
      .evaluateAll((rows) => rows.map((row) => row.dataset['name']));
  const others = page.locator(`[data-testid=checkpoint]:not([data-run=${firstRun}])`);
  expect(await names()).toEqual(['unet_final', 'unet_step_3', 'unet_step_1']);
  const before = await others.count();
  await page.getByText('Storage in detail').click();
  const name = await page
    .locator(`[data-testid=run][data-run=${firstRun}]`)
    .getByRole('heading')
    .textContent();
  const region = page.getByRole('region', { name: `Run ${name}`, exact: true });
  await button(region, 'Free step checkpoints').click();
  const question = page.getByRole('dialog', { name: /^Free the step checkpoints of/ });
  await expect(question).toContainText('Deleted for good: unet_step_3.');
  await button(question, 'Free step checkpoints').click();
  await expect.poll(names).toEqual(['unet_final', 'unet_step_1']);
  await expect(others).toHaveCount(before);
  const path = await exportTo(page, await newFolder(), 'unet_step_1');
  expect((await readCheckpoint(path)).metadata['run_id']).toBe(firstRun);
  expect(profile.leaks(host.address)).toEqual([]);
});

/** Folders of runs on the disk. */
const storedRuns = (on: Page): Promise<string[]> =>
  on.evaluate(async () => {
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
    const names: string[] = [];
    for await (const name of runs.keys()) names.push(name);
    return names;
  });

/** The content of all these canvases, as text to compare. */
const pixels = (canvases: Locator): Promise<string> =>
  canvases.evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()).join(' '));

/** How many of the run's pictures are on the page, and not blank. */
const paintedPictures = (on: Page): Promise<number> =>
  on
    .getByRole('img', { name: /of the pictures$/ })
    .locator('canvas')
    .evaluateAll((all) => {
      const isPainted = (canvas: HTMLCanvasElement): boolean =>
        canvas
          .getContext('2d')!
          .getImageData(0, 0, canvas.width, canvas.height)
          .data.some((value) => value !== 0);
      return (all as HTMLCanvasElement[]).filter(isPainted).length;
    });

async function killGpuProcess({ context }: Profile): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession();
  const processes = await session?.send('SystemInfo.getProcessInfo');
  const gpu = processes?.processInfo.find(({ type }) => type === 'GPU');
  if (!gpu) throw new Error('The browser has no GPU process.');
  process.kill(gpu.id, 'SIGKILL');
}

async function open(row: ReturnType<typeof checkpoint>): Promise<void> {
  const more = row.getByRole('button', { name: /^More for/ });
  if ((await more.getAttribute('aria-expanded')) === 'false') await more.click();
}
