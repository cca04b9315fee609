// A store over a disk in memory, and a run to save in the store: shared by the tests of this folder.
import { expect } from 'vitest';
import type {
  CheckpointRecord,
  FileTensor,
  LoadedCheckpoint,
  SaveRequest,
} from '../../src/checkpoint/api.ts';
import type { StoreIndex } from '../../src/checkpoint/store-index.ts';
import { Store } from '../../src/checkpoint/store.ts';
import type { Fault, Result } from '../../src/fault.ts';
import { MemoryDisk } from './memory-disk.ts';

export const RUN = 'run-a';
export const STARTED = '2024-05-01T10:00:00.000Z';

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}

export function faultIn(result: Result<unknown>): Fault {
  if (result.ok) throw new Error('it went well');
  return result.fault;
}

const weightsMade = new Map<string, Float32Array<ArrayBuffer>>();

/**
 * Numbers that differ by step and place. Made once: the crash table asks for the same ones a thousand times.
 */
function weightsAt(step: number, floats: number): Float32Array<ArrayBuffer> {
  const key = `${step} ${floats}`;
  const made = weightsMade.get(key) ?? new Float32Array(floats).map((_, i) => (i % 977) * step - 100);
  weightsMade.set(key, made);
  return made.slice();
}

export function tensorsAt(step: number, floats: number): FileTensor[] {
  const weights = weightsAt(step, floats);
  const losses = Float32Array.from({ length: step }, (_, i) => 1 / (i + 1));
  return [
    { name: 'unet.conv_in.weight', shape: [floats], data: weights },
    { name: 'optimizer.exp_avg_sq.conv_in.weight', shape: [2, 2], data: Float32Array.of(0, 1, 2, step) },
    { name: 'history.batch_losses', shape: [step], data: losses },
    { name: 'history.epoch_losses', shape: [0], data: new Float32Array(0) },
    { name: 'history.batch_losses_by_quartile', shape: [1, 4], data: Float32Array.of(1, NaN, 2, NaN) },
  ];
}

export interface SaveOptions {
  runId?: string;
  name?: string;
  floats?: number;
  keepNewest?: number;
  autosave?: boolean;
  capacityBytes?: number;
}

export const FEW = 1000;

export function requestAt(step: number, options: SaveOptions = {}): SaveRequest {
  const { runId = RUN, name = `unet_step_${step}`, floats = FEW, keepNewest = 3 } = options;
  return {
    runId,
    name,
    globalStep: step,
    epoch: 0,
    created: STARTED,
    meanLoss: 0.5,
    autosave: options.autosave ?? false,
    tensors: tensorsAt(step, floats),
    metadata: { name, global_step: String(step) },
    keepNewest,
    spreadEvery: null,
    capacityBytes: options.capacityBytes ?? 4 * floats + 8192,
  };
}

export async function openStore(disk: MemoryDisk, index: StoreIndex | null = null): Promise<Store> {
  const store = new Store(disk.directory(), index);
  value(await store.open());
  return store;
}

/** A store with one run and these steps saved. */
export async function storeWith(
  steps: number[],
  options: SaveOptions = {},
): Promise<{ disk: MemoryDisk; store: Store }> {
  const disk = new MemoryDisk();
  const store = await openStore(disk);
  const { runId = RUN } = options;
  value(await store.createRun(runId, STARTED, requestAt(1, options).capacityBytes));
  for (const step of steps) value(await store.save(requestAt(step, options)));
  return { disk, store };
}

/** Steps that the store lists, newest first. */
export async function listed(store: Store): Promise<number[]> {
  const { runs } = await store.report();
  return runs
    .flatMap(({ slots }) => slots.flatMap(({ record }) => record ?? []))
    .sort((a, b) => b.generation - a.generation)
    .map(({ globalStep }) => globalStep);
}

/** Claims that `loaded` is the checkpoint of `step`, bit for bit. */
export function expectContent(loaded: LoadedCheckpoint | null, step: number, floats = FEW): void {
  expect(loaded?.record.globalStep).toBe(step);
  const written = tensorsAt(step, floats);
  const read = loaded?.tensors ?? [];
  expect(read.map(({ name, shape }) => ({ name, shape }))).toEqual(
    written.map(({ name, shape }) => ({ name, shape })),
  );
  for (const [i, { name, data }] of read.entries()) {
    const same = Buffer.from(data.buffer).equals(Buffer.from(written[i]?.data.buffer ?? new ArrayBuffer(0)));
    expect(same, name).toBe(true);
  }
  expect(loaded?.metadata['global_step']).toBe(String(step));
}

/** The record of the newest checkpoint. */
export async function newest(store: Store): Promise<CheckpointRecord> {
  const { runs } = await store.report();
  const records = runs.flatMap(({ slots }) => slots.flatMap(({ record }) => record ?? []));
  const record = records.sort((a, b) => b.generation - a.generation)[0];
  if (!record) throw new Error('no checkpoint');
  return record;
}

export const slotPath = (slot: number, runId = RUN): string => `runs/${runId}/slot-${slot}`;
