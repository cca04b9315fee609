// A run that learns by flow matching beside real PyTorch: its losses, its folder with diffusers' scheduler of
// flows, its .pt. Run by `npm run test:interop`. Not here: noise and v (interop.spec.ts).
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { waitForStep } from '../e2e/browser.ts';
import { pixelsOf, train, validation } from '../e2e/visit.ts';
import {
  type ExportedRun,
  expectBackFromNotebook,
  expectPixels,
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

test('the tab learns a flow, from classes that it draws evenly, and exports it', async () => {
  const { page } = await tab();
  await train(page, { ...SETTINGS, predictionType: 'flow_prediction', evenClasses: 'true' });
  await waitForStep(page, 7);
  exported = await pauseAndExport(page, await newFolder());
});

test('PyTorch loses what the tab lost', () => expectSameLosses('flow', exported));

test('DDPMPipeline opens the folder with its scheduler of flows, and draws with the app`s noise', async () => {
  samples = join(exported.folder, 'samples.json');
  await run('python', ['interop/check_exports.py', 'samples', exported.diffusers, samples]);
  await leaveForNumbers('flow', exported.diffusers, samples);
});

test('the .pt of a flow resumes in plain torch, comes back, and its samples are those of diffusers', async () => {
  const { page, errors } = await tab();
  await expectBackFromNotebook(page, exported, 'interop/check_exports.py', 3);
  const drawn = await readDrawn(samples);
  expectPixels('samples of a flow', await pixelsOf(validation(page).getByTestId('sample')), drawn, 'euler');
  expect(errors).toEqual([]);
});
