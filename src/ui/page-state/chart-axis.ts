// The horizontal axis that the loss chart and the time strip share: steps, or seconds of work in this
// session. Not here: the vertical axis (loss/loss-picture.ts), drawing.

/** One axis as drawn: its two ends, and the positions of steps on it. */
export interface ChartAxis {
  kind: 'step' | 'time';
  from: number;
  to: number;
  /** Step (fractions allowed) -> value on the axis. */
  toValue(step: number): number;
  /** Value on the axis -> step (fractions allowed). */
  toStep(value: number): number;
}

/** Position of `step`: 0 at the left end, 1 at the right; beyond 0..1 where the step is not on the axis. */
export const fraction = (axis: ChartAxis, step: number): number =>
  (axis.toValue(step) - axis.from) / (axis.to - axis.from);

const GROWTH = 1.15;

/**
 * Right end of the step axis, from `count` steps reached: the next samples where they are near, else a little
 * beyond; the end grows in leaps, so that the chart does not creep. Never beyond the run's last step.
 */
export function stepAxisEnd(count: number, nextSampleStep: number | null, lastStep: number): number {
  const reached = Math.max(count, 1);
  if (nextSampleStep !== null && nextSampleStep >= reached && nextSampleStep <= reached * GROWTH * 1.05)
    return nextSampleStep;
  const leaps = Math.max(0, Math.ceil(Math.log((reached + 1) / 20) / Math.log(GROWTH)));
  return Math.max(reached, Math.min(Math.ceil(20 * GROWTH ** leaps), lastStep));
}

/** An axis of steps `from`..`to`. */
export function stepAxis(from: number, to: number): ChartAxis {
  return { kind: 'step', from, to, toValue: (step) => step, toStep: (value) => value };
}

/**
 * An axis of seconds of work in this session. `clock`: [step, seconds] pairs, both rising, at least two.
 * `zoom`: the ends that the user dragged out, in seconds.
 */
export function timeAxis(
  clock: readonly (readonly [number, number])[],
  zoom: [number, number] | null,
): ChartAxis {
  const first = clock[0] ?? [0, 0];
  const last = clock.at(-1) ?? [1, 1];
  const [from, to] = zoom ?? [first[1], Math.max(last[1], first[1] + 1)];
  return {
    kind: 'time',
    from,
    to,
    toValue: (step) => interpolate(clock, step, 0),
    toStep: (value) => interpolate(clock, value, 1),
  };
}

/** Piecewise linear, from column `by` of the pairs to the other column; extrapolated beyond both ends. */
function interpolate(pairs: readonly (readonly [number, number])[], value: number, by: 0 | 1): number {
  const other = by === 0 ? 1 : 0;
  let low = 0;
  let high = pairs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((pairs[middle]?.[by] ?? 0) <= value) low = middle;
    else high = middle;
  }
  const a = pairs[low];
  const b = pairs[high];
  if (!a || !b) return value;
  const span = b[by] - a[by];
  if (span === 0) return a[other];
  return a[other] + ((value - a[by]) / span) * (b[other] - a[other]);
}
