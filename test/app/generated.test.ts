// Pictures fill their places as they come, whatever is drawn for the run meanwhile; a cancelled set keeps its
// finished pictures.
import { beforeEach, expect, test } from 'vitest';
import { applyEvents, type EventHooks } from '../../src/app/apply-event.ts';
import { cutGenerated } from '../../src/app/generated.ts';
import { createState, type State } from '../../src/app/state.ts';
import type { Sample, TrainerEvent } from '../../src/trainer/api.ts';

const nothing = (): void => undefined;
const hooks: EventHooks = {
  fault: nothing,
  runOpened: nothing,
  checkpointsChanged: nothing,
  sheetsChanged: nothing,
  stateChanged: nothing,
};
const begin = (purpose: Sample['purpose'], count: number, calls: number): TrainerEvent => ({
  ...{ type: 'samples-begin', purpose, step: 5, size: 1, weights: 'ema', seed: 7 },
  ...{ count, calls, prompts: null },
});
const sample = (index: number, calls: number, of: { calls: number; count: number }): TrainerEvent => ({
  type: 'sample',
  sample: {
    ...{ purpose: 'generate', step: 5, index, of: of.count, size: 1, finite: true, calls, prompts: null },
    rgba: new Uint8ClampedArray(4),
    drawn: calls === of.calls,
    moment: calls,
  },
});

let state: State;
const hear = (...events: TrainerEvent[]): void => applyEvents(state, events, hooks);

beforeEach(() => {
  state = createState();
});

test('places, ways and calls made follow the samples; the end tells how long it took', () => {
  const of = { calls: 2, count: 18 };
  hear(begin('generate', of.count, of.calls));
  expect(state.generated.value).toMatchObject({
    callsMade: 0,
    callsInAll: 4,
    seconds: null,
    complete: false,
  });
  hear(sample(0, 0, of), sample(0, 1, of));
  expect(state.generated.value?.callsMade).toBe(1);
  hear(sample(0, 2, of), sample(16, 0, of), sample(16, 1, of));
  expect(state.generated.value?.callsMade).toBe(3);
  expect(state.generated.value?.ways.map((way) => way.length)).toEqual([
    3,
    ...Array.from({ length: 15 }, () => 0),
    ...[2, 0],
  ]);
  hear({ type: 'samples-end', purpose: 'generate', step: 5, finite: true, alike: null });
  expect(state.generated.value?.complete).toBe(true);
  expect(state.generated.value?.seconds).toBeGreaterThanOrEqual(0);
});

test("the run's own samples are another set, and a run that ends leaves the pictures", () => {
  const of = { calls: 1, count: 1 };
  hear(begin('generate', 1, 1), begin('progress', 16, 1), sample(0, 1, of), { type: 'no-run' });
  expect(state.samples.value).toBeNull();
  expect(state.generated.value?.samples[0]?.drawn).toBe(true);
});

test('cancelled: what is drawn stays, what was on its way goes, and nothing more comes', () => {
  const of = { calls: 2, count: 3 };
  hear(begin('generate', of.count, of.calls), sample(0, 2, of), sample(1, 1, of));
  cutGenerated(state);
  expect(state.generated.value).toMatchObject({ complete: true, seconds: null });
  expect(state.generated.value?.samples.map((one) => one?.drawn)).toEqual([true]);
  hear(sample(1, 2, of));
  expect(state.generated.value?.samples).toHaveLength(1);
  hear(begin('generate', of.count, of.calls), sample(0, 1, of));
  cutGenerated(state);
  expect(state.generated.value).toBeNull();
});
