// The store in a real browser: its own worker, the private file system, IndexedDB. The tests in memory claim
// the logic, this one the handles; it also measures saves of the presets' sizes.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileTensor, SaveRequest } from '../../src/checkpoint/api.ts';
import { listCheckpoints } from '../../src/checkpoint/index-db.ts';
import { startStore, StoreClient } from '../../src/checkpoint/store-client.ts';
import { readTensors } from '../../src/formats/safetensors-file.ts';
import type { Result } from '../../src/fault.ts';

const RUN = 'run-browser';
const MIB = 1024 * 1024;

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}

const tensorsAt = (step: number, floats: number): FileTensor[] => {
  const data = new Float32Array(floats);
  for (let i = 0; i < floats; i++) data[i] = (i % 1013) * step;
  return [{ name: 'unet.conv_in.weight', shape: [floats], data }];
};

const requestAt = (step: number, floats = 5000): SaveRequest => ({
  runId: RUN,
  name: `unet_step_${step}`,
  globalStep: step,
  epoch: 0,
  created: new Date().toISOString(),
  meanLoss: 0.25,
  autosave: false,
  tensors: tensorsAt(step, floats),
  metadata: { format: 'perennial-checkpoint', global_step: String(step) },
  keepNewest: 3,
  spreadEvery: null,
  capacityBytes: 4 * floats + 4096,
});

async function clear(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
}

async function filesOf(folder: string): Promise<string[]> {
  const root = await navigator.storage.getDirectory();
  const names: string[] = [];
  const walk = async (directory: FileSystemDirectoryHandle, path: string): Promise<void> => {
    for await (const [name, handle] of directory.entries()) {
      if (handle.kind === 'directory') await walk(handle, `${path}${name}/`);
      else names.push(path + name);
    }
  };
  await walk(await root.getDirectoryHandle(folder), '');
  return names.sort();
}

let stores: StoreClient[] = [];
const start = (): StoreClient => {
  const store = startStore();
  stores.push(store);
  return store;
};

beforeEach(clear);
afterEach(async () => {
  for (const store of stores) store.stop();
  stores = [];
  // A stopped worker's handles are released a moment later.
  await expect
    .poll(() =>
      clear().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
});

describe('the store in a browser', () => {
  it('creates, saves, survives its worker, recovers, exports, removes', async () => {
    const first = start();
    expect(value(await first.open()).runs).toEqual([]);
    value(await first.createRun(RUN, new Date().toISOString(), requestAt(1).capacityBytes));
    expect(value(await first.growPool(RUN, 3, requestAt(1).capacityBytes))).toBe(2);
    for (const step of [1, 2, 3]) {
      const request = requestAt(step);
      value(await first.save(request));
      // Transferred, not copied.
      expect(request.tensors[0]?.data.buffer.detached).toBe(true);
    }
    expect((await listCheckpoints()).map(({ globalStep }) => globalStep)).toEqual([3, 2, 1]);
    expect(await filesOf('runs')).toEqual(
      ['note', 'slot-1', 'slot-2', 'slot-3'].map((name) => `${RUN}/${name}`),
    );

    // As after a reload: the old worker is gone, the new one waits until the handles are free.
    first.stop();
    await expect(first.report()).rejects.toThrow('stopped');
    const second = start();
    const opened = value(await second.open());
    expect(opened.evicted).toBe(false);
    const { loaded } = await second.recover([]);
    expect(loaded?.record).toMatchObject({ name: 'unet_step_3', generation: 3, meanLoss: 0.25 });
    expect(loaded?.tensors).toEqual(tensorsAt(3, 5000));

    const file = value(await second.exportFile({ runId: RUN, generation: 2 }));
    expect(file.name).toBe('unet_step_2.safetensors');
    expect((await readTensors(file)).tensors).toEqual(tensorsAt(2, 5000));
    await second.endExport({ runId: RUN, generation: 2 });

    value(await second.writeNote(RUN, { closed: true }));
    for (const generation of [1, 2, 3]) value(await second.remove({ runId: RUN, generation }));
    expect(await filesOf('runs')).toEqual([]);
    expect(await listCheckpoints()).toEqual([]);
  });

  it('refuses a second tab kindly, and lets it in when the first is gone', async () => {
    const first = start();
    value(await first.open());
    value(await first.createRun(RUN, '', 1000));
    const second = start();
    const refused = await second.open();
    expect(refused).toMatchObject({ ok: false, fault: { kind: 'tab' } });
    first.stop();
    expect(value(await second.open()).runs.map(({ runId }) => runId)).toEqual([RUN]);
  });

  it('passes its own test, and leaves nothing of it', async () => {
    const store = start();
    value(await store.open());
    const { steps } = value(await store.selfTest());
    expect(steps).toHaveLength(7);
    await expect(filesOf('self-test')).rejects.toThrow();
  });

  it.each(['none', 'refused'])('lives in memory where the file system is: %s', async (name) => {
    const url = new URL('./without-files-worker.ts', import.meta.url);
    const store = new StoreClient(() => new Worker(url, { type: 'module', name }));
    stores.push(store);
    // Calls that come before the store is made are not lost.
    const answers = await Promise.all([
      store.open(),
      store.createRun(RUN, '', requestAt(1).capacityBytes),
      store.save(requestAt(1)),
    ]);
    expect(value(answers[0])).toMatchObject({ persisted: false, evicted: false });
    value(answers[2]);
    const ref = { runId: RUN, generation: 1 };
    const file = value(await store.exportFile(ref));
    expect((await readTensors(file)).tensors).toEqual(tensorsAt(1, 5000));
    await store.endExport(ref);
    expect((await store.recover([])).loaded?.tensors).toEqual(tensorsAt(1, 5000));
    value(await store.selfTest());
    // Nothing is on the disk, and the index lists nothing that the next start would not find.
    await expect(filesOf('runs')).rejects.toThrow();
    expect(await listCheckpoints()).toEqual([]);
    value(await store.remove(ref));
  });

  it.each([25, 99])('saves and loads %d MiB', async (mib) => {
    const store = start();
    value(await store.open());
    const floats = (mib * MIB) / 4;
    value(await store.createRun(RUN, '', 4 * floats + 4096));
    const growing = performance.now();
    value(await store.growPool(RUN, 2, 4 * floats + 4096));
    const grown = performance.now();
    const request = requestAt(1, floats);
    const asked = performance.now();
    const saved = value(await store.save(request));
    const answered = performance.now();
    const { loaded } = await store.recover([]);
    const read = performance.now();
    const [weights] = tensorsAt(1, floats);
    const [found] = loaded?.tensors ?? [];
    expect(found?.data).toHaveLength(floats);
    expect(found?.data.findIndex((float, i) => float !== weights?.data[i])).toBe(-1);
    const ms = (from: number, to: number) => Math.round(to - from);
    console.info(
      `${mib} MiB: slot pre-written in ${ms(growing, grown)} ms; saved in ${ms(asked, answered)} ms ` +
        `(write ${Math.round(saved.writeMs)}, flush ${Math.round(saved.flushMs)}, verify ${Math.round(saved.verifyMs)}); ` +
        `recovered in ${ms(answered, read)} ms`,
    );
  });
});
