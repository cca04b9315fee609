// The numbers that the plan's self-test expects are those of eager on TensorFlow.js' cpu backend, and its
// networks bring every kind of kernel of a group norm on a GPU in hardware. Without a device.
import { expect, test } from 'vitest';
import { startDevice } from '../../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../../src/engine/eager/eager-executor.ts';
import { PICTURE_TEST } from '../../../../src/engine/plan/run/picture-self-test.ts';
import { SIZES_TEST } from '../../../../src/engine/plan/run/sizes-self-test.ts';
import {
  selfTestBatch,
  selfTestInputs,
  selfTestSettings,
  selfTestState,
} from '../../../../src/engine/plan/run/self-test.ts';
import { TEXT_TEST } from '../../../../src/engine/plan/run/text-self-test.ts';
import { planTraining } from '../../../../src/engine/plan/training-plan.ts';
import { CPU } from '../../cpu-device.ts';
import { TILES } from '../targets.ts';

test.each([
  ['pictures', PICTURE_TEST],
  ['sizes', SIZES_TEST],
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

/** How a norm's kernel goes over a picture, by what stands in its source. */
function kindOf(source: string): string {
  const held = /fn group_of_\w+\(/.test(source);
  const byFours = held ? !/fn channels_of_\w+\(/.test(source) : source.includes('alias T = vec4<f32>');
  return `${held ? 'held' : 'in loops'}, ${byFours ? 'by fours' : 'by channels'}`;
}

test('every kind of kernel of a group norm and of attention is among its kernels, both ways', () => {
  const kernels = [PICTURE_TEST, SIZES_TEST, TEXT_TEST].flatMap((of) => {
    const { parameters, network } = of;
    const given = { parameters, network, inputs: selfTestInputs(of), microBatches: 1 };
    return planTraining({ ...given, target: TILES, bufferBytes: 2 ** 27 }).gradients;
  });
  const kinds = ['held, by channels', 'held, by fours', 'in loops, by channels', 'in loops, by fours'];
  for (const op of ['group norm', 'group norm backward']) {
    const found = kernels.filter((kernel) => kernel.op === op).map(({ source }) => kindOf(source));
    expect(new Set(found), op).toEqual(new Set(kinds));
  }
  const ops = kernels.map(({ op }) => op);
  for (const op of ['attention', 'attention backward', 'softmax', 'softmax backward', 'batched matmul'])
    expect(ops).toContain(op);
});
