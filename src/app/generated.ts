// The pictures of the view Generate while they are drawn: a place for each picture, the moments of its
// denoising, progress. Not here: asking for pictures (generating.ts).
import { SAMPLE_COUNT } from '../settings/sample-counts.ts';
import type { Sample } from '../trainer/api.ts';
import { callsFor } from './asked-set.ts';
import type { Generated, SampleGrid, State } from './state.ts';

/** An empty place for each picture of `grid`. */
export function beginGenerated(grid: SampleGrid): Generated {
  const count = grid.samples.length;
  return {
    ...grid,
    callsMade: 0,
    callsInAll: callsFor(count, grid.calls),
    ways: Array.from({ length: count }, () => []),
    begun: performance.now(),
    seconds: null,
  };
}

/** Puts a picture, or a moment of its denoising, in its place. Ignored when the set is complete. */
export function addGenerated(state: State, sample: Sample): void {
  const now = state.generated.value;
  if (!now || now.complete) return;
  const { index, moment } = sample;
  const callsMade = Math.floor(index / SAMPLE_COUNT) * now.calls + sample.calls;
  const samples = now.samples.map((old, i) => (i === index ? sample : old));
  const ways = moment === null ? now.ways : now.ways.map((way, i) => (i === index ? [...way, sample] : way));
  state.generated.value = { ...now, callsMade, samples, ways };
}

/** Marks the set as complete. `finite`: no picture holds a value that is not finite. */
export function endGenerated(state: State, finite: boolean): void {
  const now = state.generated.value;
  if (!now) return;
  state.generated.value = { ...now, complete: true, finite, seconds: (performance.now() - now.begun) / 1000 };
}

/** Cuts a cancelled set down to the finished pictures; without any the set is removed. */
export function cutGenerated(state: State): void {
  const now = state.generated.value;
  if (!now || now.complete) return;
  const count = now.samples.filter((sample) => sample?.drawn).length;
  const kept = { samples: now.samples.slice(0, count), ways: now.ways.slice(0, count) };
  state.generated.value = count === 0 ? null : { ...now, ...kept, complete: true };
}
