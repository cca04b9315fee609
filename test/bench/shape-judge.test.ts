// Claims about the judge of drawn shapes: it tells real pictures, and is not fooled by wrong captions.
import { expect, it } from 'vitest';
import { everyLabel, type Label, scoreOf, shapeJudge } from '../../bench/learn/shape-judge.ts';
import {
  BACKGROUNDS,
  captionOfShape,
  COLOURS,
  drawShape,
  KINDS,
  shapeCaption,
} from '../../src/data/shapes.ts';

const SIZE = 16;
const COUNT = 100;
/** Pictures that no test and no training has seen: of another seed than the data set's. */
const SEED = 77;

const at = <T>(list: readonly T[], index: number): T => list[index] as T;
const captionOf = ({ kind, colour, background }: Label): string =>
  captionOfShape({
    kind: at(KINDS, kind),
    colour: at(COLOURS, colour),
    background: at(BACKGROUNDS, background),
  });
const LABELS = new Map(everyLabel().map((label) => [captionOf(label), label]));
const labels = Array.from({ length: COUNT }, (_, i) => LABELS.get(shapeCaption(i, SEED)) as Label);
const judge = shapeJudge(SIZE);
const pictures = Array.from({ length: COUNT }, (_, i) => drawShape(i, SIZE, SEED));

it('knows the 80 captions of shapes', () => {
  expect(LABELS.size).toBe(80);
});

it('is right for 98 % of real pictures at least', () => {
  const { both, strict } = scoreOf(judge, pictures, labels);
  expect(both).toBeGreaterThan(0.98);
  expect(strict).toBeGreaterThan(0.98);
});

it('agrees with captions of other pictures by chance only', () => {
  const { both } = scoreOf(judge, pictures, [...labels.slice(1), at(labels, 0)]);
  expect(both).toBeLessThan(0.06);
});

it('finds no clean shape in noise', () => {
  const noise = pictures
    .slice(0, 20)
    .map((picture, i) => picture.map((_, j) => Math.sin(i * 977 + j * 12.9898) * 43758.5453 * 255));
  expect(scoreOf(judge, noise, labels).strict).toBe(0);
  expect(judge(at(noise, 0)).fit).toBeGreaterThan(0.12);
});
