// Storage that never answers: whoever waits is told what hangs since when, nobody waits for it, and the
// worker is ended and followed by another. With the store over a disk in memory behind a message port, and
// seconds that the tests count. Not here: real workers (opfs.gpu.test.ts), what the page says of it
// (saver.test.ts).
import { expose } from 'comlink';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StorageCall } from '../../src/checkpoint/api.ts';
import { StoreClient } from '../../src/checkpoint/store-client.ts';
import type { StoreDirectory } from '../../src/checkpoint/store-directory.ts';
import { Store } from '../../src/checkpoint/store.ts';
import { watchedDirectory, watchedProbe } from '../../src/checkpoint/watched-storage.ts';
import { expectContent, faultIn, requestAt, RUN, STARTED, value } from './a-run.ts';
import { MemoryDisk } from './memory-disk.ts';

const CAPACITY = requestAt(1).capacityBytes;
const PATIENT = { timeout: 60_000 };

/** What a storage call waits for; null: it does not wait. */
let gate: { begun: () => void; open: Promise<void> } | null;
let disk: MemoryDisk;
let workers: (MessagePort & { terminate: () => void; ended: boolean })[];
let client: StoreClient;

/** Opening a file waits while there is a gate. */
function gated(directory: StoreDirectory): StoreDirectory {
  return {
    ...directory,
    async openFile(...of) {
      gate?.begun();
      await gate?.open;
      return directory.openFile(...of);
    },
  };
}

function startWorker() {
  // What a worker that was ended held is free.
  if (workers.length > 0) disk = disk.restarted('all');
  const { port1, port2 } = new MessageChannel();
  const tell = (call: StorageCall): void => port2.postMessage(call);
  expose(new Store(watchedDirectory(gated(disk.directory()), tell), null), port2);
  const worker = Object.assign(port1, {
    ended: false,
    terminate() {
      worker.ended = true;
      port1.close();
      port2.close();
    },
  });
  workers.push(worker);
  return worker;
}

/** Makes the next opening of a file hang. `let`: lets it come back. `begun`: it has begun. */
function hang() {
  let letGo = (): void => undefined;
  let begin = (): void => undefined;
  const open = new Promise<void>((resolve) => (letGo = resolve));
  const begun = new Promise<void>((resolve) => (begin = resolve));
  gate = { begun: begin, open };
  return { letGo, begun };
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  [gate, disk, workers] = [null, new MemoryDisk(), []];
  client = new StoreClient(startWorker);
  value(await client.open());
  value(await client.createRun(RUN, STARTED, CAPACITY));
  value(await client.save(requestAt(1)));
});
afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

/** A save that hangs, as far as the client has heard. */
async function hangingSave() {
  const { letGo, begun } = hang();
  const saving = client.save(requestAt(2));
  await begun;
  // It was posted before this answer.
  await client.report();
  return { letGo, saving };
}

describe('a storage call that never returns', () => {
  it('is told after 15 s, with what hangs since when; until then nothing is', async () => {
    const { saving } = await hangingSave();
    vi.advanceTimersByTime(14_000);
    await client.report();
    vi.advanceTimersByTime(1000);
    const fault = faultIn(await saving);
    expect(fault).toMatchObject({ kind: 'storage', title: 'The storage does not answer' });
    expect(fault.what).toMatch(/^Opening slot-2 of run-a has not come back since \d\d:\d\d:\d\d\./);
  });

  it('is waited for by no other call: a pause can be noted, or is refused at once', async () => {
    const { saving } = await hangingSave();
    const noting = client.writeNote(RUN, { paused: true });
    vi.advanceTimersByTime(15_000);
    for (const answer of [saving, noting, client.save(requestAt(3)), client.writeNote(RUN, {})])
      expect(faultIn(await answer).title).toBe('The storage does not answer');
    await expect(client.report()).rejects.toThrow('does not answer');
    expect(workers).toHaveLength(1);
  });

  it('that comes back after all: calls go on, with the same worker', async () => {
    const { letGo, saving } = await hangingSave();
    vi.advanceTimersByTime(15_000);
    faultIn(await saving);
    gate = null;
    letGo();
    await vi.waitFor(() => client.report(), PATIENT);
    value(await client.save(requestAt(3)));
    expect(workers.map(({ ended }) => ended)).toEqual([false]);
    expectContent((await client.recover([])).loaded, 3);
  });

  it('ends the worker after a minute; the next call opens the store with another', async () => {
    const { saving } = await hangingSave();
    vi.advanceTimersByTime(60_000);
    faultIn(await saving);
    expect(workers.map(({ ended }) => ended)).toEqual([true]);
    gate = null;
    value(await client.save(requestAt(3)));
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    expectContent((await client.recover([])).loaded, 3);
  });

  it('also in the opening: no call waits for ever, and the next one tries again', async () => {
    await hangingSave().then(({ saving }) => {
      vi.advanceTimersByTime(60_000);
      return saving;
    });
    const { begun } = hang();
    const saving = client.save(requestAt(3));
    await begun;
    // Nothing is answered before the store is open: the first call of a port is heard in its turn.
    await vi.waitFor(async () => {
      vi.advanceTimersByTime(1000);
      expect(await Promise.race([saving, Promise.resolve(null)])).not.toBeNull();
    }, PATIENT);
    expect(faultIn(await saving).what).toContain('Opening');
    vi.advanceTimersByTime(60_000);
    gate = null;
    value(await client.save(requestAt(3)));
    expect(workers).toHaveLength(3);
  });
});

it('a worker that crashed is followed by another, which knows how many slots are wanted', async () => {
  value(await client.growPool(RUN, 5, CAPACITY));
  workers[0]?.dispatchEvent(new Event('error'));
  const { runs } = await client.report();
  expect(runs[0]?.slots.map(({ state }) => state)).toEqual(['valid', 'empty', 'empty']);
  expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
});

it('a client that was stopped starts no worker', async () => {
  client.stop();
  await expect(client.report()).rejects.toThrow('stopped');
  expect(faultIn(await client.save(requestAt(2))).title).toBe('The checkpoint store stopped');
  expect(workers).toHaveLength(1);
});

it('a flush may take as long as a slow disk needs for what was written', async () => {
  const told: StorageCall[] = [];
  const nothing = () => 0;
  const file = { read: nothing, getSize: nothing, truncate: nothing, flush: nothing, close: nothing };
  const openFile = () => Promise.resolve({ ...file, write: (bytes: Uint8Array) => bytes.length });
  const tell = (call: StorageCall): void => void told.push(call);
  const directory = watchedDirectory({ ...disk.directory(), openFile }, tell);
  const handle = await directory.openFile(RUN, 'slot-1', true);
  handle.write(new Uint8Array(100e6), { at: 0 });
  handle.flush();
  handle.flush();
  const flushes = told.filter(({ what }) => what === 'Writing slot-1 of run-a to the disk');
  expect(flushes.map(({ allowedMs }) => allowedMs)).toEqual([25_000, 15_000]);
  // Every call that began has come back.
  const begun = told.filter(({ what }) => what !== null).map(({ storageCall }) => storageCall);
  const ended = told.filter(({ what }) => what === null).map(({ storageCall }) => storageCall);
  expect(ended).toEqual(begun);
});

it('the search for a private file system is told as well: a worker that follows another may hang in it', async () => {
  const told: StorageCall[] = [];
  let find = (_isThere: boolean): void => undefined;
  const probe = () => new Promise<boolean>((resolve) => (find = resolve));
  const probing = watchedProbe(probe, (call) => void told.push(call));
  expect(told).toMatchObject([{ what: 'Finding the storage', allowedMs: 15_000 }]);
  find(true);
  expect(await probing).toBe(true);
  expect(told[1]).toMatchObject({ storageCall: told[0]?.storageCall, what: null });
});

it('a worker whose flush of a large checkpoint hangs is ended before the last try of its save', async () => {
  const told: StorageCall = {
    storageCall: 10_000,
    what: 'Writing slot-1 of run-a to the disk',
    allowedMs: 175_000,
  };
  const [worker] = workers;
  worker?.dispatchEvent(new MessageEvent('message', { data: told }));
  vi.advanceTimersByTime(175_000);
  await expect(client.report()).rejects.toThrow('does not answer');
  expect(worker?.ended).toBe(false);
  vi.advanceTimersByTime(150_000);
  expect(worker?.ended).toBe(true);
  value(await client.save(requestAt(2)));
});
