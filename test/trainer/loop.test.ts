// Claim: between two training steps at most one denoising call is made for the run's own samples and one for
// the view Generate, also where the run always draws samples; generating changes no step. A set of samples is
// never dropped for the next one, and drawing takes at most 15 % of the time. A hidden page
// and a request for a checkpoint are saves between two steps. With an executor that only
// records, and a clock that only steps and calls move.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunConfig } from '../../src/settings/settings.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import type { StepStats } from '../../src/engine/executor.ts';
import { openPictures } from '../../src/data/sets.ts';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import { History } from '../../src/trainer/history.ts';
import { Loop, type LoopTools } from '../../src/trainer/loop.ts';
import type { Progress } from '../../src/trainer/api.ts';
import { RateMeter } from '../../src/trainer/rate-meter.ts';
import type { Run } from '../../src/trainer/run.ts';
import { deviceLost } from '../../src/trainer/trouble.ts';
import { idleExecutor } from './idle-executor.ts';

const base: RunConfig = {
  ...presetConfig('tiny'),
  dataset: 'shapes',
  imageSize: 8,
  maxImages: 8,
  maxSteps: 6,
  sampleEverySteps: 2,
  checkpointEverySteps: 1_000_000,
};

const STEP_MS = 10;
const CALL_MS = 4;

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/**
 * Trains beside a request of `calls` denoising calls. `callsOfSet`: denoising calls of a set of the run's
 * samples. Returns what happened in order, and what each step was given.
 */
async function trained(
  calls: number,
  callsOfSet = 1,
  changes: Partial<RunConfig> = {},
  saving: {
    saver?: Partial<LoopTools['saver']>;
    afterStep?: (loop: Loop, step: number) => void;
    /** What a step answers otherwise than others; 1 for the first. */
    stats?: (step: number) => Partial<StepStats>;
  } = {},
): Promise<{ order: string[]; steps: unknown[]; saves: string[]; quiet: Progress[] }> {
  const config = { ...base, ...changes };
  const order: string[] = [];
  const steps: unknown[] = [];
  const saves: string[] = [];
  /** What was posted while no set was being drawn. */
  const quiet: Progress[] = [];
  const set = await openPictures('shapes', { imageSize: 8, maxImages: 8 });
  const executor = idleExecutor({
    step: (batches, settings) => {
      order.push('step');
      saving.afterStep?.(loop, steps.length + 1);
      vi.advanceTimersByTime(STEP_MS);
      steps.push([batches, settings]);
      const perSample = new Float32Array(config.batchSize).fill(1);
      const stats = { loss: 1, perSample, gradientNorm: 1, applied: true };
      return Promise.resolve({ ...stats, ...saving.stats?.(steps.length) });
    },
  });
  const run: Run = {
    ...{ runId: 'run-1', parent: '', started: '', globalStep: 0, pictureFault: null },
    ...{ config, set, executor, history: new History() },
    dataset: { name: 'shapes', title: 'Shapes', count: 8, size: 8, fingerprint: '' },
    levels: noiseLevels(config),
    words: null,
    classes: null,
  };
  let callsLeft = 0;
  const artist: LoopTools['artist'] = {
    get busy() {
      return callsLeft > 0;
    },
    beginProgress: (_run, step) => {
      order.push(`set ${step}`);
      callsLeft = callsOfSet;
    },
    advance: () => {
      if (callsLeft > 0) {
        order.push('sample');
        vi.advanceTimersByTime(CALL_MS);
        callsLeft -= 1;
        if (callsLeft === 0) order.push('set complete');
      }
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
    ...{ artist, generator, rate: new RateMeter() },
    outbox: { post: () => undefined, progress: (one) => void (callsLeft === 0 && quiet.push(one)) },
    saver: {
      gaveUp: null,
      dueByTime: () => null,
      ageMs: 0,
      begin: (_run, step, _settled, reason) => {
        saves.push(`${reason} ${step}`);
        return Promise.resolve();
      },
      idle: () => Promise.resolve(null),
      ...saving.saver,
    },
    store: {
      growPool: () => Promise.resolve({ ok: true, value: 100 }),
      report: () =>
        Promise.resolve({ ...{ runs: [], evicted: false }, usedBytes: 0, quotaBytes: null, persisted: true }),
    },
    device: { guard: (work) => work },
  };
  const loop = new Loop(run, tools);
  expect(await loop.train()).toBe(true);
  return { order, steps, saves, quiet };
}

const count = (order: string[], what: string): number => order.filter((one) => one === what).length;

test('one denoising call of each between two steps; the steps are the same as without a request', async () => {
  const alone = await trained(0);
  expect(count(alone.order, 'generate')).toBe(0);
  const both = await trained(3);
  const calls = both.order.filter((what) => !what.startsWith('set'));
  expect(calls.slice(0, 7)).toEqual(['step', 'generate', 'step', 'sample', 'generate', 'step', 'generate']);
  expect(count(both.order, 'generate')).toBe(3);
  expect(both.steps).toEqual(alone.steps);
});

test('a request gets its calls also beside a run that always draws samples', async () => {
  const { order } = await trained(3, Infinity);
  expect(count(order, 'sample')).toBeGreaterThan(3);
  expect(count(order, 'generate')).toBe(3);
});

test('with fewer steps in an epoch than denoising calls in a set, every set is completed', async () => {
  // Epochs of 2 steps, sets of 20 calls.
  const { order } = await trained(0, 20, { maxSteps: 700, sampleEverySteps: 200, epochs: 1000 });
  const sets = order.filter((what) => what.startsWith('set'));
  const begun = sets.filter((_, i) => i % 2 === 0);
  // Due at 25, 50 and 100, while a set is being drawn or after drawing took its share: begun a little later.
  const early = ['set 10', 'set 45', 'set 90', 'set 135'];
  expect(begun).toEqual([...early, 'set 200', 'set 400', 'set 600', 'set 700']);
  expect(sets.filter((_, i) => i % 2 === 1)).toEqual(Array(7).fill('set complete'));
});

test('drawing takes at most 15 % of the time, whatever the interval', async () => {
  const callsOfSet = 20;
  const { order } = await trained(0, callsOfSet, { maxSteps: 2000, sampleEverySteps: 1, epochs: 10_000 });
  const drawing = (count(order, 'sample') - callsOfSet) * CALL_MS;
  const all = drawing + count(order, 'step') * STEP_MS;
  expect(drawing / all).toBeLessThan(0.15);
  expect(drawing / all).toBeGreaterThan(0.13);
});

test('while samples wait for drawing to have its share again, the step of the next set is told', async () => {
  const { order, quiet } = await trained(0, 20, { maxSteps: 700, sampleEverySteps: 200, epochs: 1000 });
  const told = quiet
    .filter(({ samplesOwed, samplesWaitMs }) => samplesOwed && samplesWaitMs > 5 * STEP_MS)
    .map(({ globalStep, samplesWaitMs }) => globalStep + Math.ceil(samplesWaitMs / STEP_MS));
  const begun = order.flatMap((one) => (/^set \d/.test(one) ? [Number(one.slice(4))] : []));
  expect(told.length).toBeGreaterThan(20);
  for (const step of told) expect(Math.min(...begun.map((one) => Math.abs(one - step)))).toBeLessThan(4);
});

test('what is drawn changes no step', async () => {
  const [often, never] = [
    await trained(0, 20, { maxSteps: 60, sampleEverySteps: 1, epochs: 1000 }),
    await trained(0, 20, { maxSteps: 60, sampleEverySteps: 1_000_000, epochs: 1000 }),
  ];
  expect(often.steps).toEqual(never.steps);
});

test('a page that is hidden has the run saved at the next step, once, unless the last save is young', async () => {
  const hiddenAt =
    (...steps: number[]) =>
    (loop: Loop, step: number): void => {
      if (steps.includes(step)) loop.pageHidden();
    };
  const old = { ageMs: 10_000 };
  const afterStep = hiddenAt(1, 3);
  const hidden = await trained(0, 1, {}, { saver: old, afterStep });
  expect(hidden.saves).toEqual(['autosave 1', 'autosave 3', 'due 6']);
  const young = { ageMs: 9999 };
  expect((await trained(0, 1, {}, { saver: young, afterStep })).saves).toEqual(['due 6']);
});

test('what is saved by the clock, or because the page is hidden, changes no step', async () => {
  const always = { dueByTime: () => 'autosave' as const };
  const [saved, not] = [await trained(0, 1, {}, { saver: always }), await trained(0)];
  expect(saved.saves).toHaveLength(6);
  expect(saved.steps).toEqual(not.steps);
});

test('a request for a checkpoint is answered with what became of it', async () => {
  const answers: unknown[] = [];
  const afterStep = (loop: Loop, step: number): void => {
    if (step === 2) void loop.askSave().then((answer) => answers.push(answer));
  };
  await trained(0, 1, {}, { afterStep });
  expect(answers).toEqual(['saved']);
  const lost = deviceLost();
  const failing = { begin: () => Promise.reject(lost) };
  await expect(trained(0, 1, {}, { saver: failing, afterStep })).rejects.toThrow(lost);
  expect(answers).toEqual(['saved', lost.fault]);
});

test('a step that mixed precision skips ends nothing; one that no scale can save does', async () => {
  const skipped = (scale: number): Partial<StepStats> => ({
    ...{ applied: false, gradientNorm: Infinity },
    lossScale: { scale, growthTracker: 0, skipped: 1 },
  });
  const mixed = { precision: 'mixed', warmupSteps: 10 } as const;
  const after = { lossScale: { scale: 1024, growthTracker: 1, skipped: 1 } };
  const { steps, quiet } = await trained(0, 1, mixed, {
    stats: (step) => (step === 2 ? skipped(1024) : step > 2 ? after : {}),
  });
  expect(steps).toHaveLength(6);
  // The schedule does not count it: step 5 has the rate of the fourth update, three after that of 0.
  expect(quiet.at(-1)).toMatchObject({ globalStep: 5, learningRate: (base.learningRate * 3) / 10 });
  for (const stats of [skipped(0.5), { ...skipped(1024), loss: NaN }, { applied: false, loss: NaN }])
    await expect(trained(0, 1, mixed, { stats: () => stats })).rejects.toMatchObject({
      fault: { kind: 'not-finite' },
    });
});
