// Without a GPU the cpu backend is taken and the reason reported; work that waits for a device hears of its
// loss. In Node; devices that are really lost are in device.gpu.test.ts.
import { expect, test } from 'vitest';
import { raceLost, startDevice } from '../../../src/engine/device/device.ts';
import { isSoftwareGpu } from '../../../src/engine/device/backend.ts';

const never = new Promise<string>(() => undefined);

test('auto falls back to cpu and says why it is not webgpu', async () => {
  const device = await startDevice('auto');
  expect(device).toMatchObject({ backend: 'cpu', software: true, adapterKey: 'cpu' });
  expect(device.why).toMatchObject({ kind: 'gpu', todo: expect.any(Array) });
  expect((await startDevice('cpu')).why).toBeNull();
});

test('auto goes on where a device is found wrong, and the wrong one is given back', async () => {
  const wrong = { kind: 'gpu' as const, title: 'wrong', what: '', expected: '', got: '', todo: [] };
  const tried: string[] = [];
  const right = await startDevice('auto', async ({ backend }) => {
    tried.push(backend);
    return null;
  });
  expect(right.backend).toBe('cpu');
  expect(tried).toEqual(['cpu']);
  await expect(startDevice('cpu', async () => wrong)).rejects.toMatchObject({ fault: wrong });
});

test.each(['webgpu', 'webgl'] as const)('%s by force is refused where there is none', async (backend) => {
  await expect(startDevice(backend)).rejects.toMatchObject({ fault: { kind: 'gpu' } });
});

test('raceLost gives the work its turn', async () => {
  expect(await raceLost(Promise.resolve(7), { lost: never }, 1000, 'a step')).toBe(7);
  await expect(raceLost(Promise.reject(new Error('own')), { lost: never }, 1000, 'a step')).rejects.toThrow(
    'own',
  );
});

test('raceLost tells everything that waits of the loss, also what begins to wait later', async () => {
  let lose = (_reason: string) => {};
  const device = { lost: new Promise<string>((resolve) => (lose = resolve)) };
  const waiting = [1, 2].map(() => raceLost(never, device, 1000, 'a step'));
  lose('unplugged');
  const fault = { kind: 'gpu', title: 'The GPU was lost', got: 'unplugged' };
  for (const work of waiting) await expect(work).rejects.toMatchObject({ fault });
  await expect(raceLost(never, device, 1000, 'a step')).rejects.toMatchObject({ fault });
});

test('raceLost ends what never ends', async () => {
  await expect(raceLost(never, { lost: never }, 5, 'a training step')).rejects.toMatchObject({
    fault: {
      kind: 'gpu',
      title: 'The GPU stopped answering',
      what: expect.stringContaining('A training step'),
    },
  });
});

test.each([
  ['SwiftShader Device (Subzero)', true],
  ['llvmpipe (LLVM 15.0.7, 256 bits)', true],
  ['Microsoft Basic Render Driver', true],
  ['NVIDIA GeForce RTX 4070', false],
  ['Apple M2', false],
])('%s is software: %s', (name, software) => {
  expect(isSoftwareGpu(name)).toBe(software);
});
