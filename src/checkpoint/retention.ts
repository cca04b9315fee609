// Which checkpoints stay and which slot is written next. Pure: the same slots give the same answer, and no
// clock decides. Not here: the overwriting (save.ts).

/** What retention knows of a slot. */
export interface RetentionSlot {
  slot: number;
  /** Size of the file. */
  bytes: number;
  state: 'empty' | 'valid' | 'invalid' | 'writing';
  /** Written by a newer version of Perennial: never touched. */
  untouchable: boolean;
  /** 0 without a checkpoint in the slot. */
  generation: number;
  name: string;
  globalStep: number;
  kept: boolean;
  /** An export reads the slot. */
  pinned: boolean;
  /** The file is older than a minute: its name survives a power cut. */
  settled: boolean;
}

const NEVER_OVERWRITTEN = 2;

const isStep = ({ name }: RetentionSlot): boolean => name.startsWith('unet_step_');
const isEpoch = ({ name }: RetentionSlot): boolean => name.startsWith('unet_epoch_');

const newestFirst = (slots: readonly RetentionSlot[]): RetentionSlot[] =>
  slots.filter(({ state }) => state === 'valid').sort((a, b) => b.generation - a.generation);

/**
 * Valid checkpoints that may go, oldest first: never the two newest, the final one, a kept or a pinned one.
 */
function mayGo(slots: readonly RetentionSlot[]): RetentionSlot[] {
  const valid = newestFirst(slots);
  // While the newest slots may not survive a power cut, the newest settled one stays too.
  const settled = valid.find((slot) => slot.settled);
  return valid
    .slice(NEVER_OVERWRITTEN)
    .filter((slot) => slot !== settled && !slot.kept && !slot.pinned && slot.name !== 'unet_final')
    .reverse();
}

/**
 * Slot numbers of the step checkpoints that retention lets
 * go: those beyond the newest `keepNewest`, oldest first.
 */
export function letGo(slots: readonly RetentionSlot[], keepNewest: number): number[] {
  const newestSteps = new Set(newestFirst(slots).filter(isStep).slice(0, keepNewest));
  return mayGo(slots)
    .filter((slot) => isStep(slot) && !newestSteps.has(slot))
    .map(({ slot }) => slot);
}

/**
 * The epoch checkpoint whose loss leaves the others most evenly spread: the one with the nearest neighbours.
 */
function thinnedEpoch(
  slots: readonly RetentionSlot[],
  candidates: readonly RetentionSlot[],
): RetentionSlot | undefined {
  const epochs = newestFirst(slots)
    .filter(isEpoch)
    .sort((a, b) => a.globalStep - b.globalStep);
  const gap = (epoch: RetentionSlot): number => {
    const i = epochs.indexOf(epoch);
    // Before the first epoch lies step 0. The last epoch is
    // among the two newest or followed by step checkpoints.
    const before = epochs[i - 1]?.globalStep ?? 0;
    const after = epochs[i + 1]?.globalStep ?? Infinity;
    return after - before;
  };
  return candidates
    .filter(isEpoch)
    .reduce<RetentionSlot | undefined>(
      (best, epoch) => (best && gap(best) <= gap(epoch) ? best : epoch),
      undefined,
    );
}

/**
 * Slot numbers for the next save, of at least `bytes`. `free`: an empty or invalid slot, or one that
 * retention lets go anyway. `spare`: the checkpoint to give up when no slot can be added: an epoch, thinned
 * evenly, else the oldest step. Null: no such slot.
 */
export function chooseSlot(
  slots: readonly RetentionSlot[],
  { bytes, keepNewest }: { bytes: number; keepNewest: number },
): { free: number | null; spare: number | null } {
  const fits = (slot: RetentionSlot) => slot.bytes >= bytes && !slot.untouchable;
  const unused = slots.filter(
    (slot) => fits(slot) && !slot.pinned && (slot.state === 'empty' || slot.state === 'invalid'),
  );
  const byNumber = new Map(slots.map((slot) => [slot.slot, slot]));
  const released = letGo(slots, keepNewest).filter((number) => fits(byNumber.get(number) as RetentionSlot));
  const free = unused.find(({ settled }) => settled)?.slot ?? unused[0]?.slot ?? released[0] ?? null;
  const candidates = mayGo(slots).filter(fits);
  const spare = thinnedEpoch(slots, candidates) ?? candidates[0];
  return { free, spare: spare?.slot ?? null };
}
