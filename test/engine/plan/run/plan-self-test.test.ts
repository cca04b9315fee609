// The numbers that the plan's self-test expects are those of eager on TensorFlow.js' cpu backend.
import { expect, test } from 'vitest';
import { startDevice } from '../../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../../src/engine/eager/eager-executor.ts';
import {
  SELF_TEST_NUMBERS,
  SELF_TEST_PARAMETERS,
  selfTestBatch,
  selfTestNetwork,
  selfTestSettings,
  selfTestState,
} from '../../../../src/engine/plan/run/plan-self-test.ts';
import { CPU } from '../../cpu-device.ts';

test('eager on the processor gives them', async () => {
  await startDevice('cpu');
  const eager = createEagerExecutor(CPU, SELF_TEST_PARAMETERS, selfTestNetwork);
  eager.setState(selfTestState());
  const got: number[] = [];
  for (const step of [1, 2]) {
    const { loss, gradientNorm } = await eager.step([selfTestBatch(step)], selfTestSettings(step));
    got.push(loss, gradientNorm);
  }
  eager.dispose();
  console.log(got.join(', '));
  got.forEach((value, i) => expect(Math.abs(value / SELF_TEST_NUMBERS[i]! - 1)).toBeLessThan(1e-5));
});
