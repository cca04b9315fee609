// Noise, loss and update of both families at odd shapes: `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { beforeAll, describe, expect, test } from 'vitest';
import { settings } from '../../small-network.ts';
import { claimLoss } from './loss-claims.ts';
import { claimBytes, claimEveryByte, claimMixture } from './mix-noise-claims.ts';
import { claimRefusal, claimUpdate } from './optimizer-claims.ts';
import { testDevice } from '../test-device.ts';
import { TARGETS } from '../targets.ts';

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('noise, loss and update', () => {
  beforeAll(async () => {
    await testDevice();
  });

  for (const target of TARGETS) {
    test(`${target.family} noise`, async () => {
      for (const shape of [
        [1, 1, 1, 1],
        [2, 1, 1, 3],
        [3, 1, 257, 1],
        [4, 16, 16, 3],
      ] as [number, number, number, number][])
        for (const first of [0, 1, 2, 3, 4097])
          await claimMixture(target, shape, { seed: 11, step: 5, first });
    });
    test(`${target.family} bytes and mirrored pictures`, async () => {
      await claimEveryByte(target);
      await claimBytes(target, [3, 2, 5, 3], { seed: 7, step: 3, first: 0 });
      await claimBytes(target, [37, 3, 3, 1], { seed: 7, step: 3, first: 2 });
      await claimBytes(target, [70, 4, 4, 4], { seed: 7, step: 3, first: 1 });
    });
    test(`${target.family} loss`, async () => {
      for (const [batch, perPicture] of [
        [1, 1],
        [5, 147],
        [2, 1024],
        [2, 3072],
        [1, 12289],
      ] as const)
        await claimLoss(target, { batch, perPicture });
    });
    test(`${target.family} update of a vector so long that its partial sums are at their most`, () =>
      claimUpdate(target, [2 ** 20 + 64], settings(3)));
    for (const lengths of [[64], [1088], [4096, 64, 128, 192]]) {
      test(`${target.family} update of ${lengths.join()}`, async () => {
        await claimUpdate(target, lengths, { ...settings(1), gradientClip: 0 });
        await claimUpdate(target, lengths, { ...settings(77), emaDecay: 0 });
        for (const gradient of [NaN, Infinity, -Infinity, 2e19])
          await claimRefusal(target, lengths, settings(2), { gradient });
        const stats = await claimRefusal(target, lengths, settings(2), { loss: Infinity });
        expect(stats[0]).toBe(Infinity);
      });
    }
  }
});
