// The benchmark itself, in a page or in Node: Perennial's executor against stock TensorFlow.js on the same adapter, in turns;
// then kernel times, samples, losses. Reports rows as it goes; the last is the summary. Not here: the command line, the
// browser, PyTorch.
import * as tf from '@tensorflow/tfjs-core';
import { type Device, startDevice } from '../src/engine/device.ts';
import { createEagerExecutor } from '../src/engine/eager-executor.ts';
import type { Executor, ExecutorKind } from '../src/engine/executor.ts';
import { inputAndTarget } from '../src/engine/input-and-target.ts';
import type { PlanReport } from '../src/engine/plan/plan-executor.ts';
import { GpuCounter } from './counting.ts';
import { kernelRows } from './kernel-rows.ts';
import { timeKernels } from './kernel-times.ts';
import { type Amount, amountOf, type BenchOptions } from './options.ts';
import { drawSamples } from './samples.ts';
import {
  type CpuClock,
  maxRelativeDifference,
  median,
  stepsPerSecond,
  type StepTime,
  timeStep,
} from './steps.ts';
import { StockTrainer } from './stock.ts';
import { rounded, type Summary, summaryOf } from './summary.ts';
import { initialState, settingsOf, type Task, taskOf } from './task.ts';

export type Row = Record<string, unknown>;

/** An executor that holds the task's first state, and what it costs where it is a plan. */
interface Made {
  executor: Executor;
  report: PlanReport | null;
}

/** Everything a measurement needs. */
interface Bench {
  device: Device;
  gpu: GPUDevice;
  counter: GpuCounter;
  cpuClock: CpuClock;
  /** Makes our backend the one that tfjs computes on. */
  makeOursCurrent: () => Promise<unknown>;
  emit: (row: Row) => void;
}

/** Runs it all. Throws where a side computes something wrong: a time of nonsense is no time. */
export async function runBench(
  options: BenchOptions,
  cpuClock: CpuClock,
  emit: (row: Row) => void,
): Promise<Summary> {
  const counter = new GpuCounter(globalThis);
  const device = await startDevice('webgpu');
  if (!device.webgpu) throw new Error('the benchmark needs WebGPU');
  const backend = tf.getBackend();
  const makeOursCurrent = () => tf.setBackend(backend);
  const bench: Bench = { device, gpu: device.webgpu, counter, cpuClock, makeOursCurrent, emit };
  emit({
    row: 'machine',
    runtime: navigator.userAgent,
    threads: navigator.hardwareConcurrency,
    gpu: device.gpu,
    adapter: device.adapterKey,
    software: device.software,
    date: new Date().toISOString(),
    ...options,
  });
  const lost = device.lost.then((reason) => Promise.reject(new Error(`the GPU was lost: ${reason}`)));
  return await Promise.race([measure(options, bench), lost]);
}

async function measure(options: BenchOptions, bench: Bench): Promise<Summary> {
  const { device, emit } = bench;
  const amount = amountOf(options.quick, device.software);
  const task = taskOf(options.preset, options.batch);
  const { executor, report } = await makeMeasured(options.executor, task, bench);
  const { ours, stock } = await measureSteps(executor, task, amount, bench);
  const imagesPerSecond = await burst(executor, task, amount, bench);
  emit(speedRow(imagesPerSecond, options.batch, report));
  const profile = (work: () => Promise<unknown>) => timeKernels(bench.gpu, work);
  const next = 1 + amount.rounds * amount.ourSteps + amount.burst + 1;
  const times = await profile(() => stepOf(executor, task, next));
  for (const row of kernelRows(times, report)) emit(row);
  await measureSamples(executor, task, amount, bench);
  executor.dispose();
  const lossMaxRelDiff = await measureLoss(options.executor, amount, bench);
  return summaryOf({
    device: device.gpu,
    adapter: device.adapterKey,
    network: options.preset,
    parameters: task.parameterCount,
    batch: options.batch,
    ours,
    stock,
    memory: report,
    lossMaxRelDiff,
    imagesPerSecond,
  });
}

/** Tells what it took, as the counter saw it, to be held against what the plan says of itself. */
async function makeMeasured(kind: ExecutorKind, task: Task, bench: Bench): Promise<Made> {
  const { gpu, counter, emit } = bench;
  const started = performance.now();
  const before = counter.bytesOn(gpu);
  counter.take();
  const made = await make(kind, task, bench);
  emit({
    row: 'made',
    executor: kind,
    seconds: rounded((performance.now() - started) / 1000),
    pipelines: counter.take().pipelines,
    buffer_bytes: counter.bytesOn(gpu) - before,
    live_bytes: made.report?.liveBytes ?? null,
    allocated_bytes: made.report?.allocatedBytes ?? null,
    dispatches_per_step: made.report?.dispatchesPerStep ?? null,
  });
  return made;
}

async function make(kind: ExecutorKind, task: Task, { device }: Bench): Promise<Made> {
  const made = kind === 'plan' ? await makePlan(device, task) : makeEager(device, task);
  made.executor.setState(initialState(task));
  return made;
}

async function makePlan(device: Device, { parameters, network, shape }: Task): Promise<Made> {
  const { createPlanExecutor } = await import('../src/engine/plan/plan-executor.ts');
  const onCompiled = (done: number, total: number) => {
    if (done % 10 === 0 || done === total) console.error(`pipelines: ${done} of ${total}`);
  };
  const executor = await createPlanExecutor(device, parameters, network, { shape, onCompiled });
  return { executor, report: executor.report };
}

function makeEager(device: Device, { parameters, network }: Task): Made {
  return { executor: createEagerExecutor(device, parameters, network), report: null };
}

async function stepOf(executor: Executor, task: Task, step: number, warmupSteps = 0): Promise<number> {
  const { loss, applied } = await executor.step([task.batchOf(step)], settingsOf(task, step, warmupSteps));
  if (!applied) throw new Error(`our step ${step} was not applied: its loss is ${loss}`);
  return loss;
}

/** One warm-up each, then in turns; both sides make the same steps on the same batches as far as stock goes. */
async function measureSteps(
  executor: Executor,
  task: Task,
  amount: Amount,
  bench: Bench,
): Promise<{ ours: StepTime[]; stock: StepTime[] }> {
  const { counter, cpuClock, emit, gpu, makeOursCurrent } = bench;
  const trainer = await StockTrainer.start(task);
  const [ours, stock]: [StepTime[], StepTime[]] = [[], []];
  const stockStep = async () => {
    const batch = task.batchOf(stock.length + 1);
    const given = { ...batch, ...inputAndTarget(batch) };
    await trainer.makeCurrent();
    stock.push(await timeStep(counter, cpuClock, () => trainer.step(given)));
    progress('stock', stock);
    await makeOursCurrent();
  };
  const ourStep = async () => {
    const step = ours.length + 1;
    const [batch, settings] = [task.batchOf(step), settingsOf(task, step)];
    const run = () => executor.step([batch], settings).then(({ loss }) => loss);
    ours.push(await timeStep(counter, cpuClock, run));
    progress('our', ours);
  };
  await stockStep();
  await makeOursCurrent();
  await ourStep();
  for (let round = 0; round < amount.rounds; round++) {
    for (let i = 0; i < amount.stockSteps; i++) await stockStep();
    for (let i = 0; i < amount.ourSteps; i++) await ourStep();
  }
  emit(stepsRow('stock', stock, counter.bytesOn(trainer.device)));
  emit(stepsRow('ours', ours, counter.bytesOn(gpu)));
  checkLosses(stock, ours);
  trainer.dispose();
  return { ours: ours.slice(1), stock: stock.slice(1) };
}

/** For people who wait. */
function progress(side: string, steps: readonly StepTime[]): void {
  console.error(`${side} step ${steps.length}: ${((steps.at(-1)?.stepMs ?? NaN) / 1000).toFixed(2)} s`);
}

/** Times without the warm-up, losses with it; counts of the last step, which creates no pipelines any more. */
function stepsRow(row: string, steps: readonly StepTime[], bufferBytes: number): Row {
  const timed = steps.slice(1);
  return {
    row,
    warm_up_ms: rounded(steps[0]?.stepMs ?? NaN),
    warm_up_pipelines: steps[0]?.counts.pipelines,
    step_ms: timed.map(({ stepMs }) => rounded(stepMs)),
    host_ms: timed.map(({ hostMs }) => rounded(hostMs)),
    step_ms_median: rounded(median(timed.map(({ stepMs }) => stepMs))),
    host_ms_median: rounded(median(timed.map(({ hostMs }) => hostMs))),
    cpu_ms_median: rounded(median(timed.map(({ cpuMs }) => cpuMs))),
    ...steps.at(-1)?.counts,
    buffer_bytes: bufferBytes,
    loss: steps.map(({ loss }) => Number(loss.toPrecision(6))),
  };
}

/** tfjs' Adam has another epsilon and clips nothing: after the first step the two only stay near each other. */
const FIRST_LOSS_WITHIN = 1e-3;
const LATER_LOSS_WITHIN = 0.05;

/** Throws where stock and ours do not learn alike. */
function checkLosses(stock: readonly StepTime[], ours: readonly StepTime[]): void {
  stock.forEach(({ loss }, i) => {
    const expected = ours[i]?.loss ?? NaN;
    const within = i === 0 ? FIRST_LOSS_WITHIN : LATER_LOSS_WITHIN;
    if (Math.abs(loss - expected) <= within * expected) return;
    throw new Error(`step ${i + 1}: the losses of stock and ours differ, ${loss} and ${expected}`);
  });
}

/** Images a second. */
async function burst(executor: Executor, task: Task, amount: Amount, { gpu }: Bench): Promise<number> {
  const first = 2 + amount.rounds * amount.ourSteps;
  const perSecond = await stepsPerSecond(amount.burst, (i) => stepOf(executor, task, first + i));
  await gpu.queue.onSubmittedWorkDone();
  return perSecond * task.shape[0];
}

/** The whole step's arithmetic and memory a second, of a plan. */
function speedRow(imagesPerSecond: number, batch: number, report: PlanReport | null): Row {
  const perSecond = (key: 'flops' | 'bytes') =>
    report ? (report.kernels.reduce((sum, kernel) => sum + kernel[key], 0) * imagesPerSecond) / batch : NaN;
  return {
    row: 'speed',
    steps_in_flight: 2,
    images_per_second: rounded(imagesPerSecond),
    gflops_per_second: rounded(perSecond('flops') / 1e9),
    gbytes_per_second: rounded(perSecond('bytes') / 1e9),
  };
}

/** 16 samples by DDIM, ours against eager, from the same weights and noise. */
async function measureSamples(executor: Executor, task: Task, amount: Amount, bench: Bench): Promise<void> {
  const { executor: eager } = await make('eager', task, bench);
  executor.setState(initialState(task));
  const ours = await drawSamples(executor, task, amount.sampleCalls);
  const theirs = await drawSamples(eager, task, amount.sampleCalls);
  eager.dispose();
  bench.emit({
    row: 'samples',
    preset: task.preset,
    samples: 16,
    calls: amount.sampleCalls,
    ms_per_call: rounded(ours.msPerCall),
    ms_per_call_eager: rounded(theirs.msPerCall),
    ratio: rounded(theirs.msPerCall / ours.msPerCall),
    max_prediction_difference: ours.prediction.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (theirs.prediction[i] as number))),
      0,
    ),
  });
}

/** The losses of a short run, ours against eager; the largest relative difference. */
async function measureLoss(kind: ExecutorKind, amount: Amount, bench: Bench): Promise<number> {
  const task = taskOf(amount.lossPreset, 4);
  const losses: number[][] = [];
  for (const one of [kind, 'eager'] as const) {
    const { executor } = await make(one, task, bench);
    const found: number[] = [];
    for (let step = 1; step <= amount.lossSteps; step++) {
      found.push(await stepOf(executor, task, step, LOSS_WARM_UP));
    }
    executor.dispose();
    losses.push(found);
  }
  const [ours = [], eager = []] = losses;
  const difference = maxRelativeDifference(ours, eager);
  bench.emit({ row: 'loss', preset: task.preset, batch: 4, ours, eager, max_rel_diff: rounded(difference) });
  return difference;
}

/** Steps over which the rate rises, as in preset tiny: half of the run is at the full rate. */
const LOSS_WARM_UP = 10;
