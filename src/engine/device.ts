// The device tensors live on: starts webgpu, else webgl, else cpu, tells when it is lost, and can be started again after that.
// Not here: how each backend is made (device-webgpu.ts, device-webgl.ts), what runs on it (eager-executor.ts).
import * as tf from '@tensorflow/tfjs-core';
import { preferBarrierFree } from './convolution.ts';
import { type Fault, FaultError, faultOf } from '../fault.ts';

export type BackendName = 'webgpu' | 'webgl' | 'cpu';

export interface Device {
  readonly backend: BackendName;
  /** The GPU's name as far as the browser tells it. */
  readonly gpu: string;
  /** A GPU imitated by the processor, or the processor itself. */
  readonly software: boolean;
  /** Why `auto` did not take webgpu, and the way out; null where it did, or where a backend was forced. */
  readonly why: Fault | null;
  /** Largest tensor the device takes. */
  readonly maxTensorBytes: number;
  /** Equal keys: the same bits may be expected (same browser provided). */
  readonly adapterKey: string;
  /** Settles with the reason once the device is gone; never rejects. */
  readonly lost: Promise<string>;
  /** Gives the device and everything on it back. */
  dispose(): void;
}

/** What a backend's starter hands over; its tfjs backend is registered under `name` and not yet current. */
export type StartedBackend = Omit<Device, 'why'> & { name: string };

const STARTERS: Record<BackendName, () => Promise<StartedBackend>> = {
  // Loaded only when used: each backend is a chunk of its own.
  webgpu: async () => (await import('./device-webgpu.ts')).startWebgpu(),
  webgl: async () => (await import('./device-webgl.ts')).startWebgl(),
  cpu: startCpu,
};

/**
 * Starts the chosen backend and makes it the current one of tfjs; `auto` takes the first of webgpu, webgl, cpu that starts.
 * May be called again after a device was lost: tensors of the old one must not be used any more.
 * Throws FaultError (kind `gpu`) where a forced backend is not there.
 */
export async function startDevice(choice: 'auto' | BackendName): Promise<Device> {
  if (choice !== 'auto') return begin(choice, null);
  try {
    return await begin('webgpu', null);
  } catch (error) {
    const why = faultOf(error);
    return begin('webgl', why).catch(() => begin('cpu', why));
  }
}

async function begin(backend: BackendName, why: Fault | null): Promise<Device> {
  const { name, ...started } = await STARTERS[backend]();
  await tf.setBackend(name);
  preferBarrierFree(backend === 'webgpu' && started.software);
  return { ...started, why };
}

async function startCpu(): Promise<StartedBackend> {
  await import('@tensorflow/tfjs-backend-cpu');
  return {
    name: 'cpu',
    backend: 'cpu',
    gpu: 'none (the processor computes)',
    software: true,
    maxTensorBytes: 2 ** 31,
    adapterKey: 'cpu',
    lost: new Promise(() => undefined),
    dispose: () => undefined,
  };
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

/** Rejecters of everything that waits, per device: a reaction on `lost` itself for every step would never be freed. */
const waiting = new WeakMap<Promise<string>, Set<(reason: string) => void>>();

function waitersOf(lost: Promise<string>): Set<(reason: string) => void> {
  const known = waiting.get(lost);
  if (known) return known;
  const waiters = new Set<(reason: string) => void>();
  waiting.set(lost, waiters);
  void lost.then((reason) => waiters.forEach((tell) => tell(reason)));
  return waiters;
}

/**
 * The work's own result, unless the device is lost first or `timeoutMs` pass. `what` is named in the fault: "a training step".
 * Throws FaultError (kind `gpu`) for the latter two.
 */
export async function raceLost<T>(
  work: Promise<T>,
  device: Pick<Device, 'lost'>,
  timeoutMs: number,
  what: string,
): Promise<T> {
  const waiters = waitersOf(device.lost);
  const gone = Promise.withResolvers<never>();
  const tell = (reason: string) => gone.reject(new FaultError(lostFault(what, reason)));
  const timer = setTimeout(() => gone.reject(new FaultError(silentFault(what, timeoutMs))), timeoutMs);
  waiters.add(tell);
  try {
    return await Promise.race([work, gone.promise]);
  } finally {
    clearTimeout(timer);
    waiters.delete(tell);
  }
}

function lostFault(what: string, reason: string): Fault {
  return {
    kind: 'gpu',
    title: 'The GPU was lost',
    what: `The GPU went away during ${what}. Checkpoints are untouched.`,
    expected: 'a GPU that stays',
    got: reason,
    todo: [
      'Resume from the newest checkpoint.',
      'If it happens again: restart the browser, choose a smaller batch.',
    ],
  };
}

function silentFault(what: string, timeoutMs: number): Fault {
  return {
    kind: 'gpu',
    title: 'The GPU stopped answering',
    what: `${what[0]?.toUpperCase()}${what.slice(1)} did not end. Checkpoints are untouched.`,
    expected: `an answer within ${Math.round(timeoutMs / 1000)} s`,
    got: 'none',
    todo: [
      'Resume from the newest checkpoint.',
      'If it happens again: restart the browser, choose a smaller batch.',
    ],
  };
}
