// Several prompts are one request in which the pictures of each begin from the same noises; a call with
// guidance is two passes; a time is told only where passes of the needed sizes were measured.
import { expect, test } from 'vitest';
import { callsFor, passesOf, requestOf, secondsFor } from '../../src/app/asked-set.ts';
import type { Asked, AskedWords } from '../../src/app/state.ts';

const guidance = { scale: 3, start: 0, stop: 1 };
const asked = (count: number, words: AskedWords | null, steps = 50): Asked => ({
  ...{ ref: { runId: 'run-1', generation: 1 }, name: 'unet_step_1', weights: 'ema', seed: 7 },
  ...{ count, steps, sampler: 'ddim', className: null, words },
});
const of = (layout: AskedWords['layout'], prompts: string[]): AskedWords => ({
  ...{ layout, prompts, negative: 'blue', guidance },
});

test('one prompt has the noises of any set of the seed; several share those of the first', () => {
  expect(requestOf(asked(3, null))).toEqual({
    ...{ ref: { runId: 'run-1', generation: 1 }, weights: 'ema', seed: 7, count: 3, steps: 50 },
    ...{ sampler: 'ddim', className: null, wish: null, noise: null },
  });
  expect(requestOf(asked(3, of('one', ['a'])))).toMatchObject({
    wish: { prompts: ['a'], negative: 'blue', guidance },
    noise: null,
  });
  expect(requestOf(asked(6, of('grid', ['a', '', 'c'])))).toMatchObject({
    wish: { prompts: ['a', 'a', '', '', 'c', 'c'] },
    noise: [0, 1, 0, 1, 0, 1],
  });
});

test('64 pictures are four calls a step, 17 are two', () => {
  expect([1, 16, 17, 64].map((count) => callsFor(count, 50))).toEqual([50, 50, 100, 200]);
});

test('a call is two passes where guidance applies', () => {
  const words = of('one', ['a']);
  expect(passesOf({ steps: 10, words: null }, 10)).toBe(10);
  expect(passesOf({ steps: 10, words }, 10)).toBe(20);
  expect(passesOf({ steps: 10, words: { ...words, guidance: { ...guidance, scale: 1 } } }, 10)).toBe(10);
  // Calls 2 to 7 of 0 to 9, in each of two sets of pictures.
  const middle = { ...words, guidance: { scale: 3, start: 0.2, stop: 0.8 } };
  expect([2, 3, 10, 15, 20].map((made) => passesOf({ steps: 10, words: middle }, made))).toEqual([
    ...[2, 4, 16, 24, 32],
  ]);
});

test('seconds are known once both sizes were measured, and double with guidance', () => {
  const sixteen = { pictures: 16, ms: 40 };
  expect(secondsFor(asked(16, null), [])).toBeNull();
  expect(secondsFor(asked(16, null), [sixteen])).toBe(2);
  expect(secondsFor(asked(64, null), [sixteen])).toBe(8);
  expect(secondsFor(asked(17, null), [sixteen])).toBeNull();
  expect(secondsFor(asked(17, null), [sixteen, { pictures: 1, ms: 10 }])).toBe(2.5);
  expect(secondsFor(asked(16, of('one', ['a'])), [sixteen])).toBe(4);
});
