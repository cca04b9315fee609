// Names of stored runs: as noted, else after pictures and day; never two alike, whatever a note or a file
// says.
import { beforeEach, expect, it } from 'vitest';
import type { Store } from '../../src/checkpoint/store.ts';
import { LONGEST_NAME } from '../../src/settings/run-name.ts';
import type { FileFacts } from '../../src/trainer/checkpoint-file.ts';
import { listRuns, nameOfFork, nameRun } from '../../src/trainer/run-names.ts';
import { openStore, requestAt, STARTED, value } from '../checkpoint/a-run.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';

const DAY = new Date(STARTED).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
let store: Store;

beforeEach(async () => {
  store = await openStore(new MemoryDisk());
});

/** A run whose note has no name, as earlier versions made them, with one checkpoint. */
async function earlierRun(runId: string, dataset: string | null): Promise<void> {
  value(await store.createRun(runId, STARTED, 8192));
  const request = requestAt(1, { runId });
  const metadata = { ...request.metadata, ...(dataset === null ? {} : { dataset }) };
  value(await store.save({ ...request, metadata }));
}

const names = async (): Promise<string[]> => (await listRuns(store)).map(({ name }) => name);

it('a run of an earlier version is called after its pictures and its day, the newest first', async () => {
  await earlierRun('run-a', JSON.stringify({ title: 'Planets' }));
  await earlierRun('run-b', JSON.stringify({ title: 'Planets' }));
  await earlierRun('run-c', '{"title": 7}');
  await earlierRun('run-d', 'no JSON');
  await earlierRun('run-e', null);
  expect(await names()).toEqual([
    ...[`Run, ${DAY}`, `Run, ${DAY} (2)`, `Run, ${DAY} (3)`],
    ...[`Planets, ${DAY}`, `Planets, ${DAY} (2)`],
  ]);
});

it('a given name is cleaned, numbered where it is taken, kept over a restart, and given up by an empty one', async () => {
  const disk = new MemoryDisk();
  store = await openStore(disk);
  await earlierRun('run-a', JSON.stringify({ title: 'Planets' }));
  await earlierRun('run-b', JSON.stringify({ title: 'Planets' }));
  await nameRun(store, 'run-a', '  rings\u202e \n');
  await nameRun(store, 'run-b', 'rings');
  store = await openStore(disk.restarted('none'));
  expect(await names()).toEqual(['rings (2)', 'rings']);
  await nameRun(store, 'run-b', 'rings (2)');
  expect(await names()).toEqual(['rings (2)', 'rings']);
  await nameRun(store, 'run-b', ' \u200b ');
  expect(await names()).toEqual([`Planets, ${DAY}`, 'rings']);
  await expect(nameRun(store, 'run-c', 'x')).rejects.toThrow('no longer');
});

it('a note that says anything is listed as a name may be', async () => {
  await earlierRun('run-a', null);
  value(await store.writeNote('run-a', { name: `\u0000\u202e${'y'.repeat(30_000)}` }));
  expect(await names()).toEqual(['y'.repeat(LONGEST_NAME)]);
});

it('a fork is called after the run that is here, an import after its file', async () => {
  await earlierRun('run-0123abcd', JSON.stringify({ title: 'Planets' }));
  await nameRun(store, 'run-0123abcd', 'rings');
  const facts = { runId: 'run-0123abcd', name: 'unet_step_1', dataset: { title: 'Garden' } } as FileFacts;
  expect(await nameOfFork(store, facts, STARTED)).toBe('rings, from unet_step_1');
  const elsewhere = { ...facts, runId: 'run-99999999' };
  expect(await nameOfFork(store, elsewhere, STARTED)).toBe(`Garden, ${DAY}, from unet_step_1`);
  const foreign = { ...facts, runId: 'my\u202emodel', name: 'unet_step_0' };
  expect(await nameOfFork(store, foreign, STARTED)).toBe(`Garden, ${DAY}, from mymodel`);
});
