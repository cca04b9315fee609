// Claims: the shapes have the pixels of their fingerprint, are anti-aliased, and are what their captions say.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawShape, shapeCaption, shapeKind, SHAPES } from '../../src/data/shapes.ts';

const all = Array.from({ length: SHAPES.count }, (_, index) => index);

describe('shapes', () => {
  it('have the pixels that their fingerprint names', () => {
    const hash = createHash('sha256');
    for (const index of all) hash.update(drawShape(index, 16));
    expect(hash.digest('hex')).toBe(SHAPES.fingerprint);
  });

  it('have at least 70 different captions, each of its five words known', () => {
    const captions = all.map((index) => shapeCaption(index));
    for (const caption of captions)
      expect(caption).toMatch(
        /^(a|an) (red|orange|yellow|green|teal|blue|purple|pink) (circle|square|triangle|ring|diamond) on a (dark|light) background$/,
      );
    expect(new Set(captions).size).toBeGreaterThanOrEqual(70);
  });

  it('are of five classes, the kinds that their captions name', () => {
    expect(new Set(all.map((index) => shapeKind(index))).size).toBe(5);
    for (const index of all) expect(shapeCaption(index).split(' ')).toContain(shapeKind(index));
  });

  it('stand on the background that the caption names, with a margin', () => {
    for (const index of all) {
      const pixels = drawShape(index, 32);
      const light = shapeCaption(index).endsWith('light background');
      expect([...pixels.subarray(0, 3)]).toEqual(light ? [240, 238, 230] : [24, 26, 34]);
      expect([...pixels.subarray(-3)]).toEqual(light ? [240, 238, 230] : [24, 26, 34]);
    }
  });

  it('cover the area that geometry says: a circle pi r^2', () => {
    const circle = all.find((index) => shapeCaption(index) === 'a red circle on a dark background') ?? -1;
    const size = 128;
    const pixels = drawShape(circle, size);
    let covered = 0;
    let [left, right] = [size, 0];
    for (let i = 0; i < size * size; i++) {
      const part = ((pixels[i * 3] as number) - 24) / (226 - 24);
      covered += part;
      if (part > 0.5) [left, right] = [Math.min(left, i % size), Math.max(right, i % size)];
    }
    const radius = (right - left + 1) / 2;
    expect(covered / (Math.PI * radius * radius)).toBeCloseTo(1, 1);
  });

  it('are the same picture at another size', () => {
    for (const index of [0, 1, 2, 3, 4]) {
      const small = drawShape(index, 16);
      const large = drawShape(index, 32);
      let difference = 0;
      for (let i = 0; i < 16 * 16 * 3; i++) {
        const [x, y, channel] = [Math.floor(i / 3) % 16, Math.floor(i / 48), i % 3];
        const at = (2 * y * 32 + 2 * x) * 3 + channel;
        const mean =
          ((large[at] ?? 0) + (large[at + 3] ?? 0) + (large[at + 96] ?? 0) + (large[at + 99] ?? 0)) / 4;
        difference += Math.abs(mean - (small[i] as number));
      }
      expect(difference / small.length).toBeLessThan(2);
    }
  });
});
