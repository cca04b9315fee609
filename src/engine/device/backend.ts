// A tfjs backend as each starter hands it over, and how backends of our own are registered and forgotten.
// Not here: making one (device-webgpu.ts, device-webgl.ts), choosing one (device.ts).
import * as tf from '@tensorflow/tfjs-core';

export type BackendName = 'webgpu' | 'webgl' | 'cpu';

/** What a backend's starter hands over; its tfjs backend is registered under `name` and not yet current. */
export interface StartedBackend {
  readonly name: string;
  readonly backend: BackendName;
  /** The GPU's name as far as the browser tells it. */
  readonly gpu: string;
  /** The device that a plan runs on; null where the backend is not webgpu. */
  readonly webgpu: GPUDevice | null;
  /** A GPU imitated by the processor, or the processor itself. */
  readonly software: boolean;
  /** Largest tensor the device takes. */
  readonly maxTensorBytes: number;
  /** Equal keys: the same bits may be expected (same browser provided). */
  readonly adapterKey: string;
  /** Settles with the reason once the device is gone; never rejects. */
  readonly lost: Promise<string>;
  /** Gives the device and everything on it back. */
  dispose(): void;
}

let registered = 0;

/** Registers a backend under a name never used before, with the kernels of `kernels`; answers the name. */
export function registerUnderNewName(kernels: 'webgpu' | 'webgl', backend: tf.KernelBackend): string {
  const name = `perennial-${kernels}-${++registered}`;
  tf.copyRegisteredKernels(kernels, name);
  tf.registerBackend(name, () => backend);
  return name;
}

/** Forgets a backend and its kernels, and frees what it holds. */
export function removeBackend(name: string): void {
  if (tf.engine().findBackendFactory(name) === null) return;
  tf.removeBackend(name);
  for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
}

/** Whether a GPU's name is that of a program that imitates one. */
export function isSoftwareGpu(name: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i.test(name);
}
