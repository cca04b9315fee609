// Claims: by the clock the saver asks for an autosave at the interval that the last save's cost and bytes
// give, and for a failed save again, with the reason of that save; a lost GPU is reported to who waits, and
// not tried again. With a store that only records, and a clock that only the store moves.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CheckpointRecord, SaveRequest } from '../../src/checkpoint/api.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import type { TrainerEvent } from '../../src/trainer/api.ts';
import { History } from '../../src/trainer/history.ts';
import { Outbox } from '../../src/trainer/outbox.ts';
import { initialState, type Run } from '../../src/trainer/run.ts';
import { Saver } from '../../src/trainer/saver.ts';
import { deviceLost, storageRefused } from '../../src/trainer/trouble.ts';
import { modelOfRun } from '../../src/settings/presets.ts';
import { idleExecutor } from './idle-executor.ts';

// PNGs need a browser, and are not what is claimed here.
vi.mock('../../src/trainer/loss-plot.ts', () => ({ lossPlotPng: () => new Blob() }));
const plots: number[] = [];
vi.mock('../../src/trainer/keep-png.ts', () => ({
  keepPng: (_run: string, step: number) => plots.push(step),
}));

const MINUTES = 5;
const config = { ...presetConfig('tiny'), imageSize: 8 };
const run: Run = {
  ...{ runId: 'run-1', parent: '', started: '', globalStep: 3, pictureFault: null, set: null, config },
  dataset: { name: 'shapes', title: 'Shapes', count: 8, size: 8, fingerprint: '' },
  levels: noiseLevels(config),
  words: null,
  classes: null,
  history: new History(new Float32Array(3), new Float32Array(12), []),
  executor: idleExecutor({
    parameters: modelOfRun(config).parameters,
    snapshot: () => Promise.resolve(initialState(config)),
  }),
};

let saved: Pick<SaveRequest, 'globalStep' | 'autosave'>[];
let events: TrainerEvent[];
/** Milliseconds and bytes of a save; whether the store refuses it, or the GPU is lost. */
let cost: { ms: number; bytes: number };
let refuses: boolean;
let lost: boolean;
let vanished: number | null;
const times = { writeMs: 0, flushMs: 0, verifyMs: 0 };
let saver: Saver;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  [saved, events, refuses, lost, vanished] = [[], [], false, false, null];
  cost = { ms: 100, bytes: 1.8e6 };
  plots.length = 0;
  saver = new Saver(
    {
      save: ({ globalStep, autosave, runId, name }) => {
        if (refuses) return Promise.resolve({ ok: false, fault: storageRefused() });
        saved.push({ globalStep, autosave });
        vi.advanceTimersByTime(cost.ms);
        const record = { runId, name, globalStep, sizeBytes: cost.bytes } as CheckpointRecord;
        return Promise.resolve({ ok: true, value: { record, ...times, vanished } });
      },
      metadataOf: () => Promise.resolve({ ok: true, value: {} }),
      report: () =>
        Promise.resolve({ ...{ runs: [], evicted: false }, usedBytes: 0, quotaBytes: 0, persisted: true }),
    },
    new Outbox((posted) => events.push(...posted)),
    {
      guard: (work) => (lost ? Promise.reject(deviceLost()) : work),
      executionOf: () => ({ executor: '', backend: '', kernels: '', adapter: '', browser: '' }),
    },
  );
  saver.startAfresh();
});
afterEach(() => void vi.useRealTimers());

/** Seconds from now until the clock asks for a save, and why it does. */
function nextSave(): [seconds: number, reason: string] {
  for (let seconds = 0; ; seconds++) {
    const reason = saver.dueByTime(MINUTES);
    if (reason) return [seconds, reason];
    vi.advanceTimersByTime(1000);
  }
}

async function save(reason?: 'autosave'): Promise<void> {
  await saver.begin(run, 3, Promise.resolve(), reason);
  await saver.idle();
}

test('an autosave every 20 s where it costs little, later where it costs more, never after the minutes', async () => {
  expect(nextSave()).toEqual([20, 'autosave']);
  await save('autosave');
  expect(nextSave()).toEqual([20, 'autosave']); // 100 ms of them went into the save
  cost = { ms: 1000, bytes: 1.8e6 };
  await save('autosave');
  expect(nextSave()).toEqual([49, 'autosave']);
  cost = { ms: 1000, bytes: 1e9 };
  await save('autosave');
  expect(nextSave()).toEqual([299, 'autosave']);
  expect(saved).toHaveLength(3);
  expect(saved.every(({ autosave }) => autosave)).toBe(true);
});

test('an autosave leaves no line on the page and no plot; a save that is due leaves both', async () => {
  await save('autosave');
  expect(events.map(({ type }) => type)).toEqual(['saved', 'checkpoints']);
  expect(plots).toEqual([]);
  await save();
  expect(events.map(({ type }) => type)).toContain('saving');
  expect(plots).toEqual([3]);
  expect(saved.map(({ autosave }) => autosave)).toEqual([true, false]);
});

test('a failed save is tried again after a minute, as what it was', async () => {
  refuses = true;
  await save();
  expect(nextSave()).toEqual([60, 'due']);
  refuses = false;
  await save();
  expect(nextSave()).toEqual([20, 'autosave']);
});

test('a save that loses the GPU says so and is not tried again', async () => {
  lost = true;
  await saver.begin(run, 3, Promise.resolve());
  expect((await saver.idle())?.kind).toBe('gpu');
  expect(saved).toEqual([]);
  expect(nextSave()).toEqual([20, 'autosave']);
});

test('a save that was written anew, since the browser had deleted the files, is told loudly', async () => {
  vanished = 4;
  await save('autosave');
  const [told] = events.flatMap((event) => (event.type === 'fault' ? event.fault : []));
  expect(told).toMatchObject({ kind: 'storage', title: 'The browser deleted what this page had stored' });
  expect(told?.what).toContain('4 earlier checkpoints are gone');
  expect(told?.todo[0]).toContain('Export checkpoint');
  expect(saver.has(run, 3)).toBe(true);
});
