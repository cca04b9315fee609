// Counts on a network that reads text: which linear layers become one, what is fused into them, and how many
// dispatches a step takes.
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../src/engine/plan/graph.ts';
import { planTraining } from '../../../src/engine/plan/training-plan.ts';
import { operationsOf } from '../../../src/engine/plan/written-network.ts';
import { modelOf } from '../../../src/model/model.ts';
import { conditionNetworks } from '../../interop/condition-networks.ts';
import { inputShapes, PARAMETERS, textNetwork } from '../text-network.ts';
import { TARGETS } from './targets.ts';

const SPEC = {
  parameters: PARAMETERS,
  network: textNetwork,
  inputs: inputShapes(3),
  bufferBytes: 2 ** 20,
};

const operations = operationsOf(SPEC);
const linears = operations.filter(
  (operation): operation is Operation & { op: 'conv' } =>
    operation.op === 'conv' && operation.weight.shape.length === 2,
);

test('all keys and values of the text are one product, and so are q, k and v of each self-attention', () => {
  const joined = linears.filter(({ weight }) => weight.label.endsWith('more'));
  expect(joined.map(({ weight, bias }) => [weight.label, weight.shape, bias !== null])).toEqual([
    ['text.q.weight and 2 more', [12, 36], true],
    ['first.attn1.q.weight and 2 more', [8, 24], false],
    ['first.attn2.k.weight and 3 more', [12, 32], false],
    ['second.attn1.q.weight and 2 more', [8, 24], false],
  ]);
  const cross = operations.flatMap((operation) =>
    operation.op === 'attention' && !operation.q.columns ? [operation] : [],
  );
  const firsts = cross.flatMap(({ k, v }) => [k.columns?.first, v.columns?.first]);
  expect(firsts).toEqual([0, 8, 16, 24]);
});

test('every addition is in the layer before it', () => {
  expect(operations.filter(({ op }) => op === 'add' || op === 'addPerChannel')).toEqual([]);
  // Of two encoder and six transformer sublayers, the projection behind them, and the class beside the time.
  expect(linears.filter(({ residual }) => residual !== null)).toHaveLength(10);
});

describe.each(TARGETS)('$family', (target) => {
  const plan = planTraining({ ...SPEC, target, microBatches: 2 });
  const count = (op: string) => plan.gradients.filter((kernel) => kernel.op === op).length;

  test('the text costs few dispatches', () => {
    expect(count('layer norm')).toBe(9);
    expect(count('layer norm backward')).toBe(9);
    expect(count('embedding')).toBe(2);
    // One for each table.
    expect(count('embedding backward')).toBe(3);
    console.log(`text network of ${target.family}: ${plan.gradients.length} dispatches a batch`);
  });

  test('binds no value twice in one dispatch', () => {
    for (const { op, bindings } of plan.gradients)
      expect(new Set(bindings.map(({ value }) => value.id)).size, op).toBe(bindings.length);
  });

  test('sums no gradient of a bias that is not there', () => {
    const sums = plan.gradients.filter(({ op, bindings }) => {
      const labels = bindings.map(({ value }) => value.label);
      return (
        /^conv (filter gradient|gradients)$/.test(op) && labels.some((label) => label.includes('attn2.k'))
      );
    });
    expect(sums.length).toBeGreaterThan(0);
    for (const { bindings } of sums)
      expect(bindings.filter(({ value }) => value.label.endsWith('in rows'))).toEqual([]);
  });
});

test.each(TARGETS)(
  '$family: a skip connection from the block just before is copied, not read by two bindings',
  (target) => {
    // Without a middle the first up block concatenates the last down block's output with itself.
    const { config } = conditionNetworks().find(({ name }) => name === 'opts mid none')!;
    const { parameters, network, inputs } = modelOf(config);
    const spec = { parameters, network, inputs: inputs(2), bufferBytes: 2 ** 24 };
    const { gradients } = planTraining({ ...spec, target, microBatches: 1 });
    expect(gradients.filter(({ op }) => op === 'copy')).toHaveLength(1);
    for (const { op, bindings } of gradients)
      expect(new Set(bindings.map(({ value }) => value.id)).size, op).toBe(bindings.length);
  },
);
