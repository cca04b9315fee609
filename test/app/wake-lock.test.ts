// The wake lock follows the tab: requested when visible, released by the browser when hidden, requested
// again, released at the end.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { holdWakeLock } from '../../src/app/wake-lock.ts';

class Sentinel extends EventTarget {
  release = vi.fn(() => {
    this.dispatchEvent(new Event('release'));
    return Promise.resolve();
  });
}

/** A document whose visibility the test sets, as a user who changes tabs does. */
class Page extends EventTarget {
  visibilityState = 'visible';
  show(state: 'visible' | 'hidden'): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: Page;
let given: Sentinel[];
let request: ReturnType<typeof vi.fn<() => Promise<Sentinel>>>;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  page = new Page();
  given = [];
  request = vi.fn(() => {
    const sentinel = new Sentinel();
    given.push(sentinel);
    return Promise.resolve(sentinel);
  });
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { wakeLock: { request } });
});
afterEach(() => vi.unstubAllGlobals());

it('is taken again when the tab is seen again', async () => {
  const heard: boolean[] = [];
  holdWakeLock((held) => heard.push(held));
  await settled();
  page.show('hidden');
  given[0]!.dispatchEvent(new Event('release')); // the browser takes it back
  await settled();
  page.show('visible');
  await settled();
  expect(heard).toEqual([true, false, true]);
  expect(given).toHaveLength(2);
});

it('is let go once, also when the answer comes after the end', async () => {
  const heard: boolean[] = [];
  const hold = holdWakeLock((held) => heard.push(held));
  hold.release();
  hold.release();
  await settled();
  expect(given[0]!.release).toHaveBeenCalledOnce();
  expect(heard).toEqual([false]);
  page.show('visible');
  await settled();
  expect(request).toHaveBeenCalledOnce();
});

it('says that it is not held where the browser refuses', async () => {
  request.mockRejectedValue(new DOMException('battery', 'NotAllowedError'));
  const heard: boolean[] = [];
  holdWakeLock((held) => heard.push(held));
  await settled();
  expect(heard).toEqual([false]);
});

it('is quiet where there is no such thing', async () => {
  vi.stubGlobal('navigator', {});
  const onChange = vi.fn();
  holdWakeLock(onChange);
  await settled();
  expect(onChange).not.toHaveBeenCalled();
});
