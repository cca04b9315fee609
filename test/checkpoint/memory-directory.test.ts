// Where there is no private file system the same store works in memory: saves, finds, passes its own test.
import { expect, it } from 'vitest';
import { memoryDirectory } from '../../src/checkpoint/memory-directory.ts';
import { Store } from '../../src/checkpoint/store.ts';
import { expectContent, listed, requestAt, RUN, STARTED, value } from './a-run.ts';

it('keeps checkpoints as long as it lives', async () => {
  const directory = memoryDirectory();
  const store = new Store(directory, null);
  expect(value(await store.open()).persisted).toBe(false);
  value(await store.createRun(RUN, STARTED, requestAt(1).capacityBytes));
  for (const step of [1, 2, 3, 4]) value(await store.save(requestAt(step)));
  expect(await listed(store)).toEqual([4, 3, 2]);

  store.close();
  const again = new Store(directory, null);
  value(await again.open());
  expectContent((await again.recover([])).loaded, 4);
  expect(value(await again.selfTest()).steps).toHaveLength(7);
  expect(await listed(again)).toEqual([4, 3, 2]);
});
