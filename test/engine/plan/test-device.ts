// The WebGPU device of all kernel and plan tests: one for all files (vitest.config.ts: no isolation), so that what several of
// them run is compiled once. And the budget: compiling is what a software GPU spends their time on.
import { type Device, startDevice } from '../../../src/engine/device/device.ts';

/** Pipelines that `npm test` may compile; `npm run test:kernels` compiles what it likes. */
const MOST_PIPELINES = 80;

let started: Promise<Device> | null = null;

/**
 * The same device every time; nobody disposes it. tfjs' current backend is the processor then, whatever ran before: what the plan
 * is held to shares nothing with it but the network.
 */
export async function testDevice(): Promise<Device> {
  started ??= start();
  const device = await started;
  await startDevice('cpu');
  return device;
}

async function start(): Promise<Device> {
  const device = await startDevice('webgpu');
  const gpu = device.webgpu as GPUDevice;
  gpu.addEventListener('uncapturederror', ({ error }) => {
    throw new Error(error.message);
  });
  if (!import.meta.env['VITE_KERNEL_SWEEP']) countPipelines(gpu);
  return device;
}

function countPipelines(gpu: GPUDevice): void {
  const compile = gpu.createComputePipelineAsync.bind(gpu);
  let compiled = 0;
  gpu.createComputePipelineAsync = (descriptor) => {
    if (++compiled > MOST_PIPELINES)
      throw new Error(
        `pipeline ${compiled}, "${descriptor.label}": npm test compiles ${MOST_PIPELINES}, move a case to the sweep`,
      );
    return compile(descriptor);
  };
}
