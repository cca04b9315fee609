// Claims about training in mixed precision, in a real browser on webgpu, by the kernels for GPUs in hardware,
// whose activations are halves: twenty steps from PyTorch's weights stay near PyTorch's in float32. A half
// has 11 bits: each activation is off by up to 2^-12 of itself, and errors of many average out. Runs with
// VITE_KERNEL_SWEEP=1 only, for a software GPU compiles these kernels for minutes.
import { describe, expect, test } from 'vitest';
import { createPlanExecutor } from '../../src/engine/plan/run/plan-executor.ts';
import { testDevice } from '../engine/plan/test-device.ts';
import { readGoldenCase } from './golden-case.ts';
import { trainingErrors } from './golden-claims.ts';

const urls = import.meta.glob<string>('../fixtures/diffusers/*.safetensors', {
  query: '?url',
  import: 'default',
  eager: true,
});

const cases = ['heads-of-eight', 'groups-of-three', 'like-cifar', 'text-with-encoder'];

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('in mixed precision', () => {
  test.each(cases)(
    '%s has PyTorch`s losses within 5e-3, and its weights after twenty steps',
    async (name) => {
      const url = urls[`../fixtures/diffusers/${name}.safetensors`] as string;
      const golden = readGoldenCase(name, new Uint8Array(await (await fetch(url)).arrayBuffer()));
      const executor = await createPlanExecutor(
        await testDevice(),
        golden.parameters,
        golden.model().network,
        {
          ...{ inputs: golden.inputShapes, family: 'tiles', precision: 'mixed' },
        },
      );
      await executor.prepare();
      const { losses, norms, weights, worst } = await trainingErrors(executor, golden);
      executor.dispose();
      const told = [losses, norms, weights].map((error) => error.toExponential(1)).join(', ');
      console.log(`${name} in mixed precision: losses, norms, weights off by ${told} (${worst})`);
      expect(losses).toBeLessThan(5e-3);
      expect(norms).toBeLessThan(2e-2);
      expect(weights).toBeLessThan(2e-2);
    },
  );
});
