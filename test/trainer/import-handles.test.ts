// Claims: what an import was given is known again with its stopped import, and kept no longer than that; a
// browser that cannot keep it has stopped imports all the same. On the disk in memory.
import 'fake-indexeddb/auto';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { recall } from '../../src/checkpoint/index-db.ts';
import { removeStopped, useStopped } from '../../src/data/stopped-imports.ts';
import { ImportHandles, stoppedImports } from '../../src/trainer/import-handles.ts';
import { draftOf, pushMade } from '../data/made-set.ts';
import { storeOn } from '../data/memory-storage.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';

let handles: ImportHandles;
beforeEach(() => {
  storeOn(new MemoryDisk());
  handles = new ImportHandles();
});
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
  await handles.begin('files', [handle('garden')]);
  await handles.begin('others', [handle('elsewhere')]);
  expect(await stoppedImports()).toEqual([]);
  await handles.begin('files', [handle('garden')]);
  await killed();
  expect(await stoppedImports()).toMatchObject([
    { title: 'Garden', fingerprint: 'files', handles: [{ kind: 'directory', name: 'garden' }] },
  ]);
});

it('stays where the same files come without it, and goes with its import', async () => {
  await handles.begin('files', [handle('garden')]);
  const folder = await killed();
  await handles.begin('files', []);
  await handles.begin('others', [handle('elsewhere')]);
  expect(await kept()).toEqual(['files', 'others']);
  await removeStopped(folder);
  await handles.begin('later', []);
  expect(await kept()).toEqual([]);
});

it('goes once its import has ended, and stays with one that was stopped or is under way', async () => {
  await handles.begin('files', [handle('garden')]);
  await handles.prune();
  expect(await kept()).toEqual(['files']);
  await handles.end();
  expect(await kept()).toEqual([]);
  await handles.begin('files', [handle('garden')]);
  const folder = await killed();
  await handles.end();
  expect(await kept()).toEqual(['files']);
  // As after a reload.
  await new ImportHandles().prune();
  expect(await kept()).toEqual(['files']);
  await useStopped(folder);
  await handles.prune();
  expect(await kept()).toEqual([]);
});

it('that cannot be kept is no fault: the files are asked for', async () => {
  await killed();
  const uncloneable = Object.assign(handle('garden'), { values: () => [] });
  await handles.begin('files', [uncloneable]);
  expect(await stoppedImports()).toMatchObject([{ title: 'Garden', handles: [] }]);
});
