// Which tab trains, by the browser's own Web Locks: two requests of one page compete as two tabs do. Not
// here: how long a tab waits for the lock (tab-lock.test.ts).
import { expect, it } from 'vitest';
import { holdTab } from '../../src/app/tab-lock.ts';

it('is held by the first, told to the second, handed on when the first is gone', async () => {
  const first = await holdTab();
  let told = false;
  void first.lost.then(() => (told = true));
  const second = await holdTab();
  await first.whenFree; // on a busy machine the browser may grant it after `held` was answered
  expect(second.held).toBe(false);

  // Only the end of its page frees a lock: stealing stands in for that end, and the first page is told.
  expect(told).toBe(false);
  await navigator.locks.request('perennial-trainer', { steal: true }, () => Promise.resolve());
  await first.lost;
  await second.whenFree;
  const held = (await navigator.locks.query()).held?.filter(({ name }) => name === 'perennial-trainer');
  expect(held).toHaveLength(1);
  const third = await holdTab();
  const fourth = await holdTab();
  expect([third.held, fourth.held]).toEqual([false, false]);

  // Taken before its turn: the holder is told, the one that waits longer is passed over and loses nothing.
  let passedOver = true;
  void third.whenFree.then(() => (passedOver = false));
  fourth.take();
  await fourth.whenFree;
  await second.lost;
  expect(passedOver).toBe(true);
});
