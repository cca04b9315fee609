// What is offered where training does not fit: the claim of each case is which settings were asked for, in
// which order, against a GPU whose memory the test says.
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/fault.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { withOffers } from '../../src/trainer/memory-offers.ts';

const FAULT: Fault = {
  ...{ kind: 'memory', title: 'Too small', what: 'It does not fit.', expected: 'less', got: '640 bytes' },
  todo: ['Choose a smaller batch size.'],
};

/** 10 bytes a picture, half of them with gradient checkpointing, of a GPU with `most`. */
async function offersOf(most: number, gradientCheckpointing = false, batchSize = 64) {
  const config = { ...presetConfig('cifar'), batchSize, gradientCheckpointing };
  const asked: (number | boolean)[][] = [];
  const fault = await withOffers(FAULT, config, (other) => {
    asked.push([other.batchSize, other.gradientCheckpointing]);
    const bytes = other.batchSize * (other.gradientCheckpointing ? 5 : 10);
    return Promise.resolve(bytes <= most ? bytes : null);
  });
  return { fault, asked };
}

describe('where training does not fit', () => {
  test('gradient checkpointing comes first, then the largest half of the batch, with their bytes', async () => {
    const { fault } = await offersOf(330);
    expect(fault.offers).toEqual([
      { settings: { gradientCheckpointing: true }, bytes: 320 },
      { settings: { batchSize: 32 }, bytes: 320 },
    ]);
    expect(fault.todo).toEqual(['Choose gradient checkpointing: it fits.', 'Choose batch size 32: it fits.']);
  });

  test('a batch is halved until it fits, and gradient checkpointing is no offer where it is not enough', async () => {
    const { fault, asked } = await offersOf(100);
    expect(fault.offers).toEqual([{ settings: { batchSize: 8 }, bytes: 80 }]);
    expect(asked).toEqual([
      [64, true],
      [32, false],
      [16, false],
      [8, false],
    ]);
  });

  test('both together are offered only where neither is enough', async () => {
    const { fault } = await offersOf(7);
    expect(fault.offers).toEqual([{ settings: { batchSize: 1, gradientCheckpointing: true }, bytes: 5 }]);
    expect(fault.todo).toEqual(['Choose batch size 1 and gradient checkpointing: together they fit.']);
  });

  test('with gradient checkpointing already on, the batch alone', async () => {
    const { fault } = await offersOf(170, true);
    expect(fault.offers).toEqual([{ settings: { batchSize: 32 }, bytes: 160 }]);
  });

  test('where the device is lost while offers are tried, the fault stays the one of memory', async () => {
    const lost = () => Promise.reject(new Error('the device is lost'));
    expect(await withOffers(FAULT, presetConfig('cifar'), lost)).toMatchObject({
      kind: 'memory',
      offers: [],
    });
  });

  test('where nothing fits the fault asks for a smaller preset', async () => {
    const { fault } = await offersOf(0);
    expect(fault).toMatchObject({ offers: [], todo: ['Choose a smaller preset.'] });
  });

  test('another fault stays as it is, and nothing is asked', async () => {
    const lost = { ...FAULT, kind: 'gpu' } as const;
    expect(await withOffers(lost, presetConfig('tiny'), () => Promise.reject(new Error('asked')))).toBe(lost);
  });
});
