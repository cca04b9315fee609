// Which checkpoints stay and which slot is written next. Pure: the same slots give the same answer, and no
// clock decides. Not here: the overwriting (save.ts).
import type { SaveRequest, SlotReport } from './api.ts';

/** What retention knows of a slot. */
export interface RetentionSlot {
  slot: number;
  /** Size of the file. */
  bytes: number;
  state: SlotReport['state'];
  /** Written by a newer version of Perennial: never touched. */
  untouchable: boolean;
  /** 0 without a checkpoint in the slot. */
  generation: number;
  name: string;
  globalStep: number;
  kept: boolean;
  /** Saved between the checkpoints that are due. */
  autosave: boolean;
  /** An export reads the slot. */
  pinned: boolean;
  /** The file's name survives a power cut, as far as known. */
  settled: boolean;
}

/** Which checkpoints of a run stay, beside those that always do. */
export type RetentionRule = Pick<SaveRequest, 'keepNewest' | 'spreadEvery'>;

const NEVER_OVERWRITTEN = 2;

/** Whether a checkpoint of this name was made between the ends of epochs. */
export const isStepName = (name: string): boolean => name.startsWith('unet_step_');

const isStep = ({ name, autosave }: RetentionSlot): boolean => !autosave && isStepName(name);

/** Whether a checkpoint is one of those that stay spread over the run. */
const isSpread = (slot: RetentionSlot, { spreadEvery }: RetentionRule): boolean => {
  if (slot.autosave) return false;
  return isStep(slot) ? spreadEvery !== null && slot.globalStep % spreadEvery === 0 : slot.name !== '';
};

const newestFirst = (slots: readonly RetentionSlot[]): RetentionSlot[] =>
  slots.filter(({ state }) => state === 'valid').sort((a, b) => b.generation - a.generation);

/**
 * Valid checkpoints that may go, oldest first: never the two newest, the newest final one, a kept or a pinned
 * one.
 */
function mayGo(slots: readonly RetentionSlot[]): RetentionSlot[] {
  const valid = newestFirst(slots);
  // While the newest slots may not survive a power cut, the newest settled one stays too.
  const settled = valid.find((slot) => slot.settled);
  // A run that was prolonged has an older final checkpoint too.
  const final = valid.find(({ name }) => name === 'unet_final');
  return valid
    .slice(NEVER_OVERWRITTEN)
    .filter((slot) => slot !== settled && slot !== final && !slot.kept && !slot.pinned)
    .reverse();
}

const newestSteps = (slots: readonly RetentionSlot[], { keepNewest }: RetentionRule): Set<RetentionSlot> =>
  new Set(newestFirst(slots).filter(isStep).slice(0, keepNewest));

/**
 * Slot numbers of the checkpoints that retention lets go, oldest first: autosaves, and the step checkpoints
 * beyond the newest `keepNewest` that are not spread over the run.
 */
export function letGo(slots: readonly RetentionSlot[], rule: RetentionRule): number[] {
  const newest = newestSteps(slots, rule);
  return mayGo(slots)
    .filter((slot) => slot.autosave || (isStep(slot) && !newest.has(slot) && !isSpread(slot, rule)))
    .map(({ slot }) => slot);
}

/**
 * The checkpoint whose loss leaves those that are spread over the run most evenly spread: the one with the
 * nearest neighbours. Never one of the newest `keepNewest` step checkpoints.
 */
function thinned(
  slots: readonly RetentionSlot[],
  candidates: readonly RetentionSlot[],
  rule: RetentionRule,
): RetentionSlot | undefined {
  const spread = newestFirst(slots)
    .filter((slot) => isSpread(slot, rule))
    .sort((a, b) => a.globalStep - b.globalStep);
  const gap = (one: RetentionSlot): number => {
    const i = spread.indexOf(one);
    // Before the first lies step 0. The last one is among the newest or followed by step checkpoints.
    const before = spread[i - 1]?.globalStep ?? 0;
    const after = spread[i + 1]?.globalStep ?? Infinity;
    return after - before;
  };
  const newest = newestSteps(slots, rule);
  return candidates
    .filter((slot) => isSpread(slot, rule) && !newest.has(slot))
    .reduce<RetentionSlot | undefined>(
      (best, one) => (best && gap(best) <= gap(one) ? best : one),
      undefined,
    );
}

/**
 * Slot numbers for the next save, of at least `bytes`. `free`: an empty or invalid slot, or one that
 * retention lets go anyway. `spare`: the checkpoint to give up when no slot can be added: one of those that
 * are spread over the run, thinned evenly, else the oldest. Null: no such slot.
 */
export function chooseSlot(
  slots: readonly RetentionSlot[],
  { bytes, ...rule }: RetentionRule & { bytes: number },
): { free: number | null; spare: number | null } {
  const fits = (slot: RetentionSlot) => slot.bytes >= bytes && !slot.untouchable;
  const unused = slots.filter(
    (slot) => fits(slot) && !slot.pinned && (slot.state === 'empty' || slot.state === 'invalid'),
  );
  const byNumber = new Map(slots.map((slot) => [slot.slot, slot]));
  const released = letGo(slots, rule).filter((number) => fits(byNumber.get(number) as RetentionSlot));
  const free = unused.find(({ settled }) => settled)?.slot ?? unused[0]?.slot ?? released[0] ?? null;
  const candidates = mayGo(slots).filter(fits);
  const spare = thinned(slots, candidates, rule) ?? candidates[0];
  return { free, spare: spare?.slot ?? null };
}
