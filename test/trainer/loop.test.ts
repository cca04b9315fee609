// Claim: between two training steps at most one denoising call is made for the run's own samples and one for
// the view Generate, also where the run always draws samples; generating changes no step. With an executor
// that only records.
import { expect, test } from 'vitest';
import type { RunConfig } from '../../src/settings/settings.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { openPictures } from '../../src/data/sets.ts';
import { alphaBar } from '../../src/diffusion/noise-schedule.ts';
import { History } from '../../src/trainer/history.ts';
import { Loop, type LoopTools } from '../../src/trainer/loop.ts';
import { Outbox } from '../../src/trainer/outbox.ts';
import { RateMeter } from '../../src/trainer/rate-meter.ts';
import type { Run } from '../../src/trainer/run.ts';
import { idleExecutor } from './idle-executor.ts';

const config: RunConfig = {
  ...presetConfig('tiny'),
  dataset: 'shapes',
  imageSize: 8,
  maxImages: 8,
  maxSteps: 6,
  sampleEverySteps: 2,
  checkpointEverySteps: 1_000_000,
};

/**
 * Trains 6 steps beside a request of `calls` denoising calls. Returns what happened in order, and what each
 * step was given. `setsEnd`: a set of the run's samples is complete after one call, else never.
 */
async function trained(calls: number, setsEnd = true): Promise<{ order: string[]; steps: unknown[] }> {
  const order: string[] = [];
  const steps: unknown[] = [];
  const set = await openPictures('shapes', { imageSize: 8, maxImages: 8 });
  const executor = idleExecutor({
    step: (batches, settings) => {
      order.push('step');
      steps.push([batches, settings]);
      const perSample = new Float32Array(config.batchSize).fill(1);
      return Promise.resolve({ loss: 1, perSample, gradientNorm: 1, applied: true });
    },
  });
  const run: Run = {
    ...{ runId: 'run-1', parent: '', started: '', globalStep: 0, pictureFault: null },
    ...{ config, set, executor, history: new History() },
    dataset: { name: 'shapes', title: 'Shapes', count: 8, size: 8, fingerprint: '' },
    alphaBar: alphaBar(config.noiseSchedule),
  };
  let drawing = false;
  const artist: LoopTools['artist'] = {
    beginProgress: () => {
      drawing = true;
    },
    advance: () => {
      if (drawing) order.push('sample');
      drawing = !setsEnd;
      return Promise.resolve(null);
    },
  };
  let left = calls;
  const generator = {
    advance: () => {
      if (left-- > 0) order.push('generate');
      return Promise.resolve();
    },
  };
  const tools: LoopTools = {
    ...{ artist, generator, rate: new RateMeter(), outbox: new Outbox(() => undefined) },
    saver: { gaveUp: null, dueByTime: () => false, begin: () => Promise.resolve() },
    store: { growPool: () => Promise.resolve({ ok: true, value: 100 }) },
    device: { guard: (work) => work },
  };
  expect(await new Loop(run, tools).train()).toBe(true);
  return { order, steps };
}

test('one denoising call of each between two steps; the steps are the same as without a request', async () => {
  const alone = await trained(0);
  expect(alone.order.filter((what) => what === 'generate')).toEqual([]);
  const both = await trained(3);
  expect(both.order.slice(0, 9)).toEqual([
    ...['step', 'generate', 'step', 'sample', 'generate'],
    ...['step', 'generate', 'step', 'sample'],
  ]);
  expect(both.order.filter((what) => what === 'generate')).toHaveLength(3);
  expect(both.steps).toEqual(alone.steps);
});

test('a request gets its calls also beside a run that always draws samples', async () => {
  const { order } = await trained(3, false);
  expect(order.filter((what) => what === 'sample').length).toBeGreaterThan(3);
  expect(order.filter((what) => what === 'generate')).toHaveLength(3);
});
