// What a user does on the page, by the accessible names that docs/agreement.md lists, and what the user then
// sees. Not here: opening the browser and waiting for states (browser.ts).
import { expect, type Locator, type Page, test } from '@playwright/test';
import { step, waitForState } from './browser.ts';

/** `/?preset=tiny&...`: the address that opens with these settings in the form. */
export const address = (settings: Readonly<Record<string, string | number>>): string =>
  `/?${new URLSearchParams(Object.entries(settings).map(([name, value]) => [name, String(value)]))}`;

/**
 * The smallest network, with as few checkpoints and samples as the settings allow; a test adds the settings
 * it is about.
 */
export const TINY = {
  preset: 'tiny',
  batchSize: 4,
  seed: 7,
  sampleSteps: 2,
  checkpointEverySteps: 1_000_000,
  checkpointEveryMinutes: 1440,
  sampleEverySteps: 1_000_000,
};

export const button = (page: Page | Locator, name: string): Locator =>
  page.getByRole('button', { name, exact: true });
export const byTestId = (page: Page, id: string): Locator => page.locator(`[data-testid=${id}]`);
export const checkpoint = (page: Page, name: string): Locator =>
  page.getByRole('list', { name: 'Checkpoints' }).locator(`[data-testid=checkpoint][data-name=${name}]`);
/** The pixels of each canvas, RGBA. */
export const pixelsOf = (canvases: Locator): Promise<number[][]> =>
  canvases.evaluateAll((all) =>
    all.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const context = (canvas as HTMLCanvasElement).getContext('2d');
      return [...(context?.getImageData(0, 0, width, height).data ?? [])];
    }),
  );
export const validation = (page: Page): Locator => page.getByRole('region', { name: 'Validation samples' });

/**
 * Opens the page on a store without a run and presses Train. Returns when it was pressed, in ms since 1970.
 */
export async function train(
  page: Page,
  settings: Readonly<Record<string, string | number>>,
): Promise<number> {
  await page.goto(address(settings));
  await waitForState(page, 'idle');
  const pressed = Date.now();
  await button(page, 'Train').click();
  return pressed;
}

/** Opens the run of the list that holds this row, where it is folded. */
async function unfold(row: Locator): Promise<void> {
  const folded = row.locator('xpath=ancestor::*[@data-testid="run"]//h3/button[@aria-expanded="false"]');
  if ((await folded.count()) > 0) await folded.click();
}

/**
 * Exports a checkpoint of the list, or the `newest`, to train on from. Returns the path of the downloaded
 * file.
 */
export async function exportTo(page: Page, folder: string, name: string): Promise<string> {
  if (name === 'newest') await button(page, 'Export checkpoint').click();
  else {
    await unfold(checkpoint(page, name).first());
    await button(checkpoint(page, name).first(), 'Export').click();
  }
  const path = await confirmExport(page, folder);
  if (name !== 'newest') expect(path).toBe(`${folder}/${name}.safetensors`);
  return path;
}

/** Exports the newest checkpoint as one of the dialog's choices. */
export async function exportAs(
  page: Page,
  folder: string,
  choice: string,
  weights?: string,
): Promise<string> {
  await button(page, 'Export checkpoint').click();
  await page.getByRole('radio', { name: choice, exact: true }).check();
  if (weights) await page.getByRole('radio', { name: weights, exact: true }).check();
  return confirmExport(page, folder);
}

async function confirmExport(page: Page, folder: string): Promise<string> {
  const waiting = page.waitForEvent('download');
  await button(page.getByRole('dialog'), 'Export').click();
  const download = await waiting;
  const path = `${folder}/${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}

/** Chooses a file, or the files of a model, for `Import checkpoint`. */
export async function chooseCheckpoint(page: Page, path: string | string[]): Promise<void> {
  await page.getByLabel('Import checkpoint', { exact: true }).setInputFiles(path);
}

/** Presses Import, and waits until the run stands at `globalStep` with its 16 samples. */
export async function confirmImport(page: Page, globalStep: number): Promise<void> {
  await button(page.getByRole('dialog'), 'Import').click();
  await expect(validation(page)).toHaveAttribute('data-step', String(globalStep));
  await waitForState(page, 'paused');
  expect(await step(page)).toBe(globalStep);
}

/** Drops files on the page as a user drops them from another window. */
export async function drop(onto: Page, paths: string[]): Promise<void> {
  const session = await onto.context().newCDPSession(onto);
  const event = { x: 300, y: 300, data: { items: [], files: paths, dragOperationsMask: 1 } };
  await session.send('Input.dispatchDragEvent', { type: 'dragEnter', ...event });
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...event });
  await expect(onto.getByText('Drop pictures, a folder, a checkpoint or a model')).toBeVisible();
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...event });
  await expect(onto.getByText('Drop pictures, a folder, a checkpoint or a model')).toHaveCount(0);
}

/** Steps of the newest checkpoint's run that have a sheet of samples in the index. */
export async function stepsWithSamples(page: Page): Promise<number[]> {
  const [keys, run] = [await fromIndex(page, 'pictures', 'getAllKeys'), await newestRun(page)];
  return (keys as [string, string, number][]).flatMap(([of, kind, step]) =>
    of === run && kind === 'samples' ? [step] : [],
  );
}

/** The last step of that run that the page has noted in the index for the next page; 0: none. */
export async function notedStep(page: Page): Promise<number> {
  const note = (await fromIndex(page, 'values', 'get', 'reached')) as { runId: string; step: number } | null;
  return note?.runId === (await newestRun(page)) ? note.step : 0;
}

const newestRun = (page: Page): Promise<string | null> =>
  page.locator('[data-testid=checkpoint]').first().getAttribute('data-run');

/** Asks one question of the index; null: it has no such value. */
const fromIndex = (
  page: Page,
  name: 'pictures' | 'values',
  method: 'get' | 'getAllKeys',
  key?: string,
): Promise<unknown> =>
  page.evaluate(
    ([from, ask, ...keys]) =>
      new Promise((resolve) => {
        const opening = indexedDB.open('perennial');
        opening.onsuccess = () => {
          const store = opening.result.transaction(from).objectStore(from);
          const asked = ask === 'get' ? store.get(keys[0] ?? '') : store.getAllKeys();
          asked.onsuccess = () => {
            opening.result.close();
            resolve(asked.result ?? null);
          };
        };
      }),
    [name, method, ...(key === undefined ? [] : [key])] as [string, string, ...string[]],
  );

/** From the page's start on, records every text that run-state shows. */
export async function watchStates(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    const look = (): void => {
      const now = document.querySelector('[data-testid=run-state]')?.textContent?.trim();
      if (now && seen.at(-1) !== now) seen.push(now);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    Object.assign(window, { statesSeen: seen });
  });
}
/**
 * Texts recorded since the page was first idle; before that it may show that it waits for the training tab's
 * lock.
 */
export const statesSeen = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const seen = Reflect.get(window, 'statesSeen') as string[];
    return seen.slice(seen.indexOf('idle'));
  });

/** Prints a measured figure and adds it to the report. */
export function measured(what: string, value: string): void {
  test.info().annotations.push({ type: 'measured', description: `${what}: ${value}` });
  console.log(`  measured  ${what}: ${value}`);
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
