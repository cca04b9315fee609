// An update by the plan's kernels equals that of eager/adamw.ts; with a loss or a norm that is not finite it
// writes nothing.
import { beforeAll, expect, test } from 'vitest';
import { settings } from '../../small-network.ts';
import { claimRefusal, claimUpdate } from './optimizer-claims.ts';
import { testDevice } from '../test-device.ts';
import { REGISTERS } from '../targets.ts';

beforeAll(async () => {
  await testDevice();
});

const LENGTHS = [4096, 1024];

test('registers: two vectors, clipped and not, at the first step and later', async () => {
  await claimUpdate(REGISTERS, LENGTHS, { ...settings(1), gradientClip: 1, weightDecay: 0.01 });
  await claimUpdate(REGISTERS, LENGTHS, { ...settings(1000), gradientClip: 0, emaDecay: 0.9999 });
});

test('registers: a loss or gradient that is not finite is reported and changes nothing', async () => {
  const refuse = (what: { gradient?: number; loss?: number }) =>
    claimRefusal(REGISTERS, LENGTHS, settings(2), what);
  expect((await refuse({ gradient: NaN }))[1]).toBe(NaN);
  expect((await refuse({ gradient: -Infinity }))[1]).toBe(Infinity);
  // 1e25 is finite, its square in float32 is not.
  expect((await refuse({ gradient: 1e25 }))[1]).toBe(Infinity);
  const stats = await refuse({ loss: NaN });
  expect(stats[0]).toBe(NaN);
  expect(stats[1]).toBeLessThan(1e3);
});
