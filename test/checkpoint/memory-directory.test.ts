// Without a private file system the same store works in memory:
// it saves, finds, exports, deletes and passes its built-in test.
import { describe, expect, it } from 'vitest';
import { memoryDirectory } from '../../src/checkpoint/memory-directory.ts';
import { Store } from '../../src/checkpoint/store.ts';
import { readTensors } from '../../src/formats/safetensors-file.ts';
import { randomWord, STREAMS } from '../../src/random.ts';
import { expectContent, listed, requestAt, RUN, STARTED, tensorsAt, value } from './a-run.ts';

const MIB = 1024 * 1024;

const word = (turn: number, index: number) => randomWord(7, turn, STREAMS.order, index);

async function storeInMemory(floats?: number) {
  const directory = memoryDirectory();
  const store = new Store(directory, null);
  const report = value(await store.open());
  value(await store.createRun(RUN, STARTED, requestAt(1, { floats }).capacityBytes));
  return { directory, store, report };
}

describe('a store in memory', () => {
  it('keeps checkpoints as long as it lives, and promises no more', async () => {
    const { directory, store, report } = await storeInMemory();
    expect(report).toMatchObject({ persisted: false, evicted: false, quotaBytes: null });
    for (const step of [1, 2, 3, 4]) value(await store.save(requestAt(step)));
    expect(await listed(store)).toEqual([4, 3, 2]);

    store.close();
    const again = new Store(directory, null);
    value(await again.open());
    expectContent((await again.recover([])).loaded, 4);
    expect(value(await again.selfTest()).steps).toHaveLength(7);
    expect(await listed(again)).toEqual([4, 3, 2]);
  });

  it('exports a whole file, whatever of its pieces the numbers span', async () => {
    const floats = 1_060_000;
    const { store } = await storeInMemory(floats);
    value(await store.save(requestAt(5, { floats })));
    const file = value(await store.exportFile({ runId: RUN, generation: 1 }));
    expect(file.name).toBe('unet_step_5.safetensors');
    const [weights, ...rest] = (await readTensors(file)).tensors;
    const [expected, ...others] = tensorsAt(5, floats);
    const same = Buffer.from(weights?.data.buffer ?? new ArrayBuffer(0)).equals(
      Buffer.from(expected?.data.buffer ?? new ArrayBuffer(1)),
    );
    expect(same).toBe(true);
    expect(rest).toEqual(others);
  });

  it('deletes: the run goes with its last checkpoint, its memory with it', async () => {
    const { directory, store } = await storeInMemory();
    for (const step of [1, 2]) value(await store.save(requestAt(step)));
    value(await store.writeNote(RUN, { closed: true }));
    for (const generation of [1, 2]) value(await store.remove({ runId: RUN, generation }));
    expect(value(await store.open())).toMatchObject({ runs: [], usedBytes: 0 });
    expect(await directory.runIds()).toEqual([]);
  });
});

describe('a file in memory', () => {
  it('holds what a plain array holds, over any writes and cuts', async () => {
    const handle = await memoryDirectory().openFile('run', 'file', true);
    let plain = new Uint8Array(0);
    const resize = (size: number) => {
      const longer = new Uint8Array(size);
      longer.set(plain.subarray(0, size));
      plain = longer;
    };
    for (let turn = 0; turn < 60; turn++) {
      const at = word(turn, 0) % (2 * MIB);
      if (turn % 6 === 5) {
        handle.truncate(at >> 1);
        resize(at >> 1);
        // Beyond the cut the file now reads as zeros, not as the bytes before the cut.
        handle.truncate(at);
        resize(at);
      } else {
        const bytes = new Uint8Array(word(turn, 1) % (2 * MIB)).fill(turn + 1);
        expect(handle.write(bytes, { at })).toBe(bytes.length);
        if (at + bytes.length > plain.length) resize(at + bytes.length);
        plain.set(bytes, at);
      }
      expect(handle.getSize()).toBe(plain.length);
      const read = new Uint8Array(plain.length + 10);
      expect(handle.read(read, { at: 0 })).toBe(plain.length);
      expect(Buffer.from(read.subarray(0, plain.length)).equals(plain)).toBe(true);
    }
  });
});
