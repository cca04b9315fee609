// The numbers that the plan's self-test expects are those of eager on TensorFlow.js' cpu backend.
import { expect, test } from 'vitest';
import { startDevice } from '../../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../../src/engine/eager/eager-executor.ts';
import { PICTURE_TEST } from '../../../../src/engine/plan/run/picture-self-test.ts';
import { selfTestBatch, selfTestSettings, selfTestState } from '../../../../src/engine/plan/run/self-test.ts';
import { TEXT_TEST } from '../../../../src/engine/plan/run/text-self-test.ts';
import { CPU } from '../../cpu-device.ts';

test.each([
  ['pictures', PICTURE_TEST],
  ['text', TEXT_TEST],
])('eager on the processor gives them: %s', async (name, of) => {
  await startDevice('cpu');
  const eager = createEagerExecutor(CPU, of.parameters, of.network);
  eager.setState(selfTestState(of));
  const got: number[] = [];
  for (const step of [1, 2]) {
    const { loss, gradientNorm } = await eager.step([selfTestBatch(of, step)], selfTestSettings(step));
    got.push(loss, gradientNorm);
  }
  eager.dispose();
  console.log(name, got.join(', '));
  got.forEach((value, i) => expect(Math.abs(value / of.numbers[i]! - 1)).toBeLessThan(1e-5));
});
