// Whether the browser has room for what a run plans to reserve, asked before a byte is written and while its
// pool grows. Not here: the plan (settings/storage-plan.ts), the writing (checkpoint/).
import type { RunReport } from '../checkpoint/api.ts';
import { slotBytes } from '../checkpoint/slot.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import { type Fault, FaultError } from '../fault.ts';
import { capacityBytes, poolSlots } from '../settings/checkpoint-sizes.ts';
import type { RunConfig } from '../settings/settings.ts';
import {
  keptWithin,
  planFault,
  slotsWithin,
  type StorageOffer,
  type StoragePlan,
} from '../settings/storage-plan.ts';

/** What is asked of the store. */
type Reports = Pick<StoreClient, 'report'>;

const planOf = (config: RunConfig, imageCount: number): StoragePlan => ({
  ...{ config, imageCount },
  slotBytes: slotBytes(capacityBytes(config, imageCount)),
});

/** The browser counts pictures too; after a power cut its count can be too low, and the store's own holds. */
async function offerOf(ownBytes: number): Promise<StorageOffer> {
  const { navigator } = globalThis as { navigator?: { storage?: Partial<Pick<StorageManager, 'estimate'>> } };
  const estimate = (await navigator?.storage?.estimate?.()) ?? {};
  return { quotaBytes: estimate.quota ?? null, usedBytes: Math.max(estimate.usage ?? 0, ownBytes) };
}

/** Bytes that the store gives back when it makes a run: of runs without checkpoints, and of closed ones. */
const freedFirst = (runs: readonly RunReport[]): number =>
  runs
    .filter(({ note, slots }) => note.closed || slots.every(({ state }) => state === 'empty'))
    .flatMap(({ slots }) => slots)
    .reduce((sum, { state, capacityBytes: bytes }) => sum + (state === 'empty' ? bytes : 0), 0);

/** What the browser offers a new run. */
async function offerToNewRun(store: Reports): Promise<StorageOffer> {
  const { runs, usedBytes } = await store.report();
  const offer = await offerOf(usedBytes);
  return { ...offer, usedBytes: offer.usedBytes - freedFirst(runs) };
}

/** Why a new run of these settings must not begin; null: there is room. */
export async function whyNoRoom(
  store: Reports,
  config: RunConfig,
  imageCount: number,
): Promise<Fault | null> {
  return planFault(planOf(config, imageCount), await offerToNewRun(store));
}

/**
 * The settings of a checkpoint that becomes a run: fewer of the newest are kept where there is no room for
 * all. Throws FaultError kind `storage` where there is none for one.
 */
export async function withRoomFor(store: Reports, config: RunConfig, imageCount: number): Promise<RunConfig> {
  const [plan, offer] = [planOf(config, imageCount), await offerToNewRun(store)];
  const within = keptWithin(plan, offer);
  const fault = within ? null : planFault(plan, offer);
  if (fault) throw new FaultError(fault);
  return within ?? config;
}

/** A run and its settings. */
interface PlannedRun {
  runId: string;
  config: RunConfig;
  imageCount: number;
}

/** How many slots of a run's pool there is room for, of as many as it plans. */
export async function slotsThatFit(
  store: Reports,
  { runId, config, imageCount }: PlannedRun,
): Promise<number> {
  const { runs, usedBytes } = await store.report();
  const there = runs.find((run) => run.runId === runId)?.slots ?? [];
  const bytes = there.map((slot) => slot.capacityBytes);
  const pool = { slots: poolSlots(config, imageCount), slotBytes: planOf(config, imageCount).slotBytes };
  return slotsWithin(bytes, pool, await offerOf(usedBytes));
}

/** Whether what the pool of a run still lacks fits. */
export const poolFits = async (store: Reports, run: PlannedRun): Promise<boolean> =>
  (await slotsThatFit(store, run)) === poolSlots(run.config, run.imageCount);
