// What a device has to pass before anything is trained on it, and how fast it is. What has passed is
// remembered for device, browser, app and the code of the kernels, and is not done again; a failure is not
// remembered: the next start looks again. Not here: the tests and the probes themselves (engine/), the device
// at work (training-device.ts).
import { recall, remember } from '../checkpoint/index-db.ts';
import { type Device, raceLost, startDevice } from '../engine/device/device.ts';
import { probe } from '../engine/eager/eager-probe.ts';
import { gradientSelfTest } from '../engine/eager/eager-self-test.ts';
import type { ExecutorKind } from '../engine/executor.ts';
import { EAGER_KERNELS } from '../engine/kernel-versions.ts';
import { probePlan } from '../engine/plan/run/plan-probe.ts';
import { planSelfTest } from '../engine/plan/run/plan-self-test.ts';
import { type Fault, FaultError } from '../fault.ts';
import type { RunConfig } from '../settings/settings.ts';
import type { Machine } from './api.ts';

/** No progress for this long counts as a lost device. On a slow device one step may take more than 30 s. */
export const TIMEOUT_MS = 30_000;
/** The same on a slow device, and for whatever compiles many shaders. */
export const SLOW_TIMEOUT_MS = 600_000;
/** Probes of a device; the fastest counts, since other programs only ever make a probe slower. */
const PROBES = 3;

type Speed = Machine['probe'];

/** What is known of an executor that has passed its self-test. */
interface Known {
  /** Absent until it is measured. */
  readonly speed?: Speed;
  /** Of the plan: whether two tile shapes gave the same bits. */
  readonly tilesAgree?: boolean;
}

type Passed = { readonly [kind in ExecutorKind]?: Known };

export class DeviceTests {
  readonly #device: Device;
  #passed: Passed;
  /** What the plan's self-test found wrong; null where it passed, and on another backend than webgpu. */
  #planFault: string | null = null;

  private constructor(device: Device, passed: Passed) {
    this.#device = device;
    this.#passed = passed;
  }

  /** The tests of `device`, with what it passed earlier. */
  static async of(device: Device): Promise<DeviceTests> {
    // A lost or damaged entry costs only the time to test again.
    const known = await recall(keyOf(device)).catch(() => undefined);
    return new DeviceTests(device, isPassed(known) ? known : {});
  }

  get planFault(): string | null {
    return this.#planFault;
  }

  /** The executor that settings get: `auto` takes the plan where WebGPU runs it correctly. */
  kindFor({ executor }: Pick<RunConfig, 'executor'>): ExecutorKind {
    return executor !== 'eager' && this.#device.webgpu !== null && this.#planFault === null
      ? 'plan'
      : 'eager';
  }

  /** Runs the plan's self-test, on webgpu. Throws FaultError kind `gpu` for a lost device. */
  async testPlan(): Promise<void> {
    if (!this.#device.webgpu || this.#passed.plan?.tilesAgree !== undefined) return;
    const test = planSelfTest(this.#device).catch((error: unknown) => ({
      ...{ passed: false, detail: String(error), tilesAgree: false },
    }));
    const { passed, detail, tilesAgree } = await this.#within(test, "the plan's self-test");
    this.#planFault = passed ? null : detail;
    if (passed) await this.#note('plan', { tilesAgree });
  }

  /** Whether tile shapes may be chosen by timing: only where they all give the same bits. */
  get tilesAgree(): boolean {
    return this.#passed.plan?.tilesAgree ?? false;
  }

  /** Runs eager's gradient self-test; returns what is wrong, or null. Throws as testPlan does. */
  async testGradients(): Promise<Fault | null> {
    if (this.#passed.eager) return null;
    const test = gradientSelfTest(this.#device);
    const { passed, detail } = await raceLost(test, this.#device, TIMEOUT_MS, 'the gradient self-test');
    if (!passed) return wrongGradients(detail);
    await this.#note('eager', {});
    return null;
  }

  /** The speed of an executor that passed its self-test, measured where it is not known. */
  async speedOf(kind: ExecutorKind): Promise<Speed> {
    const known = this.#passed[kind]?.speed;
    if (known) return known;
    const speeds: Speed[] = [];
    while (speeds.length < PROBES) {
      const probing = kind === 'plan' ? probePlan(this.#device) : probe(this.#device);
      speeds.push(await this.#within(probing, 'the probe of its speed'));
    }
    const speed = {
      opMs: Math.min(...speeds.map(({ opMs }) => opMs)),
      macsPerSecond: Math.max(...speeds.map(({ macsPerSecond }) => macsPerSecond)),
    };
    await this.#note(kind, { speed });
    return speed;
  }

  #within<T>(work: Promise<T>, what: string): Promise<T> {
    return raceLost(work, this.#device, SLOW_TIMEOUT_MS, what);
  }

  async #note(kind: ExecutorKind, known: Known): Promise<void> {
    this.#passed = { ...this.#passed, [kind]: { ...this.#passed[kind], ...known } };
    await remember(keyOf(this.#device), this.#passed).catch(() => undefined);
  }
}

/**
 * A device on which the executor that `executor` gets has passed its self-test. The other executor is tested
 * when a run asks for it. Throws FaultError kind `gpu`.
 */
export async function startTested({
  backend,
  executor,
}: Pick<RunConfig, 'backend' | 'executor'>): Promise<{ device: Device; tests: DeviceTests }> {
  // `auto` tests one device after another.
  const all = new Map<Device, DeviceTests>();
  const device = await startDevice(backend, async (started) => {
    const tests = await DeviceTests.of(started);
    all.set(started, tests);
    await tests.testPlan();
    return tests.kindFor({ executor }) === 'plan' ? null : tests.testGradients();
  });
  const tests = all.get(device);
  if (!tests) throw new Error('a device was started without its tests');
  if (tests.planFault === null || executor !== 'plan') return { device, tests };
  device.dispose();
  throw new FaultError(wrongPlan(tests.planFault));
}

const keyOf = ({ adapterKey }: Device): string =>
  `passed ${__APP_VERSION__} plan ${__PLAN_SOURCE__} eager ${EAGER_KERNELS} ${adapterKey} ${navigator.userAgent}`;

/** Whether a remembered value is what #note writes. */
function isPassed(value: unknown): value is Passed {
  const positive = (number: unknown) => typeof number === 'number' && number > 0 && number < Infinity;
  const isSpeed = (speed: Partial<Speed> | undefined) =>
    speed === undefined || (positive(speed.opMs) && positive(speed.macsPerSecond));
  if (typeof value !== 'object' || value === null) return false;
  const { plan, eager } = value as Passed;
  return isSpeed(plan?.speed) && isSpeed(eager?.speed);
}

function wrongGradients(got: string): Fault {
  return {
    kind: 'gpu',
    title: 'This GPU computes wrong gradients',
    what: 'A small test of training failed, so nothing is trained on it. Checkpoints are untouched.',
    expected: 'the gradients that plain JavaScript gives',
    got,
    todo: [
      'Update the browser and the graphics driver.',
      'Or train on another backend: add ?backend=webgl or ?backend=cpu to the address.',
    ],
  };
}

function wrongPlan(got: string): Fault {
  return {
    kind: 'gpu',
    title: 'The plan computes wrong numbers on this GPU',
    what: 'A small test of training failed, so nothing is trained with it. Checkpoints are untouched.',
    expected: 'the numbers that plain JavaScript gives',
    got,
    todo: ['Remove executor=plan from the address: plain TensorFlow.js then trains, more slowly.'],
  };
}
