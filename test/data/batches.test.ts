// Claims: which pictures a step learns from is a function of seed and step alone, and every epoch shows every
// picture; a batch holds their bytes and mirrors by a fair coin.
import { describe, expect, it } from 'vitest';
import type { PictureSet } from '../../src/data/api.ts';
import { positionOf } from '../../src/settings/calendar.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { greyOf, isFlipped, loadBatch, pictureOrder } from '../../src/data/batches.ts';
import { SHAPES } from '../../src/data/shapes.ts';

/** Picture i is filled with i, its left column with 255 - i. */
function numberedSet(count: number, size = 4): PictureSet {
  const read = (index: number) => {
    const pixels = new Uint8Array(size * size * 3).fill(index);
    for (let row = 0; row < size; row++) pixels.fill(255 - index, row * size * 3, row * size * 3 + 3);
    return Promise.resolve(pixels);
  };
  return {
    info: SHAPES,
    count,
    size,
    read,
    stored: { size, read },
    caption: () => '',
    fileName: () => '',
    className: () => '',
    isCurrent: () => Promise.resolve(true),
  };
}

/** Position of a run's step, 0 the first. */
const positionAt = (step: number, batchSize: number, count: number) => {
  const { epoch, stepInEpoch } = positionOf({ ...presetConfig('tiny'), batchSize }, count, step);
  return { epoch, epochPosition: stepInEpoch * batchSize };
};
const batchIndices = (seed: number, step: number, batchSize: number, count: number) =>
  pictureOrder(seed, positionAt(step, batchSize, count), count, batchSize);

const stepsOf = (count: number, imagesPerStep: number) => Math.ceil(count / imagesPerStep);

describe('an epoch', () => {
  const cases = [1, 2, 3, 5, 16, 17, 100, 257].flatMap((count) =>
    [1, 2, 3, 4, 7, 16, 64, 512].map((batch) => [count, batch] as const),
  );
  it.each(cases)(
    'of %i pictures, %i a step, shows all pictures equally often, but for one time',
    (count, batch) => {
      const steps = stepsOf(count, batch);
      for (const epoch of [0, 3]) {
        const seen = Array.from({ length: count }, () => 0);
        for (let step = epoch * steps; step < (epoch + 1) * steps; step++) {
          const indices = batchIndices(9, step, batch, count);
          expect(indices).toHaveLength(batch);
          for (const index of indices) seen[index] = (seen[index] ?? 0) + 1;
        }
        const times = (steps * batch) / count;
        expect(Math.min(...seen)).toBeGreaterThanOrEqual(Math.floor(times));
        expect(Math.max(...seen)).toBeLessThanOrEqual(Math.ceil(times));
      }
    },
  );

  it('ends with the first pictures of its own permutation', () => {
    const steps = [0, 1, 2].map((step) => batchIndices(5, step, 4, 10));
    expect(steps[2]?.slice(2)).toEqual(steps[0]?.slice(0, 2));
  });

  it('has an order of its own, another for another seed, the same for the same seed', () => {
    const epoch = (seed: number, number: number) => batchIndices(seed, number, 50, 50);
    expect(epoch(1, 0)).not.toEqual(epoch(1, 1));
    expect(epoch(1, 0)).not.toEqual(epoch(2, 0));
    expect(epoch(1, 0)).toEqual(epoch(1, 0));
  });

  it('of 10 pictures, 4 a step, has 3 steps', () => {
    expect([0, 2, 3].map((step) => positionAt(step, 4, 10))).toEqual([
      { epoch: 0, epochPosition: 0 },
      { epoch: 0, epochPosition: 8 },
      { epoch: 1, epochPosition: 0 },
    ]);
  });
});

describe('a batch', () => {
  const position = { epoch: 0, epochPosition: 36 };
  const request = {
    seed: 3,
    globalStep: 6,
    position,
    drawn: 36,
    evenClasses: false,
    first: 0,
    batchSize: 6,
    randomFlip: false,
    randomCrop: false,
    channels: 3,
  };

  it('holds the pictures as they lie in the set', async () => {
    const { pixels, indices } = await loadBatch(numberedSet(200), request);
    expect(indices).toEqual(pictureOrder(3, position, 200, 6));
    expect(pixels).toHaveLength(6 * 4 * 4 * 3);
    indices.forEach((index, i) => {
      expect([pixels[i * 48], pixels[i * 48 + 3]]).toEqual([255 - index, index]);
    });
  });

  it('in two micro-batches is the whole batch', async () => {
    const set = numberedSet(40);
    const flips = { ...request, randomFlip: true };
    const whole = await loadBatch(set, flips);
    const halves = await Promise.all(
      [0, 3].map((first) => loadBatch(set, { ...flips, first, batchSize: 3 })),
    );
    expect([...whole.pixels]).toEqual(halves.flatMap(({ pixels }) => [...pixels]));
    expect(whole.indices).toEqual(halves.flatMap(({ indices }) => indices));
    expect(whole.mirrored).toEqual(halves.flatMap(({ mirrored }) => mirrored));
  });

  it('mirrors exactly the pictures that isFlipped names, and none without random flip', async () => {
    const of = (randomFlip: boolean) => loadBatch(numberedSet(100), { ...request, randomFlip });
    const [flips, whole] = [await of(true), await of(false)];
    expect(flips.mirrored).toEqual([0, 1, 2, 3, 4, 5].map((i) => isFlipped(3, 6, i)));
    expect(new Set(flips.mirrored).size).toBe(2);
    expect(whole).toEqual({ ...flips, mirrored: Array(6).fill(false) });
  });

  it('is grey as Pillow converts it, for a network of one channel', async () => {
    // Image.fromarray(rgb).convert('L') of Pillow 13.
    const rgb = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 12, 200, 77, 90, 90, 90);
    expect([...greyOf(rgb)]).toEqual([76, 150, 29, 255, 130, 90]);
    const { pixels } = await loadBatch(numberedSet(200), { ...request, channels: 1 });
    const { pixels: colours } = await loadBatch(numberedSet(200), request);
    expect([...pixels]).toEqual([...colours].filter((_, i) => i % 3 === 0));
  });

  it('mirrors half of all pictures, within four standard deviations', () => {
    let flipped = 0;
    for (let step = 0; step < 1000; step++) for (let i = 0; i < 4; i++) flipped += +isFlipped(7, step, i);
    expect(Math.abs(flipped - 2000)).toBeLessThan(4 * Math.sqrt(1000));
  });
});
