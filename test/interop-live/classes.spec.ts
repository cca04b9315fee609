// Models that draw by class beside real PyTorch: one of classes alone, which are drawn evenly, and one that
// reads texts besides. Imported from diffusers, trained in the page, their losses, exports and pictures of a
// class are PyTorch's, and both sides go on with the same run. Run by `npm run test:interop`. Not here:
// numbers in float32 (live-claims.ts).
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { openZip } from '../../src/formats/zip-reader.ts';
import { zipBlob } from '../../src/formats/zip-writer.ts';
import { waitForState, waitForStep } from '../e2e/browser.ts';
import { readCheckpoint } from '../e2e/checkpoint-file.ts';
import { generate, prompt, view } from '../e2e/drawing.ts';
import { zipOfModel } from '../e2e/model-folders.ts';
import { address, button, exportTo, pixelsOf, validation } from '../e2e/visit.ts';
import {
  checkedFromSeed,
  continued,
  type ExportedRun,
  expectBackFromNotebook,
  expectOnTwoProcesses,
  expectPixels,
  expectRewritten,
  expectSameLossesSince,
  importNow,
  leaveForNumbers,
  pauseAndExport,
  readDrawn,
  serialTab,
  SETTINGS,
} from './exported-run.ts';
import { run } from './python.ts';

/** An exported run with its first checkpoint, which has the weights of diffusers. */
type Begun = ExportedRun & { start: string };

/** Imports a model, trains it past step 5 with these settings, and exports it in every way. */
async function trainImported(
  page: Page,
  model: string,
  settings: Readonly<Record<string, string | number>>,
  folder: string,
): Promise<Begun> {
  await page.goto(address({ ...SETTINGS, ...settings }));
  await waitForState(page, 'idle');
  await importNow(page, model, 0);
  const start = await exportTo(page, folder, 'newest');
  await button(page, 'Resume').click();
  await waitForStep(page, 7);
  return { ...(await pauseAndExport(page, folder)), start };
}

/** Draws 4 pictures of a class by seed 11 in the view Generate. Returns the pixels of each. */
async function drawClass(page: Page, name: string, text?: string): Promise<number[][]> {
  await view(page, 'Generate').click();
  await page.getByRole('combobox', { name: 'Class' }).selectOption(name);
  if (text !== undefined) {
    await prompt(page).fill(text);
    await button(page, 'Keep the seed').click();
  }
  await page.getByLabel('How many').fill('4');
  await page.getByLabel('Seed', { exact: true }).fill('11');
  await page.getByLabel('Sampler', { exact: true }).selectOption('DDIM');
  const drawn = await generate(page, 4);
  await view(page, 'Train').click();
  return drawn;
}

const classesIn = async (path: string): Promise<unknown> =>
  JSON.parse((await readCheckpoint(path)).metadata['classes'] ?? 'null');

test.describe('a model of classes', () => {
  const { newFolder, tab } = serialTab();
  let exported: Begun;
  let rings: number[][];
  let samples: string;

  test('the tab trains a UNet that diffusers saved on classes which it draws evenly', async () => {
    const { page } = await tab();
    const folder = await newFolder();
    const settings = { dataset: 'shapes', evenClasses: 'true', minSnrGamma: 5 };
    exported = await trainImported(page, await zipOfModel('classes', folder), settings, folder);
    expect(await classesIn(exported.newest)).toEqual(['circle', 'diamond', 'ring', 'square', 'triangle']);
    rings = await drawClass(page, 'ring');
  });

  test('PyTorch loses what the tab lost, from the weights of diffusers on and from a checkpoint on', async () => {
    await expectSameLossesSince('classes', exported, exported.start, 0);
    await expectSameLossesSince('classes', exported, exported.early, 5);
    // Its first weights are none that the seed gives.
    await expect(checkedFromSeed(exported)).rejects.toThrow('This run began elsewhere');
  });

  test('a checkpoint read and written in Python is the same file', () => expectRewritten(exported));

  test('other pictures are refused by what their classes are', async () => {
    const unlike = async (name: string, classes: (of: string[]) => string[] | undefined) => {
      const pictures = await withClasses(exported.pictures, join(exported.folder, `${name}.zip`), classes);
      const since = ['--checkpoint', exported.start, '--check-against', exported.newest];
      return continued({ pictures }, ['--check', '1', ...since]);
    };
    // Of a version of the page that did not write them.
    await expect(unlike('unknown', () => undefined)).rejects.toThrow('do not say theirs');
    await expect(unlike('none', (of) => of.map((one, i) => (i < 2 ? '' : one)))).rejects.toThrow(
      /2 of these 30 have none/,
    );
    await expect(unlike('other', (of) => of.with(3, 'emu'))).rejects.toThrow(
      /have a class 'emu'.* circle, diamond, ring, square, triangle/,
    );
  });

  test('the folder`s own pipeline draws each class in turn with the app`s noise, and a class by its name', async () => {
    samples = join(exported.folder, 'classes.json');
    await run('python', ['interop/check_classes.py', 'folder', exported.diffusers, samples]);
    await leaveForNumbers('classes', exported.diffusers, samples);
    const path = join(exported.folder, 'rings.json');
    const asked = ['--kind', 'ring', '--seed', '11', '--steps', '10'];
    await run('python', ['interop/check_classes.py', 'chosen', exported.diffusers, path, ...asked]);
    expectPixels('pictures of a class', rings, await readDrawn(path), 'ddim');
  });

  test('the .pt resumes in plain torch, and comes back with its classes', async () => {
    const { page } = await tab();
    const back = await expectBackFromNotebook(page, exported, 'interop/check_exports.py', 3);
    expect(await classesIn(back)).toEqual(await classesIn(exported.newest));
    const drawn = await readDrawn(samples);
    const shown = await pixelsOf(validation(page).getByTestId('sample'));
    expectPixels('samples of each class in turn', shown, drawn, 'ddim');
  });

  test('two processes of accelerate go on from the .pt; the tab goes on from there', async () => {
    const { page, errors } = await tab();
    await expectOnTwoProcesses('classes', page, exported);
    expect(errors).toEqual([]);
  });
});

test.describe('a model of words and classes', () => {
  const { newFolder, tab } = serialTab();
  const TEXT = 'a teal planet with a thin ring';
  let exported: Begun;
  let smooth: number[][];

  test('the tab trains a UNet that reads captions, and learns the kinds of planets', async () => {
    const { page } = await tab();
    const folder = await newFolder();
    const network = join(folder, 'words-and-classes.zip');
    await run('python', ['interop/check_classes.py', 'network', network]);
    const settings = { dataset: 'planets', captionDropout: 0.3, guidanceScale: 3 };
    exported = await trainImported(page, network, settings, folder);
    expect(await classesIn(exported.newest)).toContain('smooth');
    smooth = await drawClass(page, 'smooth', TEXT);
  });

  test('PyTorch loses what the tab lost', () =>
    expectSameLossesSince('words and classes', exported, exported.start, 0));

  test('the folder`s own pipeline draws a prompt of a class as the page does', async () => {
    const path = join(exported.folder, 'smooth.json');
    const asked = ['--text', TEXT, '--kind', 'smooth', '--seed', '11', '--guidance', '3', '--steps', '10'];
    await run('python', ['interop/check_words.py', 'prompt', exported.diffusers, path, ...asked]);
    expectPixels('pictures of a prompt and a class', smooth, await readDrawn(path), 'ddim');
  });

  test('two processes go on, one AdamW over both networks; the tab goes on from there', async () => {
    const { page, errors } = await tab();
    await expectOnTwoProcesses('words and classes', page, exported);
    expect(errors).toEqual([]);
  });
});

/** Exported pictures with other classes in their dataset.json. Returns the path of the new zip. */
async function withClasses(
  pictures: string,
  path: string,
  classes: (of: string[]) => string[] | undefined,
): Promise<string> {
  const entries = await openZip(new Blob([await readFile(pictures)]), { stored: true });
  const changed = entries.map(async (entry) => {
    const { name } = entry;
    const content = await entry.read();
    if (name !== 'dataset.json') return { name, content };
    const about = JSON.parse(new TextDecoder().decode(content)) as { classes: string[] };
    return { name, content: JSON.stringify({ ...about, classes: classes(about.classes) }) };
  });
  const zip = await zipBlob(await Promise.all(changed));
  await writeFile(path, Buffer.from(await zip.arrayBuffer()));
  return path;
}
