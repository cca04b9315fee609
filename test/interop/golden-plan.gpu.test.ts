// Claims about the plan, in a real browser on webgpu: it computes what PyTorch and diffusers compute, in
// every golden case. The plan computes the whole step, noise included. It has the device's family of kernels;
// both with VITE_KERNEL_SWEEP=1.
import { createPlanExecutor } from '../../src/engine/plan/run/plan-executor.ts';
import { testDevice } from '../engine/plan/test-device.ts';
import { readGoldenCase } from './golden-case.ts';
import { describeGolden, oneSampling } from './golden-claims.ts';

const urls = import.meta.glob<string>('../fixtures/diffusers/*.safetensors', {
  query: '?url',
  import: 'default',
  eager: true,
});
const cases = await Promise.all(
  Object.entries(urls).map(async ([path, url]) => {
    const name = path.replace(/^.*\/|\.safetensors$/g, '');
    return readGoldenCase(name, new Uint8Array(await (await fetch(url)).arrayBuffer()));
  }),
);

/**
 * Tiles take four minutes on a software GPU, which uses the other family: tiles are tested in the sweep only.
 */
const families = import.meta.env['VITE_KERNEL_SWEEP'] ? (['registers', 'tiles'] as const) : [undefined];

for (const family of families)
  for (const [turn, golden] of cases.entries())
    describeGolden(
      family ? { ...golden, name: `${golden.name}, ${family}` } : golden,
      async () => {
        const { network } = golden.model();
        return createPlanExecutor(await testDevice(), golden.parameters, network, {
          inputs: golden.inputShapes,
          ...(family ? { family } : {}),
        });
      },
      { onePass: true, training: true, samplings: oneSampling(turn) },
    );
