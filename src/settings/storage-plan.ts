// What a run will reserve for its checkpoints, held against what the browser says it offers, before a byte is
// written. Pure, for trainer and page alike. Not here: bytes and counts themselves (checkpoint-sizes.ts), a
// disk that fills up meanwhile (checkpoint/).
import type { Fault } from '../fault.ts';
import { checkpointsKept, poolSlots } from './checkpoint-sizes.ts';
import type { RunConfig } from './settings.ts';

/** A run's plan: its settings, its pictures, and the bytes of a slot of its pool. */
export interface StoragePlan {
  config: RunConfig;
  imageCount: number;
  slotBytes: number;
}

/**
 * The browser's estimate for this origin; null where it gives none. Chromium always offers what is used and
 * 10 GiB more, whatever the disk has: a plan that fits is likely to fit, one that does not is refused.
 */
export interface StorageOffer {
  quotaBytes: number | null;
  /** Bytes in use, by the browser's count or the store's. */
  usedBytes: number;
}

/** Bytes that the slots of a pool still lack. `there`: bytes of each slot that the run has. */
export function stillReserved(
  there: readonly number[],
  { slots, slotBytes }: { slots: number; slotBytes: number },
): number {
  const largest = there.toSorted((a, b) => b - a).slice(0, slots);
  const grown = largest.reduce((sum, bytes) => sum + Math.max(0, slotBytes - bytes), 0);
  return grown + (slots - largest.length) * slotBytes;
}

/** How many slots of a pool of `slots` there is room for, those that are there counted. */
export function slotsWithin(
  there: readonly number[],
  { slots, slotBytes }: { slots: number; slotBytes: number },
  offer: StorageOffer,
): number {
  const largest = there.toSorted((a, b) => b - a);
  let left = freeBytes(offer);
  for (let fitting = 0; fitting < slots; fitting++) {
    left -= Math.max(0, slotBytes - (largest[fitting] ?? 0));
    if (left < 0) return fitting;
  }
  return slots;
}

/** Bytes that the browser offers beside those in use; Infinity where it does not tell. */
const freeBytes = ({ quotaBytes, usedBytes }: StorageOffer): number =>
  quotaBytes === null ? Infinity : Math.max(0, quotaBytes - usedBytes);

/**
 * The run's settings with as many of the newest checkpoints kept as fit, at most those asked for; null where
 * not even one fits. `there`: as for `stillReserved`.
 */
export function keptWithin(
  { config, imageCount, slotBytes }: StoragePlan,
  offer: StorageOffer,
  there: readonly number[] = [],
): RunConfig | null {
  const free = freeBytes(offer);
  const fits = (keepNewest: number): boolean =>
    stillReserved(there, { slots: poolSlots({ ...config, keepNewest }, imageCount), slotBytes }) <= free;
  if (fits(config.keepNewest)) return config;
  // More kept never take less.
  let [most, over] = [0, config.keepNewest];
  while (over - most > 1) {
    const middle = Math.floor((most + over) / 2);
    if (fits(middle)) most = middle;
    else over = middle;
  }
  return most === 0 ? null : { ...config, keepNewest: most };
}

/** Why a run must not begin: its checkpoints take more than the browser offers. Null: they fit. */
export function planFault(plan: StoragePlan, offer: StorageOffer): Fault | null {
  const within = keptWithin(plan, offer);
  if (within === plan.config) return null;
  const { config, imageCount, slotBytes } = plan;
  const kept = checkpointsKept(config, imageCount);
  const free = gigabytes(freeBytes(offer));
  return {
    kind: 'storage',
    title: 'There is no room for the checkpoints of this run',
    what: `Room for all of them is reserved while it trains, ${kept} and two more for saving. Nothing was written.`,
    expected: `at most ${free}, which the browser offers`,
    got: gigabytes(poolSlots(config, imageCount) * slotBytes),
    todo: within
      ? [`Set "Newest kept" to ${within.keepNewest} or fewer.`]
      : ['Delete runs or pictures that you do not need.', 'Or choose a smaller model, or fewer steps.'],
  };
}

/** What is said where a file asks for more checkpoints than fit, and fewer are kept. */
export const keptFewer = (asked: RunConfig, kept: RunConfig): string =>
  `Its settings keep the newest ${asked.keepNewest} checkpoints, more than the browser has room for: the newest ${kept.keepNewest} are kept.`;

const gigabytes = (bytes: number): string => `${Number((bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1))} GB`;
