// The webgpu backend on a GPUDevice of our own: with all limits of the adapter, deterministic, replaceable
// when it is lost. Not here: falling back to another backend (device.ts). Exported for tests: chooseKernels.
import { env } from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { type Fault, FaultError } from '../../fault.ts';
import { isSoftwareGpu, registerUnderNewName, removeBackend, type StartedBackend } from './backend.ts';

/** The last one is newer than the types. */
const WANTED_FEATURES = [
  ...(['timestamp-query', 'shader-f16', 'subgroups'] as const),
  'subgroup-size-control' as GPUFeatureName,
];

/** Throws FaultError (kind `gpu`) that names the cause and what to do. */
export async function startWebgpu(): Promise<StartedBackend> {
  const adapter = await requestAdapter();
  const device = await requestDevice(adapter);
  const name = registerUnderNewName('webgpu', new WebGPUBackend(device, adapter.info));
  const gpu = nameOf(adapter.info);
  const software = adapter.info.isFallbackAdapter || isSoftwareGpu(gpu);
  chooseKernels(software);
  return {
    name,
    backend: 'webgpu',
    gpu,
    webgpu: device,
    software,
    maxTensorBytes: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
    adapterKey: keyOf(adapter.info),
    lost: lossOf(device),
    dispose: () => {
      removeBackend(name);
      device.destroy();
    },
  };
}

async function requestAdapter(): Promise<GPUAdapter> {
  const gpu = (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
  if (!gpu) throw new FaultError(globalThis.isSecureContext ? noWebgpu() : insecure());
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) throw new FaultError(noAdapter());
  return adapter;
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  // oxlint-disable-next-line guard-for-in -- the limits are accessors of the prototype
  for (const limit in adapter.limits) {
    const value = adapter.limits[limit as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[limit] = value;
  }
  const requiredFeatures = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  try {
    return await adapter.requestDevice({ label: 'perennial', requiredLimits, requiredFeatures });
  } catch (error) {
    throw new FaultError(noDevice(error));
  }
}

/**
 * For the same bits every time: one matrix product program for all shapes, never split-K (its order of
 * additions varies), and nothing computed on the CPU for being small. A software GPU gets the program that
 * compiles in 0.1 s instead of 0.7 s: the first step of preset `tiny` takes 4 s instead of 14 s.
 */
export function chooseKernels(software: boolean): void {
  const [smallTiles, packed] = [2, 3];
  env().set('WEBGPU_MATMUL_PROGRAM_TYPE', software ? smallTiles : packed);
  env().set('WEBGPU_CONV_SEPARATE_IM2COL_SHADER', software);
  env().set('WEBGPU_CPU_FORWARD', false);
}

/** Resolves when the device is lost, or at the first uncaptured error: later results cannot be trusted. */
function lossOf(device: GPUDevice): Promise<string> {
  return new Promise((resolve) => {
    void device.lost.then((info) => resolve(`${info.reason}: ${info.message || 'no message'}`));
    device.addEventListener('uncapturederror', ({ error }) => {
      resolve(`${error.constructor.name}: ${error.message}`);
    });
  });
}

function nameOf(info: GPUAdapterInfo): string {
  return (
    info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'a GPU without a name'
  );
}

function keyOf(info: GPUAdapterInfo): string {
  return ['webgpu', info.vendor, info.architecture, info.device, info.description].join('/');
}

function insecure(): Fault {
  return {
    kind: 'gpu',
    title: 'WebGPU is off: this page is not secure',
    what: 'Browsers offer WebGPU only to pages from https or from localhost.',
    expected: 'a secure context',
    got: globalThis.location?.origin ?? 'no address',
    todo: ['Open this page over https, or from http://localhost.'],
  };
}

function noWebgpu(): Fault {
  return {
    kind: 'gpu',
    title: 'This browser has no WebGPU',
    what: 'Training runs without it, but many times slower.',
    expected: 'navigator.gpu',
    got: 'undefined',
    todo: [
      'Use a current Chrome or Edge, Safari 26, or Firefox on Windows or macOS.',
      'Chrome on Linux: turn on chrome://flags/#enable-unsafe-webgpu and #enable-vulkan.',
    ],
  };
}

function noAdapter(): Fault {
  return {
    kind: 'gpu',
    title: 'The browser offers no GPU',
    what: 'WebGPU is there, but it has no graphics adapter to offer.',
    expected: 'a graphics adapter',
    got: 'none',
    todo: [
      'Restart the browser: after GPU crashes it offers none until then.',
      "Turn on graphics acceleration in the browser's settings.",
      'Update the graphics driver; chrome://gpu tells what is blocked.',
    ],
  };
}

function noDevice(error: unknown): Fault {
  return {
    kind: 'gpu',
    title: 'The GPU could not be started',
    what: 'The browser found a graphics adapter, but refused to open it.',
    expected: 'a device with all the limits of its adapter',
    got: error instanceof Error ? error.message : String(error),
    todo: [
      'Close other tabs that use the GPU, then reload.',
      'Restart the browser.',
      'Update the graphics driver.',
    ],
  };
}
