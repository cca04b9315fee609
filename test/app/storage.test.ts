// What the page says about its storage, for each answer that browsers give.
import { expect, it, vi } from 'vitest';
import { askToPersist, checkStorage } from '../../src/app/storage.ts';

const storage = (parts: Partial<Record<keyof StorageManager, unknown>>): StorageManager =>
  parts as unknown as StorageManager;

it('does not ask again for what was granted', async () => {
  const persist = vi.fn(() => Promise.resolve(false));
  const granted = storage({ persisted: () => Promise.resolve(true), persist });
  expect(await askToPersist(granted)).toBe(true);
  expect(persist).not.toHaveBeenCalled();
});

it('gives the answer of the browser, and no where it cannot be asked', async () => {
  const refused = storage({ persisted: () => Promise.resolve(false), persist: () => Promise.resolve(false) });
  expect(await askToPersist(refused)).toBe(false);
  expect(await askToPersist(storage({}))).toBe(false);
});

it('finds a file system where there is one', async () => {
  const there = storage({ getDirectory: () => Promise.resolve({}) });
  expect(await checkStorage(there)).toEqual({ opfs: true, why: null });
});

it('names the cause and the way out in a private window', async () => {
  const refuse = (): Promise<never> => Promise.reject(new DOMException('Security error', 'SecurityError'));
  const { opfs, why } = await checkStorage(storage({ getDirectory: refuse }));
  expect(opfs).toBe(false);
  expect(why).toMatchObject({ kind: 'storage', got: 'SecurityError: Security error' });
  expect(why?.todo.join(' ')).toContain('Export checkpoint');
  expect((await checkStorage(storage({}))).opfs).toBe(false);
});
