// What the page says about its storage, for each answer that browsers give.
import { expect, it, vi } from 'vitest';
import { askToPersist, checkStorage, whyTemporary } from '../../src/app/storage.ts';

it('does not ask again for what was granted', async () => {
  const persist = vi.fn(() => Promise.resolve(false));
  const granted = { persisted: () => Promise.resolve(true), persist };
  expect(await askToPersist(granted)).toBe(true);
  expect(persist).not.toHaveBeenCalled();
});

it('gives the answer of the browser, and no where it cannot be asked', async () => {
  const refused = { persisted: () => Promise.resolve(false), persist: () => Promise.resolve(false) };
  expect(await askToPersist(refused)).toBe(false);
  expect(await askToPersist({})).toBe(false);
});

it('finds a file system where there is one', async () => {
  const there = { getDirectory: () => Promise.resolve({}) };
  expect(await checkStorage(there)).toEqual({ opfs: true, why: null });
});

it('names the cause and the way out in a private window', async () => {
  const refuse = (): Promise<never> => Promise.reject(new DOMException('Security error', 'SecurityError'));
  const { opfs, why } = await checkStorage({ getDirectory: refuse });
  expect(opfs).toBe(false);
  expect(why).toMatchObject({ kind: 'storage', got: 'SecurityError: Security error' });
  expect(why?.todo.join(' ')).toContain('Export checkpoint');
  expect((await checkStorage({})).opfs).toBe(false);
});

const GIB = 2 ** 30;
/** A window that offers so much beside what is used. */
const offering = (free: number | undefined, persisted = false) => ({
  estimate: () => Promise.resolve({ ...(free === undefined ? {} : { quota: free + GIB }), usage: GIB }),
  persisted: () => Promise.resolve(persisted),
});

it('warns of a window that offers as little as memory has, and promises nothing', async () => {
  const fault = await whyTemporary(offering(1.2 * GIB));
  expect(fault).toMatchObject({ kind: 'storage', got: '1.2 GiB, and no promise' });
  expect(fault?.todo.join(' ')).toContain('Export checkpoint');
});

it('does not warn where the storage is kept, is large, or nobody tells', async () => {
  expect(await whyTemporary(offering(1.2 * GIB, true))).toBeNull();
  expect(await whyTemporary(offering(10 * GIB))).toBeNull(); // Chromium's answer in any normal window
  expect(await whyTemporary(offering(undefined))).toBeNull();
  expect(await whyTemporary({})).toBeNull();
});
