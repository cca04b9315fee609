// A TensorFlow.js backend as its starter hands it over, and how our backends are registered and removed. Not
// here: starting one (webgpu.ts, webgl.ts), choosing one (device.ts).
import * as tf from '@tensorflow/tfjs-core';

export type BackendName = 'webgpu' | 'webgl' | 'cpu';

/**
 * What a backend's starter hands over. The backend is registered under `name` and not yet the current one.
 */
export interface StartedBackend {
  readonly name: string;
  readonly backend: BackendName;
  /** The GPU's name, as far as the browser tells it. */
  readonly gpu: string;
  /** The device that a plan runs on; null if the backend is not webgpu. */
  readonly webgpu: GPUDevice | null;
  /** Whether the GPU is imitated by the processor, or is the processor. */
  readonly software: boolean;
  /** Size of the largest tensor the device takes. */
  readonly maxTensorBytes: number;
  /** Devices with equal keys may be expected to give the same bits in the same browser. */
  readonly adapterKey: string;
  /** Resolves with the reason once the device is lost; never rejects. */
  readonly lost: Promise<string>;
  /** Gives back the device and everything on it. */
  dispose(): void;
}

let registered = 0;

/** Registers `backend` with the kernels of `kernels` under a name never used before, and returns the name. */
export function registerUnderNewName(kernels: 'webgpu' | 'webgl', backend: tf.KernelBackend): string {
  const name = `perennial-${kernels}-${++registered}`;
  tf.copyRegisteredKernels(kernels, name);
  tf.registerBackend(name, () => backend);
  return name;
}

/** Removes a backend with its kernels and frees what it holds. */
export function removeBackend(name: string): void {
  if (tf.engine().findBackendFactory(name) === null) return;
  tf.removeBackend(name);
  for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
}

/** Whether a GPU's name is that of a software renderer. */
export function isSoftwareGpu(name: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i.test(name);
}
