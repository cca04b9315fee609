// Stock TensorFlow.js and our executor take turns on one adapter (A-B-A-B), so that a machine that slows down
// slows both. Throws where the two do not learn alike. Not here: the clock (steps.ts), the sides themselves.
import type { Executor } from '../src/engine/executor.ts';
import { givenBatch } from '../src/engine/eager/given-batch.ts';
import type { Row } from './row.ts';
import type { GpuCounter } from './counting.ts';
import type { Amount } from './options.ts';
import { type CpuClock, median, type StepTime, timeStep } from './steps.ts';
import { StockTrainer } from './stock.ts';
import { rounded } from './summary.ts';
import { settingsOf, type Task } from './task.ts';

/** What the turns are measured with. */
interface Turns {
  /** The device of our executor. */
  gpu: GPUDevice;
  counter: GpuCounter;
  cpuClock: CpuClock;
  /** Makes our backend the current one of tfjs. */
  makeOursCurrent: () => Promise<unknown>;
  emit: (row: Row) => void;
}

/**
 * One warm-up step of each side, then turns; answers the timed steps. Both sides train on the same batches;
 * stock makes fewer of them.
 */
export async function takeTurns(
  executor: Executor,
  task: Task,
  amount: Amount,
  bench: Turns,
): Promise<{ ours: StepTime[]; stock: StepTime[] }> {
  const { counter, cpuClock, emit, gpu, makeOursCurrent } = bench;
  const trainer = await StockTrainer.start(task);
  const [ours, stock]: [StepTime[], StepTime[]] = [[], []];
  const stockStep = async () => {
    const given = givenBatch(task.batchOf(stock.length + 1));
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

/** Progress, for people. */
function progress(side: string, steps: readonly StepTime[]): void {
  console.error(`${side} step ${steps.length}: ${((steps.at(-1)?.stepMs ?? NaN) / 1000).toFixed(2)} s`);
}

/**
 * Times without the warm-up step, losses with it; counts of the last step, which compiles nothing any more.
 */
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

/**
 * tfjs' Adam has another epsilon and no clip: after the first step the losses are near each other, not equal.
 */
const FIRST_LOSS_WITHIN = 1e-3;
const LATER_LOSS_WITHIN = 0.05;

/** Throws where the losses of the two sides differ by more than that. */
function checkLosses(stock: readonly StepTime[], ours: readonly StepTime[]): void {
  stock.forEach(({ loss }, i) => {
    const expected = ours[i]?.loss ?? NaN;
    const within = i === 0 ? FIRST_LOSS_WITHIN : LATER_LOSS_WITHIN;
    if (Math.abs(loss - expected) <= within * expected) return;
    throw new Error(`step ${i + 1}: the losses of stock and ours differ, ${loss} and ${expected}`);
  });
}
