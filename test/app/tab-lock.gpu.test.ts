// Who trains, on the browser's own Web Locks. Two requests of one page compete as those of two tabs do.
import { expect, it } from 'vitest';
import { holdTab } from '../../src/app/tab-lock.ts';

it('is held by the first, told to the second, handed on when the first is gone', async () => {
  const first = await holdTab();
  let told = false;
  void first.lost.then(() => (told = true));
  const asked = performance.now();
  const second = await holdTab();
  expect(performance.now() - asked).toBeLessThan(2000);
  expect([first.held, second.held]).toEqual([true, false]);

  // Only the end of its page frees a lock: stealing stands in for that end, and the first page is told.
  expect(told).toBe(false);
  await navigator.locks.request('perennial-trainer', { steal: true }, () => Promise.resolve());
  await first.lost;
  await second.whenFree;
  const held = (await navigator.locks.query()).held?.filter(({ name }) => name === 'perennial-trainer');
  expect(held).toHaveLength(1);
  expect((await holdTab()).held).toBe(false);
});
