// Claims: of what comes into view while a grid is scrolled only what is wanted at that moment is asked for,
// in batches, two at a time; what belongs to another set is dropped; so many are kept. Against answers that
// the test gives when it likes.
import { beforeEach, expect, test } from 'vitest';
import { ByIndex } from '../../../src/ui/browse/by-index.ts';

interface Request {
  indices: number[];
  answer: (known: readonly string[] | null) => void;
}

let requests: Request[];
let known: ByIndex<string>;
const ask = (indices: Uint32Array): Promise<readonly string[] | null> =>
  new Promise((answer) => requests.push({ indices: [...indices], answer }));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Answers the oldest request with the names of its numbers. */
async function answerOne(prefix = 'picture'): Promise<void> {
  const { indices, answer } = requests.shift() as Request;
  answer(indices.map((index) => `${prefix} ${index}`));
  await new Promise((resolve) => setTimeout(resolve));
}

beforeEach(() => {
  requests = [];
  known = new ByIndex<string>(100);
  known.askOf('a set', ask);
});

test('what is wanted is asked for in batches, the most urgent first, never more than two at a time', async () => {
  known.want(range(0, 50), 20);
  expect(requests.map(({ indices }) => indices)).toEqual([range(0, 20), range(20, 40)]);
  await answerOne();
  expect(known.peek(7)).toBe('picture 7');
  expect(requests.map(({ indices }) => indices)).toEqual([range(20, 40), range(40, 50)]);
  await answerOne();
  await answerOne();
  expect(requests).toEqual([]);
  expect(known.version.value).toBe(3);
});

test('a scroll over 200,000 pictures asks for what is in view when an answer comes, not for what was passed', async () => {
  for (let top = 0; top < 200_000; top += 400) known.want(range(top, top + 60), 20);
  expect(requests).toHaveLength(2);
  await answerOne();
  await answerOne();
  const asked = requests.flatMap(({ indices }) => indices);
  expect(Math.min(...asked)).toBeGreaterThanOrEqual(199_600);
  while (requests.length > 0) await answerOne();
  expect(range(199_600, 199_660).every((index) => known.peek(index) !== undefined)).toBe(true);
});

test('what is known is not asked for again; of what is not wanted the oldest is forgotten', async () => {
  known.want(range(0, 60), 60);
  await answerOne();
  known.want(range(0, 60), 60);
  expect(requests).toEqual([]);
  known.want(range(60, 120), 60);
  await answerOne();
  expect(known.peek(0)).toBeUndefined();
  expect(known.peek(119)).toBe('picture 119');
  expect(range(0, 120).filter((index) => known.peek(index) !== undefined)).toHaveLength(100);
});

test('answers about another set are dropped', async () => {
  known.want([1, 2], 10);
  known.askOf('another set', ask);
  known.want([1], 10);
  await answerOne('stale');
  expect(known.peek(1)).toBeUndefined();
  expect(known.peek(2)).toBeUndefined();
  await answerOne('new');
  expect(known.peek(1)).toBe('new 1');
});

test('what cannot be answered is not asked for again and again', async () => {
  known.want([1, 2], 10);
  requests.shift()?.answer(null);
  await new Promise((resolve) => setTimeout(resolve));
  known.want([1, 2, 3], 10);
  expect(requests.map(({ indices }) => indices)).toEqual([[3]]);
});
