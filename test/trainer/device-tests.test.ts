// Claims about what a device must pass: tested and probed once for its browser, then remembered; a failure is
// looked at again. On the processor, by TensorFlow.js; the index is in memory.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { remember } from '../../src/checkpoint/index-db.ts';
import { probe } from '../../src/engine/eager/eager-probe.ts';
import type * as SelfTest from '../../src/engine/eager/eager-self-test.ts';
import { gradientSelfTest } from '../../src/engine/eager/eager-self-test.ts';
import { EAGER_KERNELS } from '../../src/engine/kernel-versions.ts';
import { startTested } from '../../src/trainer/device-tests.ts';

vi.mock('../../src/engine/eager/eager-self-test.ts', async (original) => {
  const real = await original<typeof SelfTest>();
  return { gradientSelfTest: vi.fn(real.gradientSelfTest) };
});
vi.mock('../../src/engine/eager/eager-probe.ts', () => ({ probe: vi.fn() }));

const ASKED = { backend: 'cpu', executor: 'auto' } as const;
const tested = vi.mocked(gradientSelfTest);
const probed = vi.mocked(probe);
let browser = 0;

beforeEach(() => {
  // Each test is another browser: nothing is remembered for it.
  vi.stubGlobal('navigator', { userAgent: `browser ${++browser}` });
  tested.mockClear();
  probed.mockReset();
  for (const [opMs, macsPerSecond] of [
    [3, 10],
    [2, 30],
    [4, 20],
  ] as const)
    probed.mockResolvedValueOnce({ opMs, macsPerSecond });
});

test('a device is tested and probed at its first start, and at later ones nothing is computed on it', async () => {
  const first = await startTested(ASKED);
  expect(first.tests.kindFor(ASKED)).toBe('eager');
  const speed = await first.tests.speedOf('eager');
  expect([tested.mock.calls.length, probed.mock.calls.length]).toEqual([1, 3]);
  const second = await startTested(ASKED);
  expect(await second.tests.speedOf('eager')).toEqual(speed);
  expect(await second.tests.testGradients()).toBeNull();
  expect([tested.mock.calls.length, probed.mock.calls.length]).toEqual([1, 3]);
});

test('the fastest of three probes counts, for each of the two numbers', async () => {
  const { tests } = await startTested(ASKED);
  expect(await tests.speedOf('eager')).toEqual({ opMs: 2, macsPerSecond: 30 });
});

test('a device that fails is refused, and tested again at the next start', async () => {
  tested.mockResolvedValueOnce({ passed: false, detail: 'all zero', ms: 1 });
  await expect(startTested(ASKED)).rejects.toThrow('wrong gradients');
  await startTested(ASKED);
  expect(tested).toHaveBeenCalledTimes(2);
});

test('another browser is another device, and a damaged entry is no pass', async () => {
  await startTested(ASKED);
  vi.stubGlobal('navigator', { userAgent: `browser ${++browser}` });
  await startTested(ASKED);
  expect(tested).toHaveBeenCalledTimes(2);
  const damaged = { eager: { speed: { opMs: -1, macsPerSecond: Infinity } } };
  const kernels = `plan ${__PLAN_SOURCE__} eager ${EAGER_KERNELS}`;
  await remember(`passed ${__APP_VERSION__} ${kernels} cpu browser ${browser}`, damaged);
  await startTested(ASKED);
  expect(tested).toHaveBeenCalledTimes(3);
});
