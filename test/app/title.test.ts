// The document's title in every state.
import { expect, it } from 'vitest';
import { pageTitle } from '../../src/app/title.ts';

it('carries the share and the step while training', () => {
  expect(pageTitle('training', 25_310, 52_500)).toBe('48% · 25,310 · Perennial');
  expect(pageTitle('training', 52_499, 52_500)).toBe('99% · 52,499 · Perennial');
  expect(pageTitle('training', 0, 4000)).toBe('0% · Perennial');
});

it('leaves out what is not known yet', () => {
  expect(pageTitle('training', 12, 0)).toBe('12 · Perennial');
  expect(pageTitle('starting', 0, 0)).toBe('Starting · Perennial');
});

it('says the state in the place of the share when the run stands still', () => {
  expect(pageTitle('paused', 1200, 4000)).toBe('Paused · 1,200 · Perennial');
  expect(pageTitle('failed', 1200, 4000)).toBe('Stopped · 1,200 · Perennial');
  expect(pageTitle('elsewhere', 0, 0)).toBe('In another tab · Perennial');
});

it('is the name alone when nothing runs', () => {
  expect(pageTitle('idle', 1200, 4000)).toBe('Perennial');
});
