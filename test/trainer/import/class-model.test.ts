// Claims: a UNet2DModel of classes that diffusers saved (interop/make_model_folders.py) is imported, trained,
// drawn from, and exported in every form, and each form brings back its classes by the same numbers. That
// diffusers opens the export: test/interop-live. That its losses are PyTorch's: test/interop, golden cases.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openPictures } from '../../../src/data/sets.ts';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import { startDevice } from '../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../src/engine/eager/eager-executor.ts';
import { safetensorsBlob } from '../../../src/formats/safetensors-file.ts';
import { openZip } from '../../../src/formats/zip-reader.ts';
import { modelOfRun } from '../../../src/settings/presets.ts';
import { type CheckpointContent, fileMetadata, fileTensors } from '../../../src/trainer/checkpoint-file.ts';
import { exportedFile } from '../../../src/trainer/export/export-file.ts';
import { History } from '../../../src/trainer/history.ts';
import { offerOf } from '../../../src/trainer/import/offer.ts';
import { placeAt } from '../../../src/trainer/run.ts';
import { Drawing } from '../../../src/trainer/samples/drawing.ts';
import { trainingStep } from '../../../src/trainer/training-step.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/models/classes');
const KINDS = ['circle', 'diamond', 'ring', 'square', 'triangle'];

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => statSync(join(FOLDER, path)).isFile())
  .map((path) => new File([readFileSync(join(FOLDER, path))], `classes/${path}`));
const CHOSEN = { dataset: 'shapes', batchSize: 2, sampleSteps: 2 } as const;
const imported = async (given: File[], chosen = {}) =>
  (await offerOf({ files: given, which: 0 })).load({}, { ...CHOSEN, ...chosen });

let trained: CheckpointContent;
let labelsDrawn: number[];
let told: string[] | null;

beforeAll(async () => {
  vi.stubGlobal('navigator', {}); // a browser without a private file system has no pictures of the user's
  const { facts, state } = await imported(files);
  const { config, classes } = facts;
  const { parameters, network } = modelOfRun(config);
  const executor = createEagerExecutor(await startDevice('cpu'), parameters, network);
  executor.setState(state);
  const set = await openPictures('shapes', config);
  const learning = { config, levels: noiseLevels(config), words: null, classes };
  const history = new History();
  for (let step = 0; step < 2; step++) {
    const { microBatches, settings } = await trainingStep(learning, set, 100, step);
    const { loss, applied } = await executor.step(microBatches, settings);
    if (!applied) throw new Error(`step ${step} has the loss ${loss}`);
    history.push(loss, [NaN, NaN, NaN, NaN]);
  }
  labelsDrawn = [];
  const watched = {
    hold: executor.hold.bind(executor),
    predict: (...[held, inputs]: Parameters<typeof executor.predict>) => {
      labelsDrawn.push(...(inputs['class_labels']?.data ?? []));
      return executor.predict(held, inputs);
    },
  };
  const request = { purpose: 'progress', step: 2, weights: 'ema', seed: 0, calls: 1 } as const;
  const drawing = new Drawing({ runId: 'r', ...learning, executor: watched }, request);
  told = drawing.prompts;
  const drawn = await drawing.advance();
  if (!drawn?.finite) throw new Error('the samples are not finite');
  trained = {
    facts: { ...facts, ...placeAt(config, set.count, 2) },
    state: await executor.snapshot(),
    history,
    samples: null,
  };
});

afterAll(() => vi.unstubAllGlobals());

it('trains on the classes of its pictures, and its samples show each in turn', () => {
  expect(trained.facts.classes).toEqual(KINDS);
  expect(labelsDrawn).toEqual(Array.from({ length: 16 }, (_, i) => i % 5));
  expect(told?.slice(0, 6)).toEqual([...KINDS, 'circle']);
});

it('says before the import that classes are numbered by name', async () => {
  const { preview } = await offerOf({ files, which: 0 });
  expect(preview.missing.join(' ')).toContain('No names of classes');
});

const asCheckpoint = async (content: CheckpointContent): Promise<File> => {
  const { parameters } = modelOfRun(content.facts.config);
  const tensors = fileTensors(parameters, content.state, content.history, content.facts);
  const blob = safetensorsBlob(tensors, await fileMetadata(content.facts, tensors));
  return new File([blob], 'unet_step_2.safetensors');
};

it.each(['checkpoint', 'torch', 'diffusers'] as const)(
  'comes back from an export as %s with the numbers of its classes, though fewer pictures show fewer of them',
  async (kind) => {
    // Numbered anew, circle and the others would have other numbers than an ant before them.
    const renamed = { ...trained, facts: { ...trained.facts, classes: ['zebra', ...KINDS] } };
    const file =
      kind === 'checkpoint'
        ? await asCheckpoint(renamed)
        : await exportedFile(renamed, { kind, weights: 'raw' });
    const back = await imported([file], { maxImages: 8 });
    expect(back.facts.classes).toEqual(['zebra', ...KINDS]);
    expect(back.state.weights).toEqual(trained.state.weights);
  },
);

it('exports the fields by which diffusers builds the network, and the names of its classes', async () => {
  const zip = await exportedFile(trained, { kind: 'diffusers', weights: 'ema' });
  const entries = await openZip(zip, { stored: false });
  const text = async (name: string): Promise<string> =>
    new TextDecoder().decode(await entries.find((entry) => entry.name === name)?.read());
  expect(JSON.parse(await text('unet/config.json'))).toMatchObject({
    _class_name: 'UNet2DModel',
    class_embed_type: null,
    num_class_embeds: 6,
  });
  expect(JSON.parse(await text('model_index.json'))).toMatchObject({
    _class_name: ['pipeline', 'PerennialClassToImagePipeline'],
    id2label: { '0': 'circle', '4': 'triangle' },
  });
  expect(await text('pipeline.py')).toContain('class PerennialClassToImagePipeline');
  expect(await text('README.md')).toContain('| 2 | ring |');
});
