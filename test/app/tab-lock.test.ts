// Claim: how long a page waits for the training tab's lock before it says that another tab trains. On fake
// timers and a lock that the test grants. Not here: the browser's own locks (tab-lock.gpu.test.ts).
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holdTab } from '../../src/app/tab-lock.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A lock manager that keeps its newest request waiting until `grant` is called. */
function locksByHand(): { locks: LockManager; grant: () => void } {
  let given: LockGrantedCallback<unknown> = () => undefined;
  const request = (_: string, __: LockOptions, callback: LockGrantedCallback<unknown>): Promise<unknown> => {
    given = callback;
    return new Promise(() => undefined);
  };
  return { locks: { request } as LockManager, grant: () => void given(null) };
}

test('a lock that is granted within 0.3 s is held, as after a reload', async () => {
  const { locks, grant } = locksByHand();
  const asked = holdTab(locks);
  await vi.advanceTimersByTimeAsync(299);
  grant();
  expect((await asked).held).toBe(true);
});

test('after 0.3 s another tab has it, and it is told when that one is gone', async () => {
  const { locks, grant } = locksByHand();
  const asked = holdTab(locks);
  await vi.advanceTimersByTimeAsync(300);
  const { held, whenFree } = await asked;
  expect(held).toBe(false);
  grant();
  await whenFree;
});

test('where a browser has no locks the page does not wait', async () => {
  vi.stubGlobal('navigator', {});
  expect((await holdTab()).held).toBe(true);
});
