// The device that tensors live on: starts webgpu, else webgl, else cpu, reports when it is lost, and can be
// started again then. Not here: starting a backend (webgpu.ts, webgl.ts), what runs on the device (eager/,
// plan/run/).
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName, StartedBackend } from './backend.ts';
import { type Fault, FaultError, faultOf } from '../../fault.ts';

/** A started device, in the page or a worker. */
export interface Device extends Omit<StartedBackend, 'name'> {
  /**
   * Why `auto` did not take webgpu, and what to do; null if it did, or if a backend was asked for by name.
   */
  readonly why: Fault | null;
}

const STARTERS: Record<BackendName, () => Promise<StartedBackend>> = {
  // Loaded only when used: each backend is a chunk of its own.
  webgpu: async () => (await import('./webgpu.ts')).startWebgpu(),
  webgl: async () => (await import('./webgl.ts')).startWebgl(),
  cpu: startCpu,
};

const FASTEST_FIRST: readonly BackendName[] = ['webgpu', 'webgl', 'cpu'];

/**
 * Starts the chosen backend and makes it TensorFlow.js' current one. `auto` takes the first of webgpu, webgl
 * and cpu that starts and in which `fault` finds nothing wrong. May be called again after a device was lost;
 * tensors of the old device must not be used any more. Throws FaultError if the chosen backend, or with
 * `auto` the last one, does not start or is wrong; no device is left open then.
 */
export async function startDevice(
  choice: 'auto' | BackendName,
  fault: (device: Device) => Promise<Fault | null> = () => Promise.resolve(null),
): Promise<Device> {
  let why: Fault | null = null;
  for (const backend of choice === 'auto' ? FASTEST_FIRST : [choice]) {
    try {
      return await beginRight(backend, why, fault);
    } catch (error) {
      // The first fault is that of the backend the user would want back.
      why ??= faultOf(error);
    }
  }
  throw new FaultError(why as Fault);
}

async function beginRight(
  backend: BackendName,
  why: Fault | null,
  fault: (device: Device) => Promise<Fault | null>,
): Promise<Device> {
  const device = await begin(backend, why);
  try {
    const found = await fault(device);
    if (found) throw new FaultError(found);
    return device;
  } catch (error) {
    device.dispose();
    throw error;
  }
}

async function begin(backend: BackendName, why: Fault | null): Promise<Device> {
  const { name, ...started } = await STARTERS[backend]();
  await tf.setBackend(name);
  return { ...started, why };
}

async function startCpu(): Promise<StartedBackend> {
  await import('@tensorflow/tfjs-backend-cpu');
  return {
    name: 'cpu',
    backend: 'cpu',
    gpu: 'none (the processor computes)',
    webgpu: null,
    software: true,
    maxTensorBytes: 2 ** 31,
    adapterKey: 'cpu',
    lost: new Promise(() => undefined),
    dispose: () => undefined,
  };
}

/** Callbacks of the waits that the loss of a device ends; `reason`: of the loss, once the device is lost. */
interface Watch {
  reason: string | null;
  tell: Set<(reason: string) => void>;
}

/** One per device, by its promise `lost`. A `then` on that promise for every step would never be freed. */
const watches = new WeakMap<Promise<string>, Watch>();

function watchOf(lost: Promise<string>): Watch {
  const known = watches.get(lost);
  if (known) return known;
  const watch: Watch = { reason: null, tell: new Set() };
  watches.set(lost, watch);
  void lost.then((reason) => {
    watch.reason = reason;
    watch.tell.forEach((tell) => tell(reason));
  });
  return watch;
}

/**
 * The result of `work`, unless the device is lost first or `timeoutMs` pass: then throws FaultError (kind
 * `gpu`). `what` names the work in the fault, for example "a training step".
 */
export async function raceLost<T>(
  work: Promise<T>,
  device: Pick<Device, 'lost'>,
  timeoutMs: number,
  what: string,
): Promise<T> {
  const watch = watchOf(device.lost);
  let stopWaiting = () => {};
  const gone = new Promise<never>((_, reject) => {
    const tell = (reason: string) => reject(new FaultError(lostFault(what, reason)));
    const timer = setTimeout(() => reject(new FaultError(silentFault(what, timeoutMs))), timeoutMs);
    if (watch.reason !== null) tell(watch.reason);
    watch.tell.add(tell);
    stopWaiting = () => {
      clearTimeout(timer);
      watch.tell.delete(tell);
    };
  });
  try {
    return await Promise.race([work, gone]);
  } finally {
    stopWaiting();
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
