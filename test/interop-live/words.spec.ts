// A model with words beside real PyTorch, from Train over a reload to pictures of a prompt, which are those
// that the exported folder draws: its losses with the same captions and dropout, its exports in diffusers and
// transformers, and one run that both sides go on with. Run by `npm run test:interop`. Not here: models
// without words (interop.spec.ts), numbers in float32 (words-claims.ts).
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { type Profile, step, waitForState, waitForStep } from '../e2e/browser.ts';
import { differences, readCheckpoint } from '../e2e/checkpoint-file.ts';
import { generate, prompt, view } from '../e2e/drawing.ts';
import { address, button, exportTo, train } from '../e2e/visit.ts';
import {
  type ExportedRun,
  expectBackFromNotebook,
  expectOnTwoProcesses,
  expectPixels,
  expectRewritten,
  expectSameLosses,
  importNow,
  leaveForNumbers,
  openTab,
  pauseAndExport,
  readDrawn,
  serialTab,
  SETTINGS,
} from './exported-run.ts';
import { run } from './python.ts';

const GUIDANCE = 3;
/** Many captions are left out. */
const WITH_WORDS = {
  ...SETTINGS,
  ...{ preset: 'text-tiny', dataset: 'planets', captionDropout: 0.3, guidanceScale: GUIDANCE },
};
/** As a user types it: two words that no caption has beside those that the planets' captions have. */
const PROMPT = 'a blue planet with a thin ring, please!';
/** Diffusers' samplers that the folder's README and the page both have, by their names on the page. */
const SAMPLERS = { ddim: 'DDIM', dpmpp_2m: 'DPM-Solver++ 2M' };

const { newFolder, tab } = serialTab();
let exported: ExportedRun;
let drawn: Record<keyof typeof SAMPLERS, number[][]>;
let elsewhere: Profile | undefined;
test.afterAll(() => elsewhere?.close());

test('the tab trains a model with words over a reload, draws a prompt, and exports', async () => {
  const { page, errors } = await tab();
  await train(page, WITH_WORDS);
  await waitForStep(page, 7);
  await page.reload();
  await waitForState(page, 'training');
  expect(await step(page)).toBeGreaterThanOrEqual(5);
  await waitForStep(page, 12);
  exported = await pauseAndExport(page, await newFolder());

  await view(page, 'Generate').click();
  await prompt(page).fill(PROMPT);
  await page.getByLabel('How many').fill('4');
  await button(page, 'Keep the seed').click();
  await page.getByLabel('Seed', { exact: true }).fill('11');
  drawn = { ddim: await generateBy(page, 'ddim'), dpmpp_2m: await generateBy(page, 'dpmpp_2m') };
  expect(drawn.dpmpp_2m).not.toEqual(drawn.ddim);
  await view(page, 'Train').click();
  expect(errors).toEqual([]);
});

test('the pictures of the prompt are those that the folder`s own pipeline draws', async () => {
  const path = join(exported.folder, 'prompt.json');
  const asked = ['--text', PROMPT, '--seed', '11', '--guidance', String(GUIDANCE), '--steps', '10'];
  await run('python', ['interop/check_words.py', 'prompt', exported.diffusers, path, ...asked]);
  const ofPython = await readDrawn(path);
  expectPixels('pictures of a prompt by DDIM', drawn.ddim, ofPython, 'ddim');
  expectPixels('pictures of a prompt by DPM-Solver++', drawn.dpmpp_2m, ofPython, 'dpmpp_2m');
});

test('PyTorch loses what the tab lost, by the same captions left out', () =>
  expectSameLosses('words', exported));

test('a checkpoint with words read and written in Python is the same file', () => expectRewritten(exported));

test('every loader of diffusers, transformers and tokenizers opens the folder and draws', async () => {
  const path = join(exported.folder, 'words-drawn.json');
  await run('python', ['interop/check_words.py', 'folder', exported.diffusers, path]);
  await leaveForNumbers('words', exported.diffusers, path);
});

test('the .pt resumes in plain torch, and comes back with the moments of both networks', async () => {
  const { page } = await tab();
  await expectBackFromNotebook(page, exported, 'interop/check_words.py', 2);
});

test('a run begins anew from the weights of the folder, with its words', async () => {
  const out = join(exported.folder, 'from-folder.safetensors');
  const what = ['--checkpoint', exported.diffusers, '--steps', '2', '--out', out];
  const script = ['interop/continue_training.py', '--cpu', '--pictures', exported.pictures, ...what];
  expect(await run('python', script)).toContain('step 2');
  const { metadata, tensors } = await readCheckpoint(out);
  expect(metadata).toMatchObject({ global_step: '2', ...(await wordsOf(exported.newest)) });
  expect(tensors.has('text_encoder.token_embedding.weight')).toBe(true);
});

test('two processes of accelerate go on from the .pt, one AdamW over both networks; the tab goes on from there', async () => {
  const { page } = await tab();
  await expectOnTwoProcesses('words', page, exported);
});

test('the folder becomes a run in a browser that has never seen one: its weights, its words, step 1', async () => {
  elsewhere = await openTab(await newFolder());
  const { page } = elsewhere;
  await page.goto(address(WITH_WORDS));
  await waitForState(page, 'idle');
  await importNow(page, exported.diffusers, 0);
  const folder = await newFolder();
  const [begun, original] = [await exportTo(page, folder, 'newest'), exported.newest];
  const averages = await Promise.all([begun, original].map((path) => averagesIn(path)));
  expect(averages[0]!.tensors.size).toBeGreaterThan(50);
  expect(differences(averages[0]!, averages[1]!)).toEqual([]);
  // Its prompts are drawn from the captions by the seed, and those of the page are the run's.
  expect(await wordsOf(begun)).toEqual(await wordsOf(original));
  await goOn(page, 0);
});

test('there the checkpoint goes on at its own step, with its own tokenizer and prompts', async () => {
  const { page, errors } = elsewhere!;
  await importNow(page, exported.newest, exported.step);
  await goOn(page, exported.step);
  const later = await exportTo(page, await newFolder(), 'newest');
  expect(await wordsOf(later)).toEqual(await wordsOf(exported.newest));
  expect(errors).toEqual([]);
});

/** Chooses the sampler and draws 4 pictures. Returns the pixels of each. */
async function generateBy(page: Page, sampler: keyof typeof SAMPLERS): Promise<number[][]> {
  await page.getByLabel('Sampler', { exact: true }).selectOption(SAMPLERS[sampler]);
  return generate(page, 4);
}

/** Resumes a run that is paused at this step, and pauses it later. */
async function goOn(page: Page, at: number): Promise<void> {
  await button(page, 'Resume').click();
  await waitForStep(page, at + 1);
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
}

/** What a checkpoint says of its run's words. */
async function wordsOf(path: string) {
  const { metadata } = await readCheckpoint(path);
  return { tokenizer: metadata['tokenizer'], prompts: metadata['prompts'] };
}

/** The EMA weights of a checkpoint, alone. */
async function averagesIn(path: string) {
  const { tensors } = await readCheckpoint(path);
  return { metadata: {}, tensors: new Map([...tensors].filter(([name]) => name.startsWith('ema.'))) };
}
