// Whether a device runs plans right: two training steps of small networks are compared with eager's numbers
// on the processor, so that a driver that miscompiles a kernel is found before training. Not here: the
// networks (picture-self-test.ts, sizes-self-test.ts, text-self-test.ts), the bits of tile shapes
// (tile-bits-test.ts), where the numbers come from (test/engine/plan/run/plan-self-test.test.ts).
import { PICTURE_TEST } from './picture-self-test.ts';
import { gpuOf, targetOf } from './plan-device.ts';
import { createPlanExecutor } from './plan-executor.ts';
import { pipelineCacheOf } from './program.ts';
import {
  type SelfTest,
  selfTestBatch,
  selfTestInputs,
  selfTestSettings,
  selfTestState,
} from './self-test.ts';
import { SIZES_TEST } from './sizes-self-test.ts';
import { TEXT_TEST } from './text-self-test.ts';
import { tilesAgree } from './tile-bits-test.ts';

/** Relative. float32 sums in another order differ by about 1e-6, a wrong kernel by far more. */
const TOLERANCE = 1e-3;

type TestedDevice = Parameters<typeof createPlanExecutor>[0];

export interface PlanVerdict {
  passed: boolean;
  /** How far off the numbers are. */
  detail: string;
  /** Whether tile shapes gave the same bits; true without tiles, false where one did not compile. */
  tilesAgree: boolean;
}

/**
 * Compares two steps with the numbers that are right, and the bits of two tile shapes. Wrong numbers do not
 * throw. A GPU in software runs no text: it is the same program everywhere, and compiling takes seconds
 * there. What it does compile are pipelines of training; it has no other kernels for other sizes.
 */
export async function planSelfTest(device: TestedDevice): Promise<PlanVerdict> {
  const tests = device.software ? [PICTURE_TEST] : [PICTURE_TEST, SIZES_TEST, TEXT_TEST];
  let worst = 0;
  for (const test of tests) worst = Math.max(worst, await largestDifference(device, test));
  // False for NaN too.
  const passed = worst <= TOLERANCE;
  const detail = `largest difference ${worst.toExponential(1)}, at most ${TOLERANCE} is right`;
  const target = targetOf(device);
  const agree =
    !passed || target.family === 'registers' || (await tilesAgree(pipelineCacheOf(gpuOf(device)), target));
  return { passed, detail, tilesAgree: agree };
}

async function largestDifference(device: TestedDevice, test: SelfTest): Promise<number> {
  const inputs = selfTestInputs(test);
  const plan = await createPlanExecutor(device, test.parameters, test.network, { inputs });
  await plan.prepare();
  plan.setState(selfTestState(test));
  const got: number[] = [];
  for (const step of [1, 2]) {
    const { loss, gradientNorm } = await plan.step([selfTestBatch(test, step)], selfTestSettings(step));
    got.push(loss, gradientNorm);
  }
  plan.dispose();
  return Math.max(...got.map((value, i) => Math.abs(value / (test.numbers[i] as number) - 1)));
}
