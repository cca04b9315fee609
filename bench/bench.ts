// The benchmark itself, in a page or in Node: Perennial's executor and stock TensorFlow.js take turns on one
// adapter; then kernel times, samples, losses. Each measurement is reported as a row; the summary is
// returned. Not here: the command line, the browser, PyTorch.
import { SAMPLE_COUNT } from '../src/settings/sample-counts.ts';
import * as tf from '@tensorflow/tfjs-core';
import { type Device, startDevice } from '../src/engine/device/device.ts';
import { createEagerExecutor } from '../src/engine/eager/eager-executor.ts';
import type { Executor, ExecutorKind } from '../src/engine/executor.ts';
import type { PlanReport } from '../src/engine/plan/run/plan-executor.ts';
import { chartRow } from './chart.ts';
import { GpuCounter } from './counting.ts';
import { kernelRows } from './kernel-rows.ts';
import { timeKernels } from './kernel-times.ts';
import { type Amount, amountOf, type BenchOptions } from './options.ts';
import { drawSamples } from './samples.ts';
import { type CpuClock, maxRelativeDifference, stepsPerSecond } from './steps.ts';
import { rounded, type Summary, summaryOf } from './summary.ts';
import { initialState, settingsOf, type Task, taskOf } from './task.ts';
import { takeTurns } from './turns.ts';
import type { Row } from './row.ts';

/** An executor that holds the task's first state. `report`: what a plan says of its size; null for eager. */
interface Made {
  executor: Executor;
  report: PlanReport | null;
}

/** What every measurement uses. */
interface Bench {
  device: Device;
  gpu: GPUDevice;
  counter: GpuCounter;
  cpuClock: CpuClock;
  /** Makes our backend the current one of tfjs. */
  makeOursCurrent: () => Promise<unknown>;
  emit: (row: Row) => void;
}

/** All measurements. Throws where a side computes wrong losses: the time of a wrong result means nothing. */
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
  const { ours, stock } = await takeTurns(executor, task, amount, bench);
  const imagesPerSecond = await burst(executor, task, amount, bench);
  emit(speedRow(imagesPerSecond, options.batch, report));
  const next = 1 + amount.rounds * amount.ourSteps + amount.burst + 1;
  const times = await timeKernels(bench.gpu, () => stepOf(executor, task, next));
  for (const row of kernelRows(times, report)) emit(row);
  await measureSamples(executor, task, amount, bench);
  executor.dispose();
  emit(chartRow());
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

/** Makes the executor, and reports what the counter saw beside what the plan says of itself. */
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

async function makePlan(device: Device, { parameters, network, inputs }: Task): Promise<Made> {
  const { createPlanExecutor } = await import('../src/engine/plan/run/plan-executor.ts');
  const onCompiled = (done: number, total: number) => {
    if (done % 10 === 0 || done === total) console.error(`pipelines: ${done} of ${total}`);
  };
  const executor = await createPlanExecutor(device, parameters, network, {
    inputs,
  });
  await executor.prepare(onCompiled);
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

/** Images a second. */
async function burst(executor: Executor, task: Task, amount: Amount, { gpu }: Bench): Promise<number> {
  const first = 2 + amount.rounds * amount.ourSteps;
  const perSecond = await stepsPerSecond(amount.burst, (i) => stepOf(executor, task, first + i));
  await gpu.queue.onSubmittedWorkDone();
  return perSecond * task.shape[0];
}

/** Images, arithmetic and memory traffic per second; the latter two for a plan only. */
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

/** 16 samples by DDIM from the same weights and noise, by our executor and by eager. */
async function measureSamples(executor: Executor, task: Task, amount: Amount, bench: Bench): Promise<void> {
  const { executor: eager } = await make('eager', task, bench);
  executor.setState(initialState(task));
  const ours = await drawSamples(executor, task, amount.sampleCalls);
  const theirs = await drawSamples(eager, task, amount.sampleCalls);
  eager.dispose();
  bench.emit({
    row: 'samples',
    preset: task.preset,
    samples: SAMPLE_COUNT,
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

/** Largest relative difference between the losses of a short run by our executor and by eager. */
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

/** Warm-up steps of the learning rate, as in preset tiny: half of the run is at the full rate. */
const LOSS_WARM_UP = 10;
