// The form: which of preset, address and user wins; the trainer is asked for GPU bytes once per pause, one
// question at a time. Against a trainer whose answers the test gives.
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RunForm } from '../../src/app/run-form.ts';
import { lastRun } from '../../src/app/run-names.ts';
import { createState } from '../../src/app/state.ts';
import type { CheckpointRecord } from '../../src/checkpoint/api.ts';
import type { RunConfig } from '../../src/settings/settings.ts';
import type { Fault, Result } from '../../src/fault.ts';

const TOO_LARGE: Fault = {
  kind: 'memory',
  title: 'This GPU is too small for the training',
  what: 'A buffer does not fit.',
  expected: 'at most 100 bytes',
  got: '200 bytes',
  todo: [],
  offers: [{ settings: { batchSize: 8 }, bytes: 50 }],
};

const LOST: Fault = {
  ...{ kind: 'gpu', title: 'The GPU stopped answering', what: 'Checkpoints are safe.' },
  ...{ expected: 'a working device', got: 'none', todo: [] },
};

const STEP_200: CheckpointRecord = {
  ...{ runId: 'run-a', generation: 1, name: 'unet_step_200', globalStep: 200, epoch: 1, slot: 0 },
  ...{ sizeBytes: 1, created: '', meanLoss: null, kept: false, autosave: false },
};

type Answer = Result<number | null>;

function form(address = '') {
  const state = createState();
  state.machine.value = {
    ...{ backend: 'webgpu', executor: 'plan', gpu: 'a GPU', slow: false, why: null },
    ...{ probe: { opMs: 1, macsPerSecond: 1e9 } },
    planFault: null,
    maxTensorBytes: 1e9,
  };
  const asked: { config: RunConfig; answer: (answer: Answer) => void }[] = [];
  const runForm = new RunForm(
    state,
    new URLSearchParams(address),
    (config) => new Promise<Answer>((answer) => asked.push({ config, answer })),
  );
  return { state, asked, runForm, faults: runForm.readAddress() };
}

describe('run form', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));

  it('keeps what the address says when another size is chosen', () => {
    const { state, runForm, faults } = form('batchSize=3&learningRate=9');
    expect(faults).toHaveLength(1);
    runForm.change({ preset: 'tiny', seed: 5 });
    expect(state.form.value).toMatchObject({ preset: 'tiny', batchSize: 3, seed: 5, learningRate: 2e-3 });
    expect(state.presetChosen.value).toBe(true);
  });

  it('that is changed by the user asks for a new run; the smaller preset of a slow device does not', () => {
    const { state, runForm } = form();
    state.checkpoints.value = [STEP_200];
    state.runState.value = 'idle';
    runForm.usePreset('tiny');
    expect(lastRun(state)).toMatchObject({ comesFirst: true, finished: false });
    runForm.change({ dataset: 'shapes' });
    expect(lastRun(state)).toMatchObject({ comesFirst: false, finished: false });
  });

  it('asks for the bytes once, after the last of many changes', async () => {
    const { state, asked, runForm } = form();
    for (const batchSize of [1, 12, 128]) runForm.change({ batchSize });
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.map(({ config }) => config.batchSize)).toEqual([128]);
    asked[0]!.answer({ ok: true, value: 12_000_000 });
    await vi.advanceTimersByTimeAsync(0);
    expect(state.memory.value).toEqual({ bytes: 12_000_000, fault: null });
    runForm.change({ batchSize: 2 });
    expect(state.memory.value).toBeNull(); // the answer is another form's
  });

  it('asks one question at a time, and again where the form changed meanwhile', async () => {
    const { state, asked, runForm } = form();
    const fits = runForm.fits();
    runForm.change({ batchSize: 64 });
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveLength(1);
    asked[0]!.answer({ ok: true, value: 1 });
    await vi.advanceTimersByTimeAsync(0);
    expect(state.memory.value).toBeNull();
    expect(asked.map(({ config }) => config.batchSize)).toEqual([16, 64]);
    asked[1]!.answer({ ok: false, fault: TOO_LARGE });
    expect(await fits).toEqual(TOO_LARGE);
    expect(state.memory.value).toEqual({ bytes: null, fault: TOO_LARGE });
    runForm.change({ batchSize: 8 });
    expect(state.memory.value).toBeNull();
  });

  it('says nothing of the memory of a network that does not fit its pictures', async () => {
    const { state, asked, runForm } = form();
    runForm.change({ imageSize: 30 });
    expect(await runForm.fits()).toBeNull();
    expect(asked).toHaveLength(0);
    expect(state.memory.value).toEqual({ bytes: null, fault: null });
  });

  it('asks a new trainer what the one before never answered', async () => {
    const { asked, runForm } = form();
    void runForm.fits();
    runForm.newTrainer();
    const fits = runForm.fits();
    asked[1]!.answer({ ok: true, value: null });
    expect(await fits).toBeNull();
  });

  it('shows what fits where the GPU refuses the memory of a run that was to begin', () => {
    const { state, runForm } = form();
    expect(runForm.isRefused({ ok: true, value: null })).toBe(false);
    expect(runForm.isRefused({ ok: false, fault: LOST })).toBe(false);
    expect(state.memory.value).toBeNull();
    expect(runForm.isRefused({ ok: false, fault: TOO_LARGE })).toBe(true);
    expect(state.memory.value).toEqual({ bytes: null, fault: TOO_LARGE });
  });
});
