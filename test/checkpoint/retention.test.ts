// Which checkpoints stay and which go, claimed over long runs: the newest stay, epochs (or multiples of the
// interval, where epochs are too short to be saved) are spread evenly, the last ways back never go.
import { describe, expect, it } from 'vitest';
import { chooseSlot, letGo, type RetentionSlot } from '../../src/checkpoint/retention.ts';

const slotOf = (slot: number, changes: Partial<RetentionSlot> = {}): RetentionSlot => ({
  slot,
  bytes: 100,
  state: 'valid',
  untouchable: false,
  generation: slot,
  name: `unet_step_${slot}`,
  globalStep: slot,
  kept: false,
  autosave: false,
  pinned: false,
  settled: true,
  ...changes,
});

const EMPTY = { state: 'empty', generation: 0, name: '', globalStep: 0 } as const;
const epoch = (slot: number, number = slot): RetentionSlot =>
  slotOf(slot, { name: `unet_epoch_${number}`, globalStep: number * 10 });

/**
 * Saves one checkpoint after the other into a pool, as the store does; answers the pool at the end. A name
 * after `auto ` is an autosave.
 */
function run(
  names: string[],
  pool: number,
  keepNewest: number,
  spreadEvery: number | null = null,
  steps: number[] = names.map((_, i) => i + 1),
): RetentionSlot[] {
  const slots = Array.from({ length: pool }, (_, i) => slotOf(i + 1, EMPTY));
  for (const [i, given] of names.entries()) {
    const autosave = given.startsWith('auto ');
    const name = given.replace('auto ', '');
    const { free, spare } = chooseSlot(slots, { bytes: 100, keepNewest, spreadEvery });
    const slot = slots.find((other) => other.slot === (free ?? spare));
    if (!slot) throw new Error(`no slot for ${name}`);
    Object.assign(slot, { state: 'valid', generation: i + 1, name, globalStep: steps[i], autosave });
    for (const number of letGo(slots, { keepNewest, spreadEvery }))
      Object.assign(slots.find((other) => other.slot === number) ?? {}, EMPTY);
  }
  return slots.filter(({ state }) => state === 'valid').sort((a, b) => a.generation - b.generation);
}

const names = (slots: RetentionSlot[]) => slots.map(({ name }) => name.replace('unet_', ''));

describe('step checkpoints', () => {
  it('the newest keepNewest stay', () => {
    const steps = Array.from({ length: 30 }, (_, i) => `unet_step_${i + 1}`);
    expect(names(run(steps, 9, 3))).toEqual(['step_28', 'step_29', 'step_30']);
    expect(names(run(steps, 9, 7))).toHaveLength(7);
  });

  it('two stay even where one is asked for', () => {
    expect(names(run(['unet_step_1', 'unet_step_2', 'unet_step_3'], 3, 1))).toEqual(['step_2', 'step_3']);
  });

  it('as many as fit stay where more are asked for', () => {
    const steps = Array.from({ length: 30 }, (_, i) => `unet_step_${i + 1}`);
    expect(names(run(steps, 5, 100))).toEqual(['step_26', 'step_27', 'step_28', 'step_29', 'step_30']);
  });

  it('are not crowded out by epochs', () => {
    const all = Array.from({ length: 60 }, (_, i) =>
      i % 4 === 3 ? `unet_epoch_${(i + 1) / 4}` : `unet_step_${i + 1}`,
    );
    const steps = names(run(all, 9, 3)).filter((name) => name.startsWith('step'));
    expect(steps).toEqual(['step_57', 'step_58', 'step_59']);
  });
});

describe('autosaves', () => {
  // Three autosaves between two steps that are due, an epoch after every second step.
  const all = Array.from({ length: 100 }, (_, i) => {
    if (i % 4 < 3) return `auto unet_step_${i + 1}`;
    return i % 8 === 7 ? `unet_epoch_${(i + 1) / 8}` : `unet_step_${i + 1}`;
  });

  it('leave the newest steps and four epochs, in a pool that is one slot larger', () => {
    // 3 steps, 4 epochs, the final one, one to write into: 9 slots; 10 with autosaves.
    const stay = run(all, 10, 3).filter(({ autosave }) => !autosave);
    const [steps, epochs] = ['step', 'epoch'].map((kind) =>
      names(stay).filter((name) => name.startsWith(kind)),
    );
    expect(steps).toEqual(['step_84', 'step_92', 'step_100']);
    expect(epochs).toHaveLength(4);
  });

  it('stay while they are among the two newest, and not longer', () => {
    const left = (saved: string[]) => run(saved, 10, 3).filter(({ autosave }) => autosave);
    expect(names(left(all.slice(0, 99)))).toEqual(['step_98', 'step_99']);
    expect(names(left(all))).toEqual(['step_99']);
    expect(names(left([...all, 'unet_final']))).toEqual([]);
  });

  it('at the end of an epoch, or at a multiple of the interval, make room too', () => {
    const ends = [epoch(1), slotOf(2), slotOf(8), slotOf(9)].map((slot) => ({ ...slot, autosave: true }));
    expect(letGo(ends, { keepNewest: 5, spreadEvery: 2 })).toEqual([1, 2]);
  });

  it('that are kept by hand or exported stay', () => {
    const held = [slotOf(1, { autosave: true, kept: true }), slotOf(2, { autosave: true, pinned: true })];
    expect(
      letGo([...held, slotOf(3, { autosave: true }), slotOf(8), slotOf(9)], {
        keepNewest: 5,
        spreadEvery: null,
      }),
    ).toEqual([3]);
  });
});

describe('epoch checkpoints', () => {
  it.each([10, 37, 100, 400])('of %d epochs, those in the pool are spread evenly', (count) => {
    const epochs = Array.from({ length: count }, (_, i) => `unet_epoch_${i + 1}`);
    const kept = run(epochs, 9, 3).map(({ globalStep }) => globalStep);
    expect(kept).toHaveLength(9);
    expect(kept.slice(-2)).toEqual([count - 1, count]);
    const gaps = kept.map((step, i) => step - (kept[i - 1] ?? 0));
    // An even gap is count / 8. Thinning during the run cannot
    // know the end: its gaps are at most about twice that.
    expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil((2.5 * count) / 8));
  });

  it('the one with the nearest neighbours goes', () => {
    const slots = [epoch(1), epoch(2, 5), epoch(3, 6), epoch(4, 7), epoch(5, 12), epoch(6, 20)];
    expect(chooseSlot(slots, { bytes: 100, keepNewest: 3, spreadEvery: null }).spare).toBe(3);
  });
});

describe('step checkpoints at multiples of the interval, where no epochs are saved', () => {
  /** Checkpoints at multiples of 4; between them two that the clock or the user asked for. */
  const steps = Array.from({ length: 400 }, (_, i) => i + 1).filter((step) => step % 4 !== 2);
  const kept = run(
    steps.map((step) => `unet_step_${step}`),
    9,
    3,
    4,
    steps,
  ).map(({ globalStep }) => globalStep);

  it('stay spread evenly over the run, as epochs do; the newest of all stay too', () => {
    expect(kept).toHaveLength(9);
    expect(kept.slice(-3)).toEqual([397, 399, 400]);
    const spread = [0, ...kept.filter((step) => step % 4 === 0)];
    expect(spread).toHaveLength(8);
    const gaps = spread.slice(1).map((step, i) => step - (spread[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual((2.5 * 400) / 7);
  });
});

describe('the final checkpoint of a run that was prolonged', () => {
  const rule = { bytes: 100, keepNewest: 1, spreadEvery: null };
  const older = slotOf(1, { name: 'unet_final', globalStep: 100 });
  const others = [epoch(2, 11), epoch(3, 60), slotOf(8), slotOf(9)];

  it('never goes while it is the only one', () => {
    expect(chooseSlot([older, ...others], rule).spare).toBe(2);
  });

  it('is one of those spread over the run, once there is a newer one', () => {
    const newer = slotOf(7, { name: 'unet_final', globalStep: 300 });
    expect(letGo([older, newer, ...others], rule)).toEqual([]);
    // Between 0 and 110 it has nearer neighbours than any other.
    expect(chooseSlot([older, newer, ...others], rule).spare).toBe(1);
  });
});

describe('never overwritten', () => {
  const rule = { keepNewest: 1, spreadEvery: null };
  const choose = (slots: RetentionSlot[]) => chooseSlot(slots, { bytes: 100, ...rule });

  it('the two newest, whatever they are called', () => {
    expect(choose([slotOf(1), slotOf(2)])).toEqual({ free: null, spare: null });
    expect(choose([slotOf(1)])).toEqual({ free: null, spare: null });
  });

  it('what is kept by hand, exported, or final', () => {
    const held = [slotOf(1, { kept: true }), slotOf(2, { pinned: true }), slotOf(3, { name: 'unet_final' })];
    expect(choose([...held, slotOf(8), slotOf(9)])).toEqual({ free: null, spare: null });
    expect(letGo([...held, slotOf(8), slotOf(9)], rule)).toEqual([]);
  });

  it('a slot of a newer format', () => {
    expect(
      choose([slotOf(1, { ...EMPTY, state: 'invalid', untouchable: true }), slotOf(2), slotOf(3)]),
    ).toEqual({
      free: null,
      spare: null,
    });
  });

  it('the newest that survives a power cut, while newer slots are too young to', () => {
    const young = { settled: false };
    const slots = [slotOf(1), slotOf(2), slotOf(3, young), slotOf(4, young), slotOf(5, young)];
    expect(letGo(slots, { keepNewest: 1, spreadEvery: null })).toEqual([1, 3]);
  });
});

describe('the next slot', () => {
  it('is an empty or an invalid one before anything is given up, a settled one first', () => {
    const slots = [
      slotOf(1, { generation: 11 }),
      slotOf(2, { ...EMPTY, settled: false }),
      slotOf(3, { ...EMPTY, state: 'invalid' }),
      slotOf(4, { generation: 12 }),
    ];
    expect(chooseSlot(slots, { bytes: 100, keepNewest: 1, spreadEvery: null }).free).toBe(3);
  });

  it('is large enough', () => {
    const slots = [slotOf(1, EMPTY), slotOf(2), slotOf(3), slotOf(4), slotOf(5, { ...EMPTY, bytes: 200 })];
    expect(chooseSlot(slots, { bytes: 150, keepNewest: 1, spreadEvery: null })).toEqual({
      free: 5,
      spare: null,
    });
  });

  it('is known by generations alone: names and steps do not decide which is newest', () => {
    const slots = [
      slotOf(1, { generation: 9, globalStep: 1, name: 'unet_step_1' }),
      slotOf(2, { generation: 8, globalStep: 900, name: 'unet_step_900' }),
      slotOf(3, { generation: 7, globalStep: 2000, name: 'unet_step_2000' }),
    ];
    expect(letGo(slots, { keepNewest: 1, spreadEvery: null })).toEqual([3]);
  });
});
