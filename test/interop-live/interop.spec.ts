// The app beside real PyTorch: its losses, its exports, and what it imports again. One run of the app is
// continued by both sides. Run by `npm run test:interop`; not here: models with words (words.spec.ts), flows
// (flow.spec.ts), what needs no Python (test/e2e/interop.spec.ts).
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { waitForStep } from '../e2e/browser.ts';
import { floats, readCheckpoint } from '../e2e/checkpoint-file.ts';
import { pixelsOf, train, validation } from '../e2e/visit.ts';
import {
  type ExportedRun,
  expectBackFromNotebook,
  expectOnTwoProcesses,
  expectPixels,
  expectRewritten,
  expectSameLosses,
  leaveForNumbers,
  pauseAndExport,
  readDrawn,
  serialTab,
  SETTINGS,
} from './exported-run.ts';
import { run } from './python.ts';

const { newFolder, tab } = serialTab();
let exported: ExportedRun;
let samples: string;

test('the tab trains past an epoch, and exports', async () => {
  const { page } = await tab();
  // With what the others have, every option of the maths at once: v, cosine noise, min-SNR.
  await train(page, { ...SETTINGS, noiseSchedule: 'cosine', predictionType: 'v_prediction', minSnrGamma: 5 });
  await waitForStep(page, 12);
  exported = await pauseAndExport(page, await newFolder());
});

test('PyTorch loses what the tab lost, from the first step and from a checkpoint on', () =>
  expectSameLosses('v', exported));

test('a checkpoint read and written in Python is the same file', () => expectRewritten(exported));

test('DDPMPipeline opens the diffusers export and draws with the app`s noise', async () => {
  samples = join(exported.folder, 'samples.json');
  await run('python', ['interop/check_exports.py', 'samples', exported.diffusers, samples]);
  await leaveForNumbers('v', exported.diffusers, samples);
});

test('the .pt resumes in plain torch, and comes back with step, epoch, histories and moments', async () => {
  const { page } = await tab();
  const back = await expectBackFromNotebook(page, exported, 'interop/check_exports.py', 3);
  // The EMA weights are still those that diffusers drew with.
  const drawn = await readDrawn(samples);
  expectPixels('samples of v', await pixelsOf(validation(page).getByTestId('sample')), drawn, 'ddim');
  const losses = floats(await readCheckpoint(back), 'history.batch_losses');
  expect(losses).toHaveLength(exported.step + 3);
  const before = floats(await readCheckpoint(exported.newest), 'history.batch_losses');
  expect(losses.slice(0, exported.step)).toEqual(before);
});

test('two processes of accelerate go on from the .pt; the tab goes on from there', async () => {
  const { page, errors } = await tab();
  await expectOnTwoProcesses('v', page, exported);
  expect(errors).toEqual([]);
});
