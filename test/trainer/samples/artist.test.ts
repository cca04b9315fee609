// Claims: a set of samples is shown while its noise clears, at most five times a second, and ends in the same
// pixels as a set that is not shown; between training steps nothing is shown before the end. The run's next
// set waits for the one under way; a drawing that is told to stop stops after the call in flight and can go
// on. With an analytic denoiser.
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { RunConfig } from '../../../src/settings/settings.ts';
import { presetConfig } from '../../../src/settings/presets.ts';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import type { Predictor } from '../../../src/engine/executor.ts';
import type { Sample, TrainerEvent } from '../../../src/trainer/api.ts';
import { Artist } from '../../../src/trainer/samples/artist.ts';
import { CallTimes } from '../../../src/trainer/samples/call-times.ts';
import { type Drawable, Drawing, type DrawingRequest } from '../../../src/trainer/samples/drawing.ts';
import { Outbox } from '../../../src/trainer/outbox.ts';
import type { InputArray, Inputs } from '../../../src/engine/inputs.ts';

// PNGs need a browser, and are not what is claimed here.
vi.mock('../../../src/trainer/samples/sheet-png.ts', () => ({
  sheetPng: () => new Blob(),
  countAlike: () => 16,
}));
/** Kinds of the PNGs that were to be kept. */
const kept: string[] = [];
vi.mock('../../../src/trainer/keep-png.ts', () => ({
  keepPng: (_run: string, _step: number, kind: string) => kept.push(kind) > 0,
  keptSamples: () => new Blob(),
}));

const CALL_MS = 90;
let callMs: number;
const config: RunConfig = { ...presetConfig('tiny'), imageSize: 8, sampleSteps: 10, seed: 5 };
const request: DrawingRequest = { purpose: 'draw', step: 40, weights: 'ema', seed: 5 };

let holds = 0;
let releases = 0;
let calls = 0;

/** Predicts 0.8 of its input, in CALL_MS. */
const executor: Predictor = {
  hold: () => {
    holds += 1;
    return { release: () => void (releases += 1) };
  },
  predict: (_held: unknown, { sample }: Inputs<InputArray>) => {
    calls += 1;
    vi.advanceTimersByTime(callMs);
    return Promise.resolve(sample.data.map((value) => 0.8 * value));
  },
};

const run: Drawable = {
  runId: 'r',
  config,
  executor,
  levels: noiseLevels(config),
  words: null,
  classes: null,
};

let posts: TrainerEvent[][] = [];
let artist: Artist;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  posts = [];
  [holds, releases, calls, callMs] = [0, 0, 0, CALL_MS];
  kept.length = 0;
  artist = new Artist(new Outbox((events) => posts.push(events)), { guard: (work) => work }, new CallTimes());
});
afterEach(() => vi.useRealTimers());

const samplesOf = (events: readonly TrainerEvent[]): Sample[] =>
  events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
const previews = (): Sample[][] => posts.map(samplesOf).filter(([first]) => first?.drawn === false);
const drawn = (): Sample[] => samplesOf(posts.flat()).filter((sample) => sample.drawn);

/** Steps of the sets that were completed. */
const ended = (): number[] =>
  posts.flat().flatMap((event) => (event.type === 'samples-end' ? [event.step] : []));

async function drawnUnshown(): Promise<Sample[]> {
  const drawing = new Drawing(run, request);
  for (;;) {
    const done = await drawing.advance();
    if (done) return done.samples;
  }
}

test('16 samples: previews of all at least 200 ms apart, then each sample once, the same as never shown', async () => {
  artist.begin(run, request);
  await artist.finish();
  // The noise itself, then after calls 3, 6 and 9 of 10.
  expect(previews().map((preview) => preview.map((sample) => sample.index))).toEqual(
    Array.from({ length: 4 }, () => Array.from({ length: 16 }, (_, i) => i)),
  );
  expect(drawn().map((sample) => sample.index)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  expect(posts.flat().findIndex((event) => event.type === 'sample' && event.sample.drawn)).toBe(1 + 4 * 16);
  expect(drawn().map((sample) => sample.rgba)).toEqual((await drawnUnshown()).map((sample) => sample.rgba));
});

test('a validation is shown in the same way', async () => {
  expect(await artist.validate(run, 40)).toBe('finite');
  expect(previews()).toHaveLength(4);
  expect(drawn()).toHaveLength(16);
  expect(posts.flat().at(-1)).toMatchObject({ type: 'samples-end', purpose: 'validation', finite: true });
});

/** Calls of each set that was begun, and what came of the comparison with the stored samples. */
const begunAndAlike = (): unknown[] =>
  posts.flat().flatMap((event): unknown[] => {
    if (event.type === 'samples-begin') return [event.calls];
    return event.type === 'samples-end' ? [{ alike: event.alike }] : [];
  });

describe('a validation takes 10 s at most', () => {
  it('in all calls where they fit, compared with the stored samples', async () => {
    callMs = 1000;
    const measured: number[] = [];
    await artist.validate(run, 40, { onCallMs: (ms) => measured.push(ms) });
    expect(begunAndAlike()).toEqual([10, { alike: 16 }]);
    expect(measured).toEqual([1000]);
  });

  it('in fewer where the second call tells that they do not, not compared and no samples of the run', async () => {
    callMs = 2000;
    expect(await artist.validate(run, 40)).toBe('finite');
    // Two calls took 4 s; three more fit.
    expect(begunAndAlike()).toEqual([10, 3, { alike: null }]);
    expect(calls).toBe(5);
    expect(kept).toEqual(['checkpoint_validation']);
    expect(holds).toBe(releases);
  });

  it('in fewer from the start where an earlier validation knows', async () => {
    callMs = 2000;
    const measured: number[] = [];
    await artist.validate(run, 40, { callMs: 2000, onCallMs: (ms) => measured.push(ms) });
    expect(begunAndAlike()).toEqual([5, { alike: null }]);
    expect(measured).toEqual([2000]);
  });

  it('in one more call where the first alone takes half of that, and in one where a call takes longer', async () => {
    callMs = 6000;
    await artist.validate(run, 40);
    expect(begunAndAlike()).toEqual([10, 1, { alike: null }]);
    posts = [];
    callMs = 20_000;
    const measured: number[] = [];
    await artist.validate(run, 40, { callMs: 20_000, onCallMs: (ms) => measured.push(ms) });
    expect(begunAndAlike()).toEqual([1, { alike: null }]);
    expect(measured).toEqual([20_000]);
  });
});

test('between training steps nothing is posted before the samples are final', async () => {
  artist.beginProgress(run, 40);
  while (artist.busy) await artist.advance(true);
  expect(previews()).toEqual([]);
  expect(drawn()).toHaveLength(16);
});

test("the run's own samples are shown, too, where nothing trains", async () => {
  artist.beginProgress(run, 40);
  await artist.finish();
  expect(previews().length).toBeGreaterThan(2);
  expect(drawn().map((sample) => sample.rgba)).toEqual((await drawnUnshown()).map((sample) => sample.rgba));
});

test("the run's next set waits for the one under way; the newest that waits is drawn", async () => {
  artist.beginProgress(run, 40);
  await artist.advance(true);
  for (const step of [40, 41, 42]) artist.beginProgress(run, step);
  await artist.finish();
  expect(ended()).toEqual([40, 42]);
  expect(holds).toBe(releases);
});

test('samples that are drawn already are not drawn again', async () => {
  artist.beginProgress(run, 40);
  await artist.finish();
  artist.beginProgress(run, 40);
  expect(artist.busy).toBe(false);
  artist.beginProgress({ ...run, runId: 'other' }, 40);
  await artist.finish();
  await artist.validate(run, 41);
  artist.beginProgress(run, 41);
  expect(artist.busy).toBe(false);
  expect(ended()).toEqual([40, 40, 41]);
});

test('a drawing that is told to stop keeps its calls and goes on later', async () => {
  artist.beginProgress(run, 40);
  let allowed = 3;
  expect(await artist.finish(() => allowed-- > 0)).toBeNull();
  expect(calls).toBe(3);
  expect(artist.busy).toBe(true);
  while (artist.busy) await artist.advance(true);
  expect(calls).toBe(config.sampleSteps);
  expect(ended()).toEqual([40]);
});

test('a validation that is skipped is dropped after the call in flight', async () => {
  let allowed = 3;
  expect(await artist.validate(run, 40, { mayGoOn: () => allowed-- > 0 })).toBe('skipped');
  expect(calls).toBe(3);
  expect(artist.busy).toBe(false);
  expect(ended()).toEqual([]);
  expect(holds).toBe(releases);
});

test('a validation that a lost device ends between two calls says nothing about the samples', async () => {
  const lose = (): boolean => {
    if (calls === 3) artist.abandon();
    return true;
  };
  await expect(artist.validate(run, 40, { mayGoOn: lose })).rejects.toMatchObject({ fault: { kind: 'gpu' } });
});

test('a set that another one replaced is not shown any more', async () => {
  artist.begin(run, request);
  const advancing = artist.advance();
  vi.advanceTimersByTime(500);
  artist.begin(run, { ...request, step: 41 });
  await advancing;
  expect(previews().map((preview) => preview[0]?.step)).toEqual([40, 41]);
});
