// What the chart draws: ranges that hide no loss, axes that hold every loss, round ticks; and how many losses
// a redraw reads, whatever the length of the run. Not here: the time of a redraw (row `chart` of `npm run
// bench`).
import { describe, expect, it } from 'vitest';
import { stepAxis, stepAxisEnd, timeAxis } from '../../../src/ui/page-state/chart-axis.ts';
import { LossIndex } from '../../../src/ui/loss/loss-index.ts';
import { lossPicture, verticalTicks } from '../../../src/ui/loss/loss-picture.ts';
import { Smoothed, smoothingShare } from '../../../src/ui/loss/smoothing.ts';
import { losses } from '../gallery-losses.ts';

/** LossIndex keeps lowest and highest of blocks of so many losses. */
const LOSSES_OF_A_BLOCK = 256;
const COLUMNS = 1600;

function drawn(values: Float32Array, count: number) {
  const index = new LossIndex();
  const smoothed = new Smoothed();
  index.update(values, count);
  smoothed.update(values, count, smoothingShare(82));
  return { index, smoothed };
}

/** The same losses, and how many of them were read since `reads` was last set to 0. */
function counted(values: Float32Array): { values: Float32Array; count: { reads: number } } {
  const count = { reads: 0 };
  const get = (target: Float32Array, name: string | symbol): unknown => {
    if (typeof name === 'symbol' || !/^\d/.test(name)) return Reflect.get(target, name, target);
    count.reads++;
    return target[Number(name)];
  };
  return { values: new Proxy(values, { get }), count };
}

describe('lossPicture', () => {
  it('hides no spike: the highest of 100,000 losses is in the picture', () => {
    const values = losses(100_000);
    values[43_210] = 7;
    const { index, smoothed } = drawn(values, 100_000);
    const picture = lossPicture(values, index, smoothed.values, stepAxis(0, 100_000), 752, false);
    expect(picture.raw).toContain(7);
    expect(picture.yTo).toBeGreaterThan(7);
    expect(picture.x.every((x, i) => i === 0 || x > (picture.x[i - 1] ?? 0))).toBe(true);
  });

  it('draws every loss of a short run, as dots under 20', () => {
    const values = losses(14);
    const { index, smoothed } = drawn(values, 14);
    const picture = lossPicture(values, index, smoothed.values, stepAxis(0, 20), 752, true);
    expect(picture.x).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
    expect(picture.raw[3]).toBeCloseTo(Math.log10(values[3] ?? 0), 6);
    expect(picture.dots).toBe(true);
  });

  it('draws only what is on a zoomed axis', () => {
    const values = losses(10_000);
    const { index, smoothed } = drawn(values, 10_000);
    const picture = lossPicture(values, index, smoothed.values, stepAxis(500, 540), 752, false);
    expect([picture.x[0], picture.x.at(-1)]).toEqual([500, 540]);
    expect(picture.raw[0]).toBe(values[499]);
  });

  it('leaves a hole where no loss is finite and a log scale where none is positive', () => {
    const values = Float32Array.of(NaN, 0, 1);
    const { index, smoothed } = drawn(values, 3);
    expect(lossPicture(values, index, smoothed.values, stepAxis(0, 4), 100, true).raw).toEqual([
      null,
      null,
      0,
    ]);
  });

  it('takes in each loss once for the index and once for the mean, however often it is drawn', () => {
    const { values, count } = counted(losses(20_000));
    const { index, smoothed } = drawn(values, 20_000);
    expect(count.reads).toBeLessThanOrEqual(2 * 20_000 + 1);
    count.reads = 0;
    index.update(values, 20_000);
    smoothed.update(values, 20_000, smoothingShare(82));
    expect(count.reads).toBeLessThan(LOSSES_OF_A_BLOCK);
  });

  it.each([40_000, 400_000, 3_750_000])(
    'reads no more losses to redraw a run of %i than its columns need',
    (length) => {
      const plain = losses(length);
      const { index, smoothed } = drawn(plain, length - 100);
      const { values, count } = counted(plain);
      index.update(values, length);
      smoothed.update(values, length, smoothingShare(82));
      // The 100 new ones twice, the block that they began in, and one to see that the history is the same.
      expect(count.reads).toBeLessThanOrEqual(2 * 100 + LOSSES_OF_A_BLOCK);
      count.reads = 0;
      lossPicture(values, index, smoothed.values, stepAxis(0, length), COLUMNS, true);
      expect(count.reads).toBeGreaterThan(0);
      // A column reads single losses only where it begins or ends within a block.
      expect(count.reads).toBeLessThanOrEqual(Math.min(length, 2 * LOSSES_OF_A_BLOCK * COLUMNS));
    },
  );
});

describe('verticalTicks', () => {
  const texts = (from: number, to: number, log: boolean): string[] =>
    verticalTicks(from, to, log, 6).map(([text]) => text);

  it('are 0.1, 0.2, 0.5 and 1 from 0.08 to 1.2', () => {
    expect(texts(Math.log10(0.08), Math.log10(1.2), true)).toEqual(['0.1', '0.2', '0.5', '1']);
  });

  it('stays readable over many decades and within one', () => {
    expect(texts(-4, 2, true).length).toBeLessThanOrEqual(6);
    expect(texts(Math.log10(0.11), Math.log10(0.13), true).length).toBeGreaterThanOrEqual(2);
    expect(texts(0, 1.1, false)).toEqual(['0.2', '0.4', '0.6', '0.8', '1']);
  });
});

describe('axes', () => {
  it('end at the next samples where they are near, and leap where they are not', () => {
    expect(stepAxisEnd(25_310, 26_000, 52_500)).toBe(26_000);
    expect(stepAxisEnd(14, 2000, 4000)).toBe(20);
    expect(stepAxisEnd(30, 2000, 4000)).toBe(stepAxisEnd(31, 2000, 4000));
    for (const count of [0, 19, 20, 333, 1999, 1e6])
      expect(stepAxisEnd(count, null, Infinity)).toBeGreaterThan(count);
    for (const last of [1, 14, 333, 52_500]) expect(stepAxisEnd(last, null, last)).toBe(last);
    expect(stepAxisEnd(51_000, null, 52_500)).toBe(52_500);
  });

  it('by time are the clock’s, there and back', () => {
    const axis = timeAxis(
      [
        [100, 0],
        [200, 10],
        [400, 60],
      ],
      null,
    );
    expect(axis.toValue(300)).toBe(35);
    for (const step of [100, 150, 390]) expect(axis.toStep(axis.toValue(step))).toBeCloseTo(step, 9);
    expect([axis.from, axis.to]).toEqual([0, 60]);
  });
});
