// Claims: after a pause the samples of the paused step are drawn in the background, and no command waits for
// them: Resume hands them to the loop, Save and Draw go on with them, New run and Resume from here drop them,
// each after the denoising call in flight. A validation can be skipped, a finished run prolonged. Counted in
// denoising calls, each of which ends when the test lets it; with an executor that computes nothing, and a
// store on a disk in memory.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Executor } from '../../src/engine/executor.ts';
import { modelOfRun, presetConfig } from '../../src/settings/presets.ts';
import type { CheckpointRecord, RunState, RunSummary, TrainerEvent } from '../../src/trainer/api.ts';
import { type Fault, FaultError } from '../../src/fault.ts';
import type { RunDevice } from '../../src/trainer/equipment.ts';
import { Outbox } from '../../src/trainer/outbox.ts';
import { readContent } from '../../src/trainer/checkpoint-file.ts';
import { initialState } from '../../src/trainer/run.ts';
import { Trainer, type TrainerStore } from '../../src/trainer/trainer.ts';
import { deviceLost } from '../../src/trainer/trouble.ts';
import { openStore } from '../checkpoint/a-run.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import { idleExecutor } from './idle-executor.ts';

// PNGs need a browser, and are not what is claimed here.
vi.mock('../../src/trainer/samples/sheet-png.ts', () => ({
  sheetPng: () => new Blob(),
  countAlike: () => null,
}));
vi.mock('../../src/trainer/loss-plot.ts', () => ({ lossPlotPng: () => new Blob() }));
/** What was kept and copied in the index, and what the page had heard of by then. */
const kept: unknown[] = [];
vi.mock('../../src/trainer/keep-png.ts', () => ({
  keepPng: (run: string, step: number, kind: string) => kept.push({ run, step, kind }) > 0,
  keptSamples: () => null,
  keepSamplesOf: (from: string, run: string, upTo: number) => kept.push({ from, run, upTo }),
}));

const CALLS = 50;
const config = {
  ...presetConfig('tiny'),
  ...{ dataset: 'shapes', imageSize: 8, maxImages: 400, batchSize: 4, sampleSteps: CALLS },
  ...{ checkpointEverySteps: 1_000_000, sampleEverySteps: 1_000_000, epochs: 1000, maxSteps: 1000 },
};

let events: TrainerEvent[];
let trainer: Trainer;
let disk: MemoryDisk;
/** Denoising calls begun, and what ends the one in flight. */
let calls: number;
let endCall: () => void;
/** Calls end at once. */
let free: boolean;
/** Steps that may still be made; the loop then waits. */
let stepsLeft: number;
let waitingSteps: (() => void)[];
let stepFails: boolean;
/** Loses the newest device. */
let lose: () => void;
const moreSteps = (): void => waitingSteps.splice(0).forEach((go) => go());

/** As the plan: no step before `prepare`. */
function executor(): Executor {
  let prepared = false;
  return idleExecutor({
    prepare: () => {
      prepared = true;
      return Promise.resolve();
    },
    parameters: modelOfRun(config).parameters,
    step: async () => {
      if (!prepared) throw new Error('a step comes after prepare()');
      while (stepsLeft <= 0) await new Promise<void>((resolve) => waitingSteps.push(resolve));
      stepsLeft -= 1;
      if (stepFails) throw new Error('a step that fails');
      return { loss: 1, perSample: new Float32Array(4).fill(1), gradientNorm: 1, applied: true };
    },
    snapshot: () => Promise.resolve(initialState(config)),
    hold: () => ({ release: () => undefined }),
    predict: async (_held, { sample }) => {
      calls += 1;
      if (!free) await new Promise<void>((resolve) => (endCall = resolve));
      return new Float32Array(sample.data.length);
    },
    dispose: () => undefined,
  });
}

const device = (
  lost: Promise<string> = new Promise((resolve) => (lose = () => resolve('gone'))),
): RunDevice => ({
  lost,
  guard: (work) => Promise.race([work, lost.then(() => Promise.reject(deviceLost()))]),
  executorFor: () => Promise.resolve(executor()),
  prepare: (of) => of.prepare(),
  executionOf: () => ({ executor: 'plan', backend: '', kernels: '', adapter: '', browser: '' }),
  predictorFor: () => Promise.reject(new Error('nobody draws here')),
  trainingBytes: () => null,
  givenBytes: () => Promise.resolve(null),
  startAgain: () => Promise.resolve(device()),
});

async function openTrainer(changes: Partial<TrainerStore> = {}, on = device()): Promise<void> {
  // Of this trainer alone: one of an earlier test may still post.
  const posted: TrainerEvent[] = [];
  events = posted;
  const store = Object.assign(await openStore(disk), changes);
  trainer = new Trainer(store, new Outbox((more) => posted.push(...more)), on);
}

const until = (claim: () => void) => vi.waitFor(claim, { timeout: 20_000, interval: 5 });
const state = (): RunState | undefined =>
  events.flatMap((event) => (event.type === 'state' ? [event.state] : [])).at(-1);
const setsEnded = (): number[] =>
  events.flatMap((event) => (event.type === 'samples-end' ? [event.step] : []));
const records = (): CheckpointRecord[] =>
  events.flatMap((event) => (event.type === 'checkpoints' ? [event.checkpoints] : [])).at(-1) ?? [];
const becomes = (what: RunState) => until(() => expect(state()).toBe(what));
/** Takes the GPU away, and waits until another one was started and the run is `then`. */
async function loseGpu(then: RunState): Promise<void> {
  const from = events.length;
  lose();
  await until(() =>
    expect(events.slice(from).some((event) => event.type === 'state' && event.state === 'starting')).toBe(
      true,
    ),
  );
  await becomes(then);
}

/** A run that was paused after three steps, the first denoising call of its samples in flight. */
async function pausedRun(): Promise<void> {
  stepsLeft = 3;
  expect(await trainer.train(config, null)).toEqual({ ok: true, value: null });
  await until(() => expect(stepsLeft).toBe(0));
  // One step is in flight, or two: no other is begun.
  const pausing = trainer.pause();
  stepsLeft = Infinity;
  moreSteps();
  await pausing;
  stepsLeft = 0;
  await becomes('paused');
  await until(() => expect(calls).toBe(1));
}

/** As pausedRun; returns its newest checkpoint. */
async function pausedCheckpoint(): Promise<CheckpointRecord> {
  await pausedRun();
  const [newest] = records();
  if (!newest) throw new Error('nothing was saved');
  return newest;
}

beforeEach(async () => {
  disk = new MemoryDisk();
  [calls, free, stepsLeft] = [0, false, 0];
  endCall = () => undefined;
  waitingSteps = [];
  stepFails = false;
  await openTrainer();
});
afterEach(async () => {
  free = true;
  stepsLeft = Infinity;
  endCall();
  moreSteps();
  await trainer.newRun();
});

test('a run whose memory the GPU refuses does not begin, and the answer says what fits', async () => {
  const refused: Fault = {
    ...{
      kind: 'memory',
      title: 'Not enough memory',
      what: 'It was refused.',
      expected: 'less',
      got: '9 MiB',
    },
    todo: [],
  };
  await openTrainer(undefined, {
    ...device(),
    executorFor: () => Promise.reject(new FaultError(refused)),
    givenBytes: ({ gradientCheckpointing }) => Promise.resolve(gradientCheckpointing ? 5 : null),
  });
  const answer = await trainer.train(config, null);
  expect(answer).toMatchObject({
    ok: false,
    fault: { ...refused, todo: ['Choose gradient checkpointing: it fits.'] },
  });
  expect(answer.ok ? [] : answer.fault.offers).toEqual([
    { settings: { gradientCheckpointing: true }, bytes: 5 },
  ]);
  expect(state()).toBe('idle');
});

test('Resume waits for the call in flight only; the set goes on between the steps', async () => {
  await pausedRun();
  const resuming = trainer.resume();
  endCall();
  await resuming;
  expect(state()).toBe('training');
  expect(calls).toBeLessThanOrEqual(2);
  free = true;
  endCall();
  stepsLeft = CALLS + 10;
  moreSteps();
  await until(() => expect(setsEnded()).toHaveLength(1));
  expect(calls).toBe(CALLS);
});

test('a search for a run of earlier that comes after Train leaves the run of Train', async () => {
  const training = trainer.train(config, null);
  await trainer.recover();
  expect(await training).toEqual({ ok: true, value: null });
  expect(state()).toBe('training');
});

test('New run drops the set after the call in flight', async () => {
  await pausedRun();
  const ending = trainer.newRun();
  endCall();
  expect(await ending).toEqual({ ok: true, value: null });
  expect(state()).toBe('idle');
  expect(calls).toBe(1);
});

test('Continue goes on in the run that New run has closed, at the next step, after a reload too', async () => {
  free = true;
  const before = await pausedCheckpoint();
  expect(await trainer.newRun()).toEqual({ ok: true, value: null });
  disk = disk.restarted('none');
  await openTrainer();
  await trainer.recover();
  expect(state()).toBe('idle');
  stepsLeft = 2;
  expect(await trainer.continueRun(before.runId)).toEqual({ ok: true, value: null });
  expect(state()).toBe('training');
  await until(() => expect(stepsLeft).toBe(0));
  const pausing = trainer.pause();
  stepsLeft = Infinity; // for the steps in flight, one or two
  moreSteps();
  await pausing;
  const steps = events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []));
  expect(steps[0]?.globalStep).toBe(before.globalStep + steps[0]!.losses.length);
  expect(records()[0]?.runId).toBe(before.runId);
  expect(records()[0]?.globalStep).toBeGreaterThan(before.globalStep);
  disk = disk.restarted('none');
  await openTrainer();
  await trainer.recover();
  expect(trainer.runId).toBe(before.runId);
});

test('Continue of a run that is not there is a fault, and changes nothing', async () => {
  expect(await trainer.continueRun('run-0')).toMatchObject({ ok: false, fault: { kind: 'storage' } });
  expect(state()).toBe('idle');
});

test('the current run is deleted while it trains: it stops, unsaved, and nothing comes back', async () => {
  const parent = await pausedCheckpoint();
  free = true;
  endCall();
  expect(await trainer.resumeFrom(parent, {}, null)).toEqual({ ok: true, value: null });
  const { runId } = trainer;
  const deleting = trainer.deleteRun();
  stepsLeft = Infinity; // for the steps in flight, one or two
  moreSteps();
  expect(await deleting).toEqual({ ok: true, value: null });
  expect(state()).toBe('idle');
  expect([...disk.files.keys()].filter((path) => path.includes(runId!))).toEqual([]);
  disk = disk.restarted('none');
  await openTrainer();
  await trainer.recover();
  expect(state()).toBe('idle');
  expect(disk.files.has(`runs/${parent.runId}/slot-1`)).toBe(true);
});

test('a run that the store does not let go is not stopped', async () => {
  const { fault } = deviceLost();
  await openTrainer({ removeRun: () => Promise.resolve({ ok: false, fault }) });
  stepsLeft = 3;
  await trainer.train(config, null);
  await until(() => expect(stepsLeft).toBe(0));
  const deleting = trainer.deleteRun();
  stepsLeft = Infinity; // for the steps in flight, one or two
  moreSteps();
  expect(await deleting).toEqual({ ok: false, fault });
  expect(['training', 'finished']).toContain(state());
});

test('a run is called after its pictures and its day, a fork after its parent and where it began', async () => {
  const parent = await pausedCheckpoint();
  // The page has a run's name before the run: it shows no other one until the first checkpoint.
  const [named, begun] = ['checkpoints', 'run'].map((type) => events.findIndex((one) => one.type === type));
  expect(events[named!]).toMatchObject({
    checkpoints: [],
    runs: [{ name: expect.stringMatching(/^Shapes, /) }],
  });
  expect(named).toBeLessThan(begun!);
  free = true;
  endCall();
  stepsLeft = Infinity; // for the steps in flight, one or two
  await trainer.resumeFrom(parent, {}, null);
  const pausing = trainer.pause();
  moreSteps();
  await pausing;
  const runs = events.flatMap((event) => (event.type === 'checkpoints' ? [event.runs] : [])).at(-1);
  const day = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  expect(runs?.map(({ name }) => name)).toEqual([`Shapes, ${day}, from ${parent.name}`, `Shapes, ${day}`]);
});

test('Resume from here drops the set after the call in flight', async () => {
  const record = await pausedCheckpoint();
  const forking = trainer.resumeFrom(record, {}, null);
  endCall();
  expect(await forking).toEqual({ ok: true, value: null });
  expect(state()).toBe('training');
  expect(calls).toBe(1);
});

const runs = (): string[] => events.flatMap((event) => (event.type === 'run' ? [event.run.runId] : []));

test('Resume from here gives the new run the samples so far, and says that the old run is kept', async () => {
  const record = await pausedCheckpoint();
  kept.length = 0;
  free = true;
  const forking = trainer.resumeFrom(record, {}, null);
  endCall();
  await forking;
  const [old, fork] = runs();
  expect(kept[0]).toEqual({ from: old, run: fork, upTo: record.globalStep });
  expect(events.findLast(({ type }) => type === 'notice')).toEqual({
    type: 'notice',
    text: `New run from ${record.name}. The old run is kept.`,
  });
});

test('an import has the samples of its file, and none where the file has none', async () => {
  const record = await pausedCheckpoint();
  free = true;
  endCall();
  const loaded = await (await openStore(disk.restarted('none'))).load(record);
  if (!loaded.ok) throw new Error('the checkpoint cannot be read');
  const content = readContent(loaded.value.metadata, loaded.value.tensors);
  const samples = { size: 8, channels: 3, data: new Uint8Array(16 * 8 * 8 * 3) };
  for (const carried of [samples, null]) {
    kept.length = 0;
    expect(await trainer.importContent({ ...content, samples: carried })).toEqual({ ok: true, value: null });
    const sheets = kept.filter((one) => JSON.stringify(one).includes('"samples"'));
    // The validation keeps its own samples where none were stored with the checkpoint.
    expect(sheets[0]).toEqual({ run: runs().at(-1), step: record.globalStep, kind: 'samples' });
    expect(kept.indexOf(sheets[0]) === 0).toBe(carried !== null);
  }
});

test('where Resume from here fails, the set goes on', async () => {
  await pausedRun();
  const forking = trainer.resumeFrom({ runId: 'no such run', generation: 77 }, {}, null);
  free = true;
  endCall();
  expect(await forking).toMatchObject({ ok: false });
  await until(() => expect(setsEnded()).toHaveLength(1));
  expect(calls).toBe(CALLS);
  expect(state()).toBe('paused');
});

test('Save answers after the call in flight, and the set goes on', async () => {
  await pausedRun();
  const saving = trainer.saveCheckpoint();
  endCall();
  await saving;
  expect(calls).toBeLessThanOrEqual(2);
  free = true;
  endCall();
  await until(() => expect(setsEnded()).toHaveLength(1));
  expect(calls).toBe(CALLS);
});

test('Draw 16 more does not keep Resume waiting', async () => {
  await pausedRun();
  const drawing = trainer.drawSamples({ seed: 5, weights: 'ema' });
  endCall();
  await drawing;
  await until(() => expect(calls).toBe(2));
  const resuming = trainer.resume();
  endCall();
  await resuming;
  expect(state()).toBe('training');
  expect(calls).toBeLessThanOrEqual(3);
});

test('a paused run whose samples lose the GPU stays paused, on another device', async () => {
  await pausedRun();
  await loseGpu('paused');
  await trainer.resume();
  expect(state()).toBe('training');
});

test('so does a paused run whose validation loses the GPU', async () => {
  await pausedRun();
  disk = disk.restarted('none');
  calls = 0;
  await openTrainer();
  const recovering = trainer.recover();
  await until(() => expect(calls).toBe(1));
  lose();
  await recovering;
  expect(state()).toBe('paused');
});

test('a run fails, and can be left, also where the store has stopped', async () => {
  disk = disk.restarted('none');
  await openTrainer({ writeNote: () => Promise.reject(new Error('the store has stopped')) });
  [stepsLeft, stepFails] = [1, true];
  await trainer.train(config, null);
  await becomes('failed');
  expect(await trainer.newRun()).toEqual({ ok: true, value: null });
  expect(await trainer.train(config, null)).toEqual({ ok: true, value: null });
  expect(state()).toBe('training');
});

test('a command that stops a run that trains, and is not meant for one, lets it train on', async () => {
  await pausedRun();
  const resuming = trainer.resume();
  const drawing = trainer.drawSamples({ seed: 5, weights: 'ema' });
  [free, stepsLeft] = [true, 1];
  endCall();
  await Promise.all([resuming, drawing]);
  expect(state()).toBe('training');
  stepsLeft = 5;
  moreSteps();
  await until(() => expect(stepsLeft).toBe(0));
});

/** A run of `maxSteps` steps of 4 of 400 pictures that was trained to its end, its last samples drawn. */
async function finishedRun(changes: Partial<typeof config> = {}): Promise<void> {
  [free, stepsLeft] = [true, Infinity];
  expect(await trainer.train({ ...config, maxSteps: 5, ...changes }, null)).toEqual({
    ok: true,
    value: null,
  });
  await becomes('finished');
  await until(() => expect(setsEnded()).toContain(runNow().lastStep));
  expect(events.flatMap((event) => (event.type === 'fault' ? [event.fault] : []))).toEqual([]);
  await until(() => expect(records().map(({ name }) => name)).toContain('unet_final'));
  stepsLeft = 0;
}

const runNow = (): RunSummary => {
  const run = events.flatMap((event) => (event.type === 'run' ? [event.run] : [])).at(-1);
  if (!run) throw new Error('no run');
  return run;
};
const stepsMade = (): number =>
  Math.max(0, ...events.flatMap((event) => (event.type === 'progress' ? [event.progress.globalStep] : [])));

test('Train longer: the same run goes on to its new end', async () => {
  await finishedRun();
  const { runId } = runNow();
  expect(await trainer.trainLonger(3)).toEqual({ ok: true, value: null });
  expect(state()).toBe('training');
  expect(runNow()).toMatchObject({ runId, lastStep: 8, config: { maxSteps: 8 } });
  stepsLeft = Infinity;
  moreSteps();
  await becomes('finished');
  expect(stepsMade()).toBe(8);
  await until(() =>
    expect(records().map((one) => [one.runId, one.name, one.globalStep])).toEqual([
      [runId, 'unet_final', 8],
      [runId, 'unet_final', 5],
    ]),
  );
});

test('a reload before the next checkpoint knows the new end', async () => {
  await finishedRun();
  const { runId } = runNow();
  await trainer.trainLonger(3);
  disk = disk.restarted('none');
  await openTrainer();
  await trainer.recover();
  expect(state()).toBe('training');
  expect(runNow()).toMatchObject({ runId, lastStep: 8 });
  stepsLeft = Infinity;
  moreSteps();
  await becomes('finished');
  expect(stepsMade()).toBe(8);
});

test('a finished run that was opened again goes on, with nothing compiled beside its validation', async () => {
  // The second call of a validation begins to compile the step.
  await finishedRun({ sampleSteps: 1 });
  const { runId } = runNow();
  disk = disk.restarted('all'); // a reload, no power cut
  await openTrainer();
  await trainer.recover();
  // What was found, and passed over, says why where it is not.
  expect(events.filter(({ type }) => type === 'notice')).toEqual([]);
  expect(state()).toBe('finished');
  expect(await trainer.trainLonger(3)).toEqual({ ok: true, value: null });
  stepsLeft = Infinity;
  moreSteps();
  await becomes('finished');
  expect(stepsMade()).toBe(8);
  expect(runNow()).toMatchObject({ runId, lastStep: 8 });
});

test('a run that its epochs ended can be prolonged, to a step inside an epoch too', async () => {
  // Epochs of 100 steps.
  await finishedRun({ maxSteps: 1000, epochs: 1 });
  expect(runNow().lastStep).toBe(100);
  expect(await trainer.trainLonger(50)).toEqual({ ok: true, value: null });
  expect(runNow()).toMatchObject({ lastStep: 150, config: { epochs: 2, maxSteps: 150 } });
});

test('no run is made longer than a run may be, or where there is no room for it', async () => {
  await finishedRun();
  expect(await trainer.trainLonger(1e7)).toMatchObject({ ok: false, fault: { kind: 'setting' } });
  disk.quotaBytes = 0;
  expect(await trainer.trainLonger(1_000_000)).toMatchObject({ ok: false, fault: { kind: 'storage' } });
  expect(state()).toBe('finished');
  expect(runNow().lastStep).toBe(5);
});

test('Resume from here at a last step needs another end: with more steps it is a new run', async () => {
  await finishedRun();
  const { runId } = runNow();
  const [record] = records();
  if (!record) throw new Error('nothing was saved');
  expect(await trainer.resumeFrom(record, {}, null)).toMatchObject({
    ok: false,
    fault: { kind: 'setting', title: 'From unet_final no step is left to train' },
  });
  expect(state()).toBe('finished');
  expect(runNow().runId).toBe(runId);
  expect(await trainer.resumeFrom(record, {}, 4)).toEqual({ ok: true, value: null });
  expect(runNow()).toMatchObject({ parent: `${runId}@5`, lastStep: 9 });
  expect(state()).toBe('training');
});

test('Save while training answers when the checkpoint is saved', async () => {
  stepsLeft = 3;
  await trainer.train(config, null);
  await until(() => expect(stepsLeft).toBe(0));
  const saving = trainer.saveCheckpoint();
  expect(records()).toEqual([]);
  free = true;
  stepsLeft = 20;
  moreSteps();
  expect(await saving).toEqual({ ok: true, value: true });
  expect(records()).toHaveLength(1);
});

test('Save says that nothing was saved where the GPU is lost in the same moment; the run goes on', async () => {
  await pausedRun();
  free = true;
  endCall();
  await trainer.resume();
  await until(() => expect(stepsLeft).toBe(0));
  const saving = trainer.saveCheckpoint();
  const losing = loseGpu('training');
  expect(await saving).toMatchObject({
    ok: false,
    fault: { kind: 'gpu', title: expect.stringContaining('not saved') as string },
  });
  expect(records()).toHaveLength(1);
  await losing;
});

test('Skip ends the validation after the call in flight; the run waits, as it was paused', async () => {
  await pausedRun();
  disk = disk.restarted('none');
  calls = 0;
  await openTrainer();
  const recovering = trainer.recover();
  await becomes('validating');
  await until(() => expect(calls).toBe(1));
  const skipping = trainer.skipValidation();
  endCall();
  await Promise.all([recovering, skipping]);
  expect(state()).toBe('paused');
  expect(calls).toBe(1);
  expect(setsEnded()).toEqual([]);
});

test('New run ends a validation, and no step is made', async () => {
  await pausedRun();
  disk = disk.restarted('none');
  calls = 0;
  await openTrainer();
  const recovering = trainer.recover();
  await until(() => expect(calls).toBe(1));
  const ending = trainer.newRun();
  endCall();
  await Promise.all([recovering, ending]);
  expect(state()).toBe('idle');
  expect(calls).toBe(1);
  expect(events.map((event) => event.type)).not.toContain('progress');
});
