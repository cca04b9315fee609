// Claims: the exported folder names the scheduler that draws from its network, in each file that names one,
// and comes back with the prediction that it learnt. That diffusers opens it: test/interop-live.
import { expect, it } from 'vitest';
import { fromDiffusersScheduler } from '../../../src/diffusion/diffusers-scheduler.ts';
import { openZip } from '../../../src/formats/zip-reader.ts';
import { presetConfig } from '../../../src/settings/presets.ts';
import type { CheckpointContent } from '../../../src/trainer/checkpoint-file.ts';
import { diffusersZip } from '../../../src/trainer/export/diffusers-zip.ts';
import { History } from '../../../src/trainer/history.ts';
import { initialState } from '../../../src/trainer/run.ts';

it.each([
  ['epsilon', 'DDPMScheduler', 'DDIMScheduler.from_config'],
  ['v_prediction', 'DDPMScheduler', 'DDIMScheduler.from_config'],
  ['flow_prediction', 'FlowMatchEulerDiscreteScheduler', 'DDPMPipeline.from_pretrained'],
] as const)('%s: %s', async (predictionType, scheduler, recipe) => {
  const config = { ...presetConfig('tiny'), predictionType, imageSize: 8 };
  const facts: CheckpointContent['facts'] = {
    ...{ name: 'unet_step_0', globalStep: 0, epoch: 0, epochPosition: 0, runId: 'run-1', parent: '' },
    execution: { executor: 'eager', backend: 'cpu', kernels: '', adapter: '', browser: '' },
    config,
    dataset: { name: 'shapes', title: 'Shapes', count: 8, size: 8, fingerprint: 'f' },
    words: null,
    classes: null,
    created: '',
  };
  const content = { facts, state: initialState(config), history: new History(), samples: null };
  const entries = await openZip(await diffusersZip(content, 'ema'), { stored: false });
  const text = async (name: string): Promise<string> =>
    new TextDecoder().decode(await entries.find((entry) => entry.name === name)?.read());
  expect(JSON.parse(await text('model_index.json'))).toMatchObject({ scheduler: ['diffusers', scheduler] });
  const written: unknown = JSON.parse(await text('scheduler/scheduler_config.json'));
  expect(written).toMatchObject({ _class_name: scheduler });
  expect(fromDiffusersScheduler(written)).toMatchObject({ predictionType });
  const readme = await text('README.md');
  expect(readme).toContain(recipe);
  expect(readme.includes('DDIMScheduler')).toBe(scheduler === 'DDPMScheduler');
});
