// The built-in test of the checkpoint system, which the user runs on the machine at hand: writes two
// checkpoints, reads them back, finds the newest as after a reload, notices a damaged one, cleans up. In a
// directory of its own, through the real store. Not here: the store (store.ts).
import { FaultError, type Result } from '../fault.ts';
import type { FileTensor, SelfTestReport, StoreApi } from './api.ts';
import { PAYLOAD_OFFSET, slotBytes } from './slot.ts';
import { flush, readExactly, writeExactly } from './slot-file.ts';
import type { StoreDirectory } from './store-directory.ts';

const RUN = 'self-test';
/** Fills three chunks, the last one in part. */
const FLOATS = 2_300_000;
const CAPACITY_BYTES = 4 * FLOATS + 4096;

type TestedStore = StoreApi & { close(): void };

/** Numbers that differ from their neighbours and between the two checkpoints. */
function testTensors(step: number): FileTensor[] {
  const data = new Float32Array(FLOATS);
  for (let i = 0; i < FLOATS; i++) data[i] = i * step;
  return [{ name: 'unet.self_test', shape: [FLOATS], data }];
}

function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new FaultError(result.fault);
}

function must(holds: boolean, expected: string, got: string): void {
  if (holds) return;
  throw new FaultError({
    kind: 'storage',
    title: 'The checkpoint system failed its test',
    what: 'Your own checkpoints were not touched.',
    expected,
    got,
    todo: ['Restart the browser and run the test again.', 'Export your checkpoints while it fails.'],
  });
}

async function save(store: StoreApi, step: number): Promise<number> {
  const report = await store.save({
    runId: RUN,
    name: `unet_step_${step}`,
    globalStep: step,
    epoch: 0,
    created: new Date().toISOString(),
    meanLoss: null,
    autosave: false,
    tensors: testTensors(step),
    metadata: { name: `unet_step_${step}` },
    keepNewest: 2,
    spreadEvery: null,
    capacityBytes: CAPACITY_BYTES,
  });
  return value(report).record.slot;
}

async function mustRecover(store: StoreApi, step: number): Promise<string> {
  const { loaded, passedOver } = await store.recover([]);
  const found = loaded?.record.name ?? 'nothing';
  must(found === `unet_step_${step}`, `unet_step_${step} as the newest`, found);
  const [read] = loaded?.tensors ?? [];
  const [written] = testTensors(step);
  const same = read && written && read.data.every((float, i) => float === written.data[i]);
  must(same === true, 'the numbers that were written', 'different numbers');
  return passedOver[0]?.why ?? 'nothing noticed';
}

async function corrupt(directory: StoreDirectory, slot: number): Promise<void> {
  const handle = await directory.openFile(RUN, `slot-${slot}`, false);
  try {
    const at = PAYLOAD_OFFSET + 2 * FLOATS;
    const byte = new Uint8Array(1);
    readExactly(handle, at, byte);
    writeExactly(
      handle,
      at,
      byte.map((bits) => bits ^ 1),
    );
    flush(handle);
  } finally {
    handle.close();
  }
}

/**
 * Runs every step and times it. `newStore` makes an unopened store over `directory`; `remove` deletes the
 * directory. Throws FaultError kind `storage` at the first step that fails.
 */
export async function runSelfTest(
  { directory, remove }: { directory: StoreDirectory; remove: () => Promise<void> },
  newStore: () => TestedStore,
): Promise<SelfTestReport> {
  const steps: SelfTestReport['steps'] = [];
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    steps.push({ name, ms: performance.now() - started });
    return result;
  };
  let store = newStore();
  const reopen = async () => {
    store.close();
    store = newStore();
    value(await store.open());
  };
  try {
    await timed('Reserve two slots', async () => {
      value(await store.open());
      value(await store.createRun(RUN, new Date().toISOString(), CAPACITY_BYTES));
      value(await store.growPool(RUN, 2, CAPACITY_BYTES));
    });
    await timed('Write a checkpoint', () => save(store, 1));
    const newest = await timed('Write a newer one', () => save(store, 2));
    await timed('Read back the newest', () => mustRecover(store, 2));
    await timed('Find the newest after reopening', async () => {
      await reopen();
      await mustRecover(store, 2);
    });
    await timed('Notice a damaged one and go back to the older', async () => {
      store.close();
      await corrupt(directory, newest);
      await reopen();
      const why = await mustRecover(store, 1);
      must(why.includes('has changed'), 'the damage told', why);
    });
  } finally {
    store.close();
    await timed('Clean up', remove);
  }
  return { steps, sizeBytes: slotBytes(CAPACITY_BYTES) };
}
