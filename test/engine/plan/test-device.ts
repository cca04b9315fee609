// The WebGPU device of all kernel and plan tests: one for all files (vitest.config.ts: no isolation), so that
// a pipeline several of them use is compiled once. Holds them to a budget of pipelines, because compiling is
// what takes their time on a software GPU. Not a test.
import { type Device, startDevice } from '../../../src/engine/device/device.ts';

/** Pipelines that `npm test` may compile; `npm run test:kernels` has no limit. */
const MOST_PIPELINES = 125;

let started: Promise<Device> | null = null;

/**
 * The same device every time; no test disposes it. Afterwards TensorFlow.js' current backend is the
 * processor, whichever test ran before: eager, which the plan is compared with, shares only the network.
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
