// Claims: a set that is looked at is shown while its noise clears, five times a second at most, and ends in the very
// pictures of one that nobody looked at; between training steps nothing is shown before the end. An analytic denoiser.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunConfig } from '../../../src/settings/settings.ts';
import { presetConfig } from '../../../src/settings/presets.ts';
import { alphaBar } from '../../../src/diffusion/noise-schedule.ts';
import type { Predictor } from '../../../src/engine/executor.ts';
import type { Sample, TrainerEvent } from '../../../src/trainer/api.ts';
import { Artist, type Drawable } from '../../../src/trainer/samples/artist.ts';
import { CallTimes } from '../../../src/trainer/samples/call-times.ts';
import { Drawing, type DrawingRequest } from '../../../src/trainer/samples/drawing.ts';
import { Outbox } from '../../../src/trainer/outbox.ts';
import type { InputArray, Inputs } from '../../../src/engine/inputs.ts';

// PNGs need a browser, and are not what is claimed here.
vi.mock('../../../src/trainer/samples/sheet-png.ts', () => ({
  sheetPng: () => new Blob(),
  countAlike: () => null,
}));
vi.mock('../../../src/trainer/keep-png.ts', () => ({ keepPng: () => false }));

const CALL_MS = 90;
const config: RunConfig = { ...presetConfig('tiny'), imageSize: 8, sampleSteps: 10, seed: 5 };
const request: DrawingRequest = { purpose: 'draw', step: 40, weights: 'ema', seed: 5 };

/** Predicts a fixed share of what it is given, in CALL_MS. */
const executor: Predictor = {
  hold: () => ({ release: () => undefined }),
  predict: (_held: unknown, { sample }: Inputs<InputArray>) => {
    vi.advanceTimersByTime(CALL_MS);
    return Promise.resolve(sample.data.map((value) => 0.8 * value));
  },
};

const run: Drawable = { runId: 'r', config, executor, alphaBar: alphaBar(config.noiseSchedule) };

let posts: TrainerEvent[][] = [];
let artist: Artist;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  posts = [];
  artist = new Artist(new Outbox((events) => posts.push(events)), { guard: (work) => work }, new CallTimes());
});
afterEach(() => vi.useRealTimers());

const samplesOf = (events: readonly TrainerEvent[]): Sample[] =>
  events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
const looks = (): Sample[][] => posts.map(samplesOf).filter(([first]) => first?.drawn === false);
const drawn = (): Sample[] => samplesOf(posts.flat()).filter((sample) => sample.drawn);

async function drawnUnseen(): Promise<Sample[]> {
  const drawing = new Drawing(executor, run.alphaBar, config, request);
  for (;;) {
    const done = await drawing.advance();
    if (done) return done.samples;
  }
}

test('draws 16 in sight: whole looks at least 200 ms apart, then each picture once, the same as unseen', async () => {
  artist.begin(run, request);
  await artist.finish();
  // The noise itself, then after calls 3, 6 and 9 of 10.
  expect(looks().map((look) => look.map((sample) => sample.index))).toEqual(
    Array.from({ length: 4 }, () => Array.from({ length: 16 }, (_, i) => i)),
  );
  expect(drawn().map((sample) => sample.index)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  expect(posts.flat().findIndex((event) => event.type === 'sample' && event.sample.drawn)).toBe(1 + 4 * 16);
  expect(drawn().map((sample) => sample.rgba)).toEqual((await drawnUnseen()).map((sample) => sample.rgba));
});

test('a validation is shown the same way', async () => {
  expect(await artist.validate(run, 40)).toBe(true);
  expect(looks()).toHaveLength(4);
  expect(drawn()).toHaveLength(16);
  expect(posts.flat().at(-1)).toMatchObject({ type: 'samples-end', purpose: 'validation', finite: true });
});

test('between training steps nothing is posted before the samples are final', async () => {
  artist.begin(run, { ...request, purpose: 'progress' });
  await artist.finish();
  expect(looks()).toEqual([]);
  expect(drawn()).toHaveLength(16);
});

test('nothing more is shown of a set that another one replaced', async () => {
  artist.begin(run, request);
  const advancing = artist.advance();
  vi.advanceTimersByTime(500);
  artist.begin(run, { ...request, step: 41 });
  await advancing;
  expect(looks().map((look) => look[0]?.step)).toEqual([40, 41]);
});
