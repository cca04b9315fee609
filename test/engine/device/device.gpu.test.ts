// Devices in a real browser: each starts, passes its self-test, is measured, trains, and is replaced after a
// loss.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { expect, test } from 'vitest';
import { type Device, raceLost, startDevice } from '../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../src/engine/eager/eager-executor.ts';
import { probe } from '../../../src/engine/eager/eager-probe.ts';
import { gradientSelfTest } from '../../../src/engine/eager/eager-self-test.ts';
import { batch, firstState, PARAMETERS, settings, smallNetwork } from '../small-network.ts';

/** How a device goes away without being asked. */
const LOSE = {
  webgpu: () => (tf.backend() as WebGPUBackend).device.destroy(),
  webgl: () => (tf.backend() as MathBackendWebGL).gpgpu.gl.getExtension('WEBGL_lose_context')!.loseContext(),
};

async function trainOneStep(device: Device): Promise<void> {
  const executor = createEagerExecutor(device, PARAMETERS, smallNetwork);
  executor.setState(firstState());
  const { applied, loss } = await executor.step([batch(2, 1)], settings(1));
  expect(applied).toBe(true);
  expect(loss).toBeGreaterThan(0);
  executor.dispose();
}

test('auto takes webgpu', async () => {
  const device = await startDevice('auto');
  expect(device).toMatchObject({ backend: 'webgpu', why: null });
  device.dispose();
});

test('auto takes webgl where webgpu is found wrong, and says why', async () => {
  const wrong = { kind: 'gpu' as const, title: 'wrong', what: '', expected: '', got: '', todo: [] };
  const losses: Promise<string>[] = [];
  const device = await startDevice('auto', async (started) => {
    if (started.backend !== 'webgpu') return null;
    losses.push(started.lost);
    return wrong;
  });
  expect(device).toMatchObject({ backend: 'webgl', why: wrong });
  expect(await losses[0]).toContain('destroyed');
  device.dispose();
});

for (const backend of ['webgpu', 'webgl'] as const) {
  test(`${backend}: the gradient self-test passes, the probe gives two speeds`, async () => {
    const device = await startDevice(backend);
    const before = tf.memory().numTensors;
    const { passed, detail } = await gradientSelfTest(device);
    expect(detail).toMatch(/^largest difference /);
    expect(passed).toBe(true);
    const { opMs, macsPerSecond } = await probe(device);
    const speeds = `probe ${opMs.toFixed(3)} ms, ${(macsPerSecond / 1e6).toFixed(0)} M/s`;
    console.info(`${backend}: self-test ${detail}; ${speeds}`);
    for (const number of [opMs, macsPerSecond]) expect(number > 0 && Number.isFinite(number)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
    device.dispose();
  });

  test(`${backend}: a lost device is told, and another one trains`, async () => {
    const first = await startDevice(backend);
    await trainOneStep(first);
    const waiting = raceLost(new Promise(() => undefined), first, 600_000, 'a training step');
    LOSE[backend]();
    await expect(waiting).rejects.toMatchObject({ fault: { kind: 'gpu', title: 'The GPU was lost' } });
    expect(await first.lost).toMatch(/./);
    first.dispose();
    const second = await startDevice(backend);
    await trainOneStep(second);
    expect(second.adapterKey).toBe(first.adapterKey);
    second.dispose();
  });
}
