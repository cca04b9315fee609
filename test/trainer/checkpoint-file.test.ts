// Claims: tensors and metadata of a checkpoint hold exactly what was put in; one of another network, an
// altered one and a newer one are refused by name. Bytes: exact-resume.test.ts.
import { expect, test } from 'vitest';
import { modelOfRun, networkOf, presetConfig } from '../../src/settings/presets.ts';
import { STATE_GROUPS } from '../../src/engine/executor.ts';
import { FaultError } from '../../src/fault.ts';
import { toDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import {
  checkDigest,
  type FileFacts,
  fileMetadata,
  fileTensors,
  readContent,
  readFacts,
} from '../../src/trainer/checkpoint-file.ts';
import { History } from '../../src/trainer/history.ts';
import { initialState } from '../../src/trainer/run.ts';

const config = { ...presetConfig('tiny'), seed: 7 };
const facts: FileFacts = {
  name: 'unet_step_2',
  globalStep: 2,
  epoch: 0,
  epochPosition: 8,
  runId: 'run-1',
  parent: '',
  execution: { executor: 'eager', backend: 'cpu', kernels: 'tfjs', adapter: 'a', browser: 'b' },
  config,
  dataset: { name: 'shapes', title: 'Shapes', count: 28, size: 16, fingerprint: 'f', words: 'w' },
  words: null,
  classes: null,
  created: '2026-01-02T03:04:05.000Z',
};
const history = new History(
  Float32Array.of(1, 0.5),
  Float32Array.of(1, NaN, NaN, NaN, 0.5, NaN, NaN, NaN),
  [],
);
const { parameters: specs } = modelOfRun(config);

async function file() {
  const tensors = fileTensors(specs, initialState(config), history, facts);
  return { tensors, metadata: await fileMetadata(facts, tensors) };
}

test('names are the agreed ones', async () => {
  const { tensors, metadata } = await file();
  const names = tensors.map(({ name }) => name);
  for (const name of [
    'unet.conv_in.weight',
    'ema.conv_in.weight',
    'optimizer.exp_avg.conv_in.weight',
    'optimizer.exp_avg_sq.mid_block.attentions.0.to_out.0.bias',
  ])
    expect(names).toContain(name);
  const plain = specs.map(({ name }) => name);
  const prefixes = ['unet.', 'ema.', 'optimizer.exp_avg.', 'optimizer.exp_avg_sq.'];
  expect(names.slice(0, -3)).toEqual(prefixes.flatMap((prefix) => plain.map((name) => prefix + name)));
  expect(names.slice(-3)).toEqual([
    'history.batch_losses',
    'history.epoch_losses',
    'history.batch_losses_by_quartile',
  ]);
  expect(tensors.at(-2)?.shape).toEqual([0]);
  expect(tensors.at(-1)?.shape).toEqual([2, 4]);
  expect(Object.values(metadata).every((value) => typeof value === 'string')).toBe(true);
  expect(metadata).toMatchObject({
    format: 'perennial-checkpoint',
    version: '1',
    name: 'unet_step_2',
    global_step: '2',
    epoch: '0',
    epoch_position: '8',
    seed: '7',
    run_id: 'run-1',
    parent: '',
  });
});

test('facts, state and history read from tensors and metadata are those that were put in', async () => {
  const { tensors, metadata } = await file();
  await checkDigest(metadata, tensors);
  const content = readContent(metadata, tensors);
  const state = initialState(config);
  for (const group of STATE_GROUPS) expect(content.state[group]).toEqual(state[group]);
  expect(content.facts).toEqual({ ...facts, appVersion: __APP_VERSION__ });
  expect([...content.history.batchLosses(0, 2)]).toEqual([1, 0.5]);
  expect([...content.history.quartileLosses(2)]).toEqual([1, NaN, NaN, NaN, 0.5, NaN, NaN, NaN]);
});

test('what happened after the step is not in its file', () => {
  const later = new History(Float32Array.of(1, 0.5, 0.25), new Float32Array(12), [0.75, 0.25]);
  const tensors = fileTensors(specs, initialState(config), later, { globalStep: 2, epoch: 1 });
  expect(tensors.slice(-3).map(({ shape }) => shape)).toEqual([[2], [1], [2, 4]]);
  expect([...(tensors.at(-2)?.data ?? [])]).toEqual([0.75]);
});

test('one changed bit, or one changed word of metadata, is found', async () => {
  const { tensors, metadata } = await file();
  await expect(checkDigest({ ...metadata, global_step: '3' }, tensors)).rejects.toThrow(/altered/);
  const bytes = new Uint8Array(tensors[0]?.data.buffer ?? new ArrayBuffer(0));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await expect(checkDigest(metadata, tensors)).rejects.toThrow(FaultError);
});

test('another network, a missing and an unknown tensor are named', async () => {
  const { tensors, metadata } = await file();
  const small = { ...presetConfig('small'), imageSize: 32 };
  const unet = JSON.stringify(toDiffusersUNet(networkOf(small)));
  const other = { ...metadata, config: JSON.stringify(small), unet_config: unet };
  expect(() => readContent(other, tensors)).toThrow(/another network.*conv_in\.weight/);
  expect(() => readContent(metadata, tensors.slice(1))).toThrow(/conv_in/);
  expect(() =>
    readContent(metadata, [...tensors, { name: 'unet.extra', shape: [1], data: new Float32Array(1) }]),
  ).toThrow(/unet\.extra/);
});

test('a foreign, a newer and a damaged file are told apart', async () => {
  const { metadata } = await file();
  expect(() => readFacts({})).toThrow(/not a Perennial checkpoint/);
  expect(() => readFacts({ ...metadata, version: '2' })).toThrow(/newer Perennial/);
  expect(() => readFacts({ ...metadata, global_step: '-1' })).toThrow(/global_step/);
  expect(() => readFacts({ ...metadata, dataset: '{' })).toThrow(/dataset/);
});

test('a checkpoint that began elsewhere after its own step, or learns from no pictures of ours, is refused', async () => {
  const { metadata } = await file();
  const origin = { ...JSON.parse(metadata['config'] ?? ''), origin: { globalStep: 3, epoch: 1 } };
  expect(() => readFacts({ ...metadata, config: JSON.stringify(origin) })).toThrow(/origin 3/);
  const unet = { ...JSON.parse(metadata['unet_config'] ?? ''), in_channels: 5, out_channels: 5 };
  expect(() => readFacts({ ...metadata, unet_config: JSON.stringify(unet) })).toThrow(/in_channels.*5, 5/);
});

test('the state of the loss scaling comes back with the optimizer’s; one that is none is refused', async () => {
  const lossScale = { scale: 4096, growthTracker: 1999, skipped: 2 };
  const tensors = fileTensors(specs, initialState(config), history, facts);
  const metadata = await fileMetadata({ ...facts, lossScale }, tensors);
  expect(JSON.parse(metadata['loss_scale'] ?? '')).toEqual({
    scale: 4096,
    _growth_tracker: 1999,
    skipped: 2,
  });
  const content = readContent(metadata, tensors);
  expect(content.state.lossScale).toEqual(lossScale);
  expect(content.facts.lossScale).toEqual(lossScale);
  expect(readContent((await file()).metadata, tensors).state.lossScale).toBeUndefined();
  const counts = '"_growth_tracker":0,"skipped":0';
  const scales = ['0', '1e-60', '1e39', '1e999'].map((scale) => `{"scale":${scale},${counts}}`);
  const more = `{"scale":1,"_growth_tracker":0,"skipped":${facts.globalStep + 1}}`;
  for (const wrong of ['{', 'null', ...scales, '{"scale":1,"skipped":0}', more])
    expect(() => readFacts({ ...metadata, loss_scale: wrong })).toThrow(FaultError);
});

test('no text of the metadata is long, hides or turns others', async () => {
  const { metadata } = await file();
  const text = `a\u202eb\u0007${'w'.repeat(300_000)}`;
  const said = readFacts({
    ...metadata,
    name: text,
    run_id: text,
    parent: text,
    created: text,
    app_version: text,
    dataset: JSON.stringify({ ...facts.dataset, title: text, name: text, fingerprint: text, words: text }),
    execution: JSON.stringify({
      ...facts.execution,
      adapter: text,
      browser: text,
      tiles: { [text]: text, other: [text] },
      more: text,
    }),
  });
  const { config: _, ...texts } = said;
  expect(JSON.stringify(texts).length).toBeLessThan(4000);
  expect(JSON.stringify(texts)).not.toMatch(/\u202e|\\u0007|w{201}/);
  expect(said.name).toMatch(/^a b w+…$/);
});

test.each(['dataset', 'execution', 'config', 'unet_config'])(
  '%s nested without end is refused',
  async (key) => {
    const { metadata } = await file();
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const fields = { dataset: 'title', execution: 'adapter', config: 'preset', unet_config: 'norm_eps' };
    const field = fields[key as keyof typeof fields];
    const before = JSON.parse(metadata[key] ?? '') as Record<string, unknown>;
    const json = JSON.stringify({ ...before, [field]: 0 }).replace(`"${field}":0`, `"${field}":${deep}`);
    expect(json).toContain(deep);
    const wrong = { ...metadata, [key]: json };
    expect(() => readFacts(wrong)).toThrow(FaultError);
    expect(() => readFacts({ ...metadata, [key]: deep })).toThrow(FaultError);
  },
);
