// A network may read inputs of any name: eager and plan bring them to it, and a plan refuses other shapes.
import { beforeAll, expect, test } from 'vitest';
import { startDevice } from '../../src/engine/device/device.ts';
import { createEagerPredictor } from '../../src/engine/eager/eager-predictor.ts';
import type { Network, ParameterSpec } from '../../src/engine/executor.ts';
import { expectShapes, mapInputs } from '../../src/engine/inputs.ts';
import { planTraining } from '../../src/engine/plan/training-plan.ts';
import { CPU } from './cpu-device.ts';
import { REGISTERS } from './plan/targets.ts';
import { referenceOps, wavy } from './reference.ts';

/** Pixels attend to the tokens of a text, as in diffusers' UNet2DConditionModel. */
const network: Network = (ops, weights, { sample, encoder_hidden_states: text }) => {
  const of = (name: string) => weights[name] as typeof sample;
  const project = (name: string, x: typeof sample) => ops.linear(x, of(`${name}.weight`), of(`${name}.bias`));
  const tokens = text as typeof sample;
  const mixed = ops.attention(ops.toTokens(sample), project('k', tokens), project('v', tokens), 1, 'none');
  return ops.toPixels(mixed, 2, 3);
};
const PARAMETERS: ParameterSpec[] = ['k', 'v'].flatMap((name) => [
  { name: `${name}.weight`, shape: [4, 5] },
  { name: `${name}.bias`, shape: [4] },
]);
const SHAPES = { sample: [2, 2, 3, 4], timestep: [2], encoder_hidden_states: [2, 7, 5] } as const;
const INPUTS = mapInputs(SHAPES, (shape) => ({ shape, data: Float32Array.from(wavy([...shape], 3).data) }));

beforeAll(async () => {
  await startDevice('cpu');
});

test('eager brings every input to the network', async () => {
  const weights = PARAMETERS.map(({ shape }, i) => wavy(shape, i + 5));
  const arrays = weights.map(({ data }) => Float32Array.from(data));
  const predictor = createEagerPredictor(CPU, PARAMETERS, network, arrays);
  const got = await predictor.predict(predictor.hold('raw'), INPUTS);
  // The reference takes a matrix in the engine's layout, [in, out].
  const turned = weights.map(({ shape, data }) => {
    const [outs = 0, ins] = shape;
    if (ins === undefined) return { shape, data };
    return {
      shape: [ins, outs],
      data: data.map((_, at) => data[(at % outs) * ins + Math.floor(at / outs)] ?? NaN),
    };
  });
  const named = Object.fromEntries(PARAMETERS.map(({ name }, i) => [name, turned[i]!]));
  const plain = mapInputs(INPUTS, ({ shape, data }) => ({
    shape: [...shape],
    data: Float64Array.from(data),
  }));
  const wanted = network(referenceOps, named, plain);
  expect(got).toHaveLength(wanted.data.length);
  got.forEach((value, i) => expect(Math.abs(value - wanted.data[i]!)).toBeLessThan(1e-5));
});

test('a plan gives every input a place that its kernels read', () => {
  const spec = { parameters: PARAMETERS, network, inputs: SHAPES, microBatches: 1, target: REGISTERS };
  const plan = planTraining({ ...spec, bufferBytes: 2 ** 20 });
  const text = plan.inputs['encoder_hidden_states']!;
  expect(text.shape).toEqual(SHAPES.encoder_hidden_states);
  expect(plan.homes.spotOf(text)?.home).toBe('inputs');
  const reads = plan.gradients.filter(({ bindings }) => bindings.some(({ value }) => value.id === text.id));
  expect(reads.map(({ op }) => op)).toContain('conv forward');
});

test('a missing input and another shape are refused by name', () => {
  const { encoder_hidden_states: text, ...rest } = INPUTS;
  expect(() => expectShapes(SHAPES, INPUTS)).not.toThrow();
  expect(() => expectShapes(SHAPES, rest)).toThrow('input encoder_hidden_states: expected [2,7,5], got none');
  const wrong = { ...INPUTS, sample: text! };
  expect(() => expectShapes(SHAPES, wrong)).toThrow('input sample: expected [2,2,3,4], got [2,7,5]');
});
