// Without WebGPU and WebGL the page names the cause and the way out, says that it is slow, and trains. A lost
// WebGL context is replaced by a new one. Not here: training on webgl (train.spec.ts), a lost WebGPU device
// (trouble.long.spec.ts).
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openProfile, waitForState, waitForStep } from './browser.ts';
import { floats, readCheckpoint } from './checkpoint-file.ts';
import { temporaryFolders } from './folders.ts';
import { hostTrainer } from './held-trainer.ts';
import {
  button,
  byTestId,
  checkpoint,
  exportTo,
  measured,
  seconds,
  statesSeen,
  TINY,
  train,
  watchStates,
} from './visit.ts';

const DIST = join(import.meta.dirname, '../../dist');
const newFolder = temporaryFolders();
/** Neither a graphics card nor one in software. */
const NO_GPU = ['--no-sandbox', '--disable-gpu', '--disable-software-rasterizer'];
const SETTINGS = { ...TINY, dataset: 'shapes', sampleSteps: 1 };

test('a browser without WebGPU and WebGL: the cause and the way out in an alert, then the processor trains', async () => {
  const profile = await openProfile(await newFolder(), { args: NO_GPU });
  const { page } = profile;
  await train(page, { ...SETTINGS, imageSize: 8, batchSize: 1, maxSteps: 1 });
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(/has no WebGPU|offers no GPU/);
  await expect(alert.getByRole('listitem').first()).toBeVisible(); // what to do
  await expect(byTestId(page, 'backend')).toHaveText('cpu');
  await expect(byTestId(page, 'executor')).toHaveText('eager');
  const machine = page.getByRole('region', { name: 'Machine' });
  await expect(machine).toContainText(', tested');
  await expect(machine).toContainText('slow');
  await waitForState(page, 'finished');
  await button(page, 'Dismiss').click();
  await expect(alert).toHaveCount(0);
  expect(profile.errors).toEqual([]);
  await profile.close();
});

test(
  'a lost WebGL context: training goes on from the last save, on a new context of the same kind',
  { tag: '@sweep' },
  async () => {
    const host = await hostTrainer(DIST, LOSE_CONTEXT);
    const profile = await openProfile(await newFolder(), { baseURL: host.address });
    const { page } = profile;
    await watchStates(page);
    host.hold('unet_step_1');
    const pressed = await train(page, {
      ...SETTINGS,
      backend: 'webgl',
      maxSteps: 2,
      checkpointEverySteps: 1,
    });
    await waitForStep(page, 1);
    measured('webgl, Train to first step', seconds(Date.now() - pressed));
    await expect(byTestId(page, 'executor')).toHaveText('eager');
    await expect(checkpoint(page, 'unet_step_1')).toBeVisible();
    host.hold('starting', 'training');
    const lost = Date.now();
    await host.pass('unet_step_1', 'lose the context');
    await waitForState(page, 'starting');
    host.release('starting');
    await waitForState(page, 'training');
    host.release('training');
    const seen = ['idle', 'starting', 'training', 'starting', 'training'];
    measured('lost WebGL context to training again', seconds(Date.now() - lost));
    await waitForState(page, 'finished');
    expect(await statesSeen(page)).toEqual([...seen, 'finished']);
    await expect(byTestId(page, 'backend')).toHaveText('webgl');
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    const path = await exportTo(page, await newFolder(), 'newest');
    const losses = floats(await readCheckpoint(path), 'history.batch_losses');
    expect(losses).toHaveLength(2);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(profile.errors).toEqual([]);
    await profile.close();
    await host.close();
  },
);

/** Keeps the worker's WebGL contexts, and loses the newest when it is told to. */
const LOSE_CONTEXT = `{
  const contexts = [];
  const getContext = OffscreenCanvas.prototype.getContext;
  OffscreenCanvas.prototype.getContext = function (kind, ...rest) {
    const context = getContext.call(this, kind, ...rest);
    if (kind === 'webgl2') contexts.push(context);
    return context;
  };
  globalThis.heard = (word) => {
    if (word === 'lose the context') contexts.at(-1).getExtension('WEBGL_lose_context').loseContext();
  };
}
`;
