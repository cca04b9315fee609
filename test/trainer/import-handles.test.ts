// Claims: what an import was given is known again with its stopped import, and kept no longer than that; a
// browser that cannot keep it has stopped imports all the same. On the disk in memory.
import 'fake-indexeddb/auto';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { recall } from '../../src/checkpoint/index-db.ts';
import { removeStopped } from '../../src/data/stopped-imports.ts';
import { keepHandles, stoppedImports } from '../../src/trainer/import-handles.ts';
import { draftOf, pushMade } from '../data/made-set.ts';
import { storeOn } from '../data/memory-storage.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';

beforeEach(() => storeOn(new MemoryDisk()));
afterAll(() => vi.unstubAllGlobals());

const handle = (name: string): FileSystemHandle => ({ kind: 'directory', name }) as FileSystemHandle;

/** An import whose tab was killed; its files have the fingerprint `files`. */
async function killed(): Promise<string> {
  const draft = await draftOf('Garden', null);
  await pushMade(draft, 1);
  draft.write();
  draft.stop();
  return draft.folder.name;
}

const kept = async () =>
  ((await recall('import-handles')) as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint);

it('is told with the stopped import of the same files', async () => {
  await keepHandles('files', [handle('garden')]);
  await keepHandles('others', [handle('elsewhere')]);
  expect(await stoppedImports()).toEqual([]);
  await keepHandles('files', [handle('garden')]);
  await killed();
  expect(await stoppedImports()).toMatchObject([
    { title: 'Garden', fingerprint: 'files', handles: [{ kind: 'directory', name: 'garden' }] },
  ]);
});

it('stays where the same files come without it, and goes with its import', async () => {
  await keepHandles('files', [handle('garden')]);
  const folder = await killed();
  await keepHandles('files', []);
  await keepHandles('others', [handle('elsewhere')]);
  expect(await kept()).toEqual(['files', 'others']);
  await removeStopped(folder);
  await keepHandles('later', []);
  expect(await kept()).toEqual([]);
});

it('that cannot be kept is no fault: the files are asked for', async () => {
  await killed();
  const uncloneable = Object.assign(handle('garden'), { values: () => [] });
  await keepHandles('files', [uncloneable]);
  expect(await stoppedImports()).toMatchObject([{ title: 'Garden', handles: [] }]);
});
