// Claims: whether a run goes on with the same bits depends on how it was trained, also where an import's
// checkpoint was written on this machine.
import { expect, test } from 'vitest';
import { presetConfig } from '../../src/settings/presets.ts';
import type { CheckpointRecord } from '../../src/checkpoint/api.ts';
import type { Execution } from '../../src/trainer/metadata-fields.ts';
import { describeFound } from '../../src/trainer/found.ts';
import { History } from '../../src/trainer/history.ts';

const HERE: Execution = { executor: 'plan', backend: 'webgpu', kernels: 'k', adapter: 'a', browser: 'b' };
const record: CheckpointRecord = {
  ...{ runId: 'run-1', slot: 0, generation: 1, name: 'unet_step_4', globalStep: 4, epoch: 0 },
  ...{ sizeBytes: 0, created: '', meanLoss: 1, kept: false, autosave: false },
};
const content = {
  facts: { config: presetConfig('tiny'), globalStep: 4, dataset: { count: 10 }, execution: HERE },
  history: new History(Float32Array.of(1, 1, 1, 1)),
};

test('a run of this machine has the same bits', () => {
  expect(describeFound(content, record, HERE, [], null)).toMatchObject({
    sameBits: true,
    imported: false,
  });
});

test('an import from elsewhere has not, though its checkpoint was written on this machine', () => {
  const found = describeFound(content, record, HERE, [], { ...HERE, executor: 'PyTorch' });
  expect(found).toMatchObject({ sameBits: false, imported: true });
  expect(found.sameBitsWhy).toContain('Another executor');
});
