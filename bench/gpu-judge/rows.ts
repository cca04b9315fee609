// The rows that the judge prints: one for each GPU and, where asked for, one for each kind of kernel. Not
// here: the estimate itself (estimate.ts), the command line (main.ts).
import type { Kernel } from '../../src/engine/plan/kernels/kernel.ts';
import type { Row } from '../row.ts';
import { rounded } from '../summary.ts';
import { type Compiled, hashOf } from './compiled.ts';
import { estimate, type Estimate } from './estimate.ts';
import { type AmdGpu, peakOf } from './gpus.ts';
import { threadsOf } from './kernels.ts';

type AllCompiled = ReadonlyMap<string, Compiled>;

interface Judged {
  kernel: Kernel;
  its: Estimate;
}

const compiledOf = (compiled: AllCompiled, { op, source }: Kernel): Compiled => {
  const one = compiled.get(hashOf(source));
  if (!one || one.error !== null) throw new Error(`${op}: not compiled: ${one?.error ?? 'no answer'}`);
  return one;
};

function judged(gpu: AmdGpu, kernels: readonly Kernel[], compiled: AllCompiled): Judged[] {
  const known = new Map<string, Estimate>();
  return kernels.map((kernel) => {
    const key = `${kernel.source} ${kernel.workgroups.join()} ${kernel.bytes}`;
    const its = known.get(key) ?? estimate(gpu, kernel, compiledOf(compiled, kernel));
    known.set(key, its);
    return { kernel, its };
  });
}

const msOf = (all: readonly Judged[]): number => all.reduce((sum, { its }) => sum + its.us, 0) / 1e3;
const flopsOf = (all: readonly Judged[]): number => all.reduce((sum, { kernel }) => sum + kernel.flops, 0);

function grouped(all: readonly Judged[], keyOf: (one: Judged) => string): [string, Judged[]][] {
  const groups = new Map<string, Judged[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return [...groups].toSorted(([, a], [, b]) => msOf(b) - msOf(a));
}

/** Registers that did not fit: how a compiler calls them depends on its maker. */
const spillsOf = ({ statistics }: Compiled): number =>
  Math.max(statistics.get('Spilled VGPRs') ?? 0, statistics.get('Spill Count') ?? 0);

const spilling = (kernels: readonly Kernel[], compiled: AllCompiled) => {
  const spills = kernels.map((kernel) => spillsOf(compiledOf(compiled, kernel)));
  return { spilling_kernels: spills.filter((count) => count > 0).length, most_spills: Math.max(...spills) };
};

/** What a step should take on an AMD GPU. `kinds`: also a row for each source, costliest first. */
export function estimateRows(
  gpu: AmdGpu,
  kernels: readonly Kernel[],
  compiled: AllCompiled,
  about: Record<string, unknown>,
  kinds: boolean,
): Row[] {
  const all = judged(gpu, kernels, compiled);
  const [ms, gaps] = [msOf(all), (kernels.length * gpu.gapUs) / 1e3];
  const operations = grouped(all, ({ kernel }) => kernel.op).map(([op, of]) => [op, rounded(msOf(of))]);
  const share = (of: readonly Judged[]) => rounded(flopsOf(of) / (msOf(of) / 1e3) / peakOf(gpu));
  const row = {
    ...{ row: 'estimate', from: 'machine code; nothing ran', title: gpu.title, ...about },
    ...{ kernels_ms: rounded(ms), share_of_peak: share(all), dispatches: kernels.length },
    ...{ gaps_ms: rounded(gaps), step_ms: rounded(ms + gaps), ...spilling(kernels, compiled) },
    operations_ms: Object.fromEntries(operations) as Record<string, number>,
  };
  if (!kinds) return [row];
  const ofKind = ([, of]: [string, Judged[]]): Row => {
    const [{ kernel, its }] = of as [Judged];
    const largest = kernel.bindings
      .map(({ value }) => value)
      .toSorted((a, b) => b.shape.length - a.shape.length)[0];
    const each = {
      us: rounded(its.us),
      bound: its.bound,
      registers: its.registers,
      waves: rounded(its.waves),
    };
    return {
      ...{
        row: 'kernel estimate',
        gpu: about.gpu,
        op: kernel.op,
        shape: largest?.shape,
        dispatches: of.length,
      },
      ...{ workgroups: kernel.workgroups, threads: threadsOf(kernel), ...each, spills: its.spills },
      ...{ ms: rounded(msOf(of)), share_of_peak: share(of), hash: hashOf(kernel.source) },
    };
  };
  return [...grouped(all, ({ kernel }) => kernel.source).map(ofKind), row];
}

/** What Intel's compiler says of a step: cycles for each lane and output of a product, and spills. */
export function statisticsRow(
  kernels: readonly Kernel[],
  compiled: AllCompiled,
  about: Record<string, unknown>,
): Row {
  const products = kernels.filter(({ op }) =>
    /^conv (forward|gradients|input gradient|filter gradient)$/.test(op),
  );
  const cycles = products.map((kernel) => {
    const { statistics, waveSize } = compiledOf(compiled, kernel);
    const outputs = 4 * new Set(kernel.source.match(/\bsum_\d+_\d+\b/g)).size;
    return (statistics.get('Cycle Count') ?? NaN) / waveSize / outputs;
  });
  return {
    ...{ row: 'statistics', from: 'the compiler; nothing ran', ...about, dispatches: kernels.length },
    ...{ most_cycles_a_lane_and_output: rounded(Math.max(...cycles)) },
    ...spilling(kernels, compiled),
    most_spills_of_convolutions: spilling(products, compiled).most_spills,
  };
}
