// How long a kernel should take on an AMD GPU, from its machine code and what it moves: a static estimate,
// nothing runs. Not here: the model of a unit (pipes.ts), other makers' GPUs.
import type { Kernel } from '../../src/engine/plan/kernels/kernel.ts';
import { blocksOf, type Loop, type MachineCode, products } from './blocks.ts';
import type { Compiled } from './compiled.ts';
import type { AmdGpu } from './gpus.ts';
import { paramOf, threadsOf } from './kernels.ts';
import { cyclesOf, type Resident } from './pipes.ts';

export interface Estimate {
  us: number;
  /** What the kernel waits for: its instructions, memory, or the cache of level 2. */
  bound: 'instructions' | 'memory' | 'cache';
  /** Registers of a lane. */
  registers: number;
  /** Registers that did not fit. */
  spills: number;
  /** Waves on a SIMD. */
  waves: number;
}

/** Trips of the longest loop that are run through; of longer loops the rest is extrapolated. */
const FEW = 4;
/** Values of k in a block of a tile. */
const DEPTH = 16;
/** Bytes of a cache line: what a load of part of one moves. */
const LINE = 128;

/** Workgroups that are on a unit at a time, and their waves. */
function residency(gpu: AmdGpu, { statistics, waveSize }: Compiled, threads: number) {
  const lanes = waveSize === 32 ? 2 : 1;
  const granule = gpu.granule * lanes;
  const registers = Math.max(1, Math.ceil((statistics.get('VGPRs') ?? 0) / granule)) * granule;
  const perSimd = Math.min(gpu.wavesPerSimd, Math.floor((gpu.registers * lanes) / registers));
  const waves = Math.ceil(threads / waveSize);
  const lds = statistics.get('LDS size') ?? 0;
  const byLds = lds > 0 ? Math.floor(gpu.ldsBytes / (Math.ceil(lds / 1024) * 1024)) : Infinity;
  const byWaves = Math.floor((perSimd * gpu.simdsPerUnit) / waves);
  return { workgroups: Math.max(1, Math.min(byWaves, byLds, 32)), waves };
}

/** Workgroups of the first of two products of a dispatch; all where there is one. */
const firstGroups = ({ source }: Kernel): number =>
  Number(/if \(group\.y \* 32768u \+ group\.x < (\d+)u\)/.exec(source)?.[1] ?? Infinity);

/** Trips of the loops over the sums of the products of a kernel, in order. */
function sumTrips(kernel: Kernel): number[] {
  const { source } = kernel;
  const [first = '', second] = source.split('} else {\n');
  const both = Number.isFinite(firstGroups(kernel)) && second !== undefined;
  return both ? [tripsIn(kernel, first), tripsIn(kernel, second)] : [tripsIn(kernel, source)];
}

/** Trips of the loop over a sum in part of a kernel's source; 1 where there is no such loop. */
function tripsIn(kernel: Kernel, source: string): number {
  const whole = /for \(var (?:block|depth) = 0u; \w+ < (\d+)u; \w+ \+= (\d+)u\)/.exec(source);
  if (whole) return Math.ceil(Number(whole[1]) / Number(whole[2]));
  const split = /let start = time \* (\d+)u;/.exec(source);
  if (split) return Math.ceil(Number(split[1]) / DEPTH);
  if (!source.includes('taps.length')) return 1;
  // Four parities share the taps of a filter [k, k, ins, outs].
  const [h = 1, w = 1, , outs = 1] =
    kernel.bindings.find(({ value }) => value.label.endsWith('weight'))?.value.shape ?? [];
  return Math.max(1, Math.ceil(outs / DEPTH) * ((h * w) / 4));
}

/** How often each loop runs. */
function tripsOf(
  kernel: Kernel,
  { loops }: MachineCode,
  threads: number,
  lds: number,
): (loop: Loop) => number {
  const zeroing = Math.max(1, Math.ceil(lds / (16 * threads)));
  const usesLds = (loop: Loop) => loop.code.some(({ kind }) => kind === 'lds');
  const loads = (loop: Loop) => loop.code.some(({ kind }) => kind === 'memory');
  if (/^conv (forward|gradients|input gradient|filter gradient)$|^batched matmul$/.test(kernel.op)) {
    const mains = products(loops);
    const trips = sumTrips(kernel);
    return (loop) => trips[mains.indexOf(loop)] ?? (loop.fmas === 0 && usesLds(loop) ? zeroing : 1);
  }
  if (kernel.op.startsWith('attention')) {
    // Tokens come into workgroup memory, one for each invocation at a time, and are looked at by fours.
    const tokens = Math.max(paramOf(kernel, 'queries') ?? 1, paramOf(kernel, 'keys') ?? 1);
    return (loop) =>
      loop.outer || loads(loop)
        ? Math.ceil(tokens / threads)
        : loop.fmas > 0
          ? Math.ceil(Math.min(tokens, threads) / 4)
          : zeroing;
  }
  // A norm's loops over pixels: as often as the workgroup has rows of them.
  const [pixels, width] = [paramOf(kernel, 'pixels'), paramOf(kernel, 'width')];
  const norm = kernel.op.startsWith('group norm') && pixels !== undefined && width !== undefined;
  const rows = norm ? Math.max(1, Math.ceil(pixels / Math.max(1, threads / Math.min(width, threads)))) : 1;
  return (loop) => (loop.outer ? 1 : loads(loop) ? rows : usesLds(loop) ? zeroing : 1);
}

/** Bytes that pass between the caches of level 1 and 2, at least. */
function cacheBytes(
  kernel: Kernel,
  { loops }: MachineCode,
  threads: number,
  trips: (loop: Loop) => number,
): number {
  const loading = loops.filter(({ code }) => code.some(({ kind, store }) => kind === 'memory' && !store));
  if (kernel.op.startsWith('group norm')) {
    // Whole lines are moved for the channels of a workgroup, and once more where it reads its pixels again.
    const bytes = (paramOf(kernel, 'width') ?? LINE) * (kernel.source.includes('alias T = vec4') ? 16 : 4);
    return (kernel.bytes * (loading.length > 0 ? 2 : 1) * LINE) / Math.min(LINE, bytes);
  }
  const mains = products(loops);
  if (mains.length === 0 || kernel.flops === 0) return kernel.bytes;
  const all = groupsOf(kernel);
  const first = Math.min(all, firstGroups(kernel));
  const words = mains.map((main, i) => {
    const loaded = main.code.filter(({ kind, store }) => kind === 'memory' && !store);
    const groups = i === 0 ? first : all - first;
    return loaded.reduce((sum, each) => sum + each.words, 0) * groups * trips(main);
  });
  // Half of it is taken from nearer caches: taps overlap.
  return (4 * threads * words.reduce((sum, each) => sum + each, 0)) / 2;
}

/** Cycles of one round of workgroups on a unit; loops that run long are extrapolated from two short runs. */
function roundCycles(
  gpu: AmdGpu,
  code: MachineCode,
  waveSize: number,
  on: Resident,
  trips: (loop: Loop) => number,
): number {
  const longest = Math.max(1, ...code.loops.map(trips));
  const run = (most: number) =>
    cyclesOf(gpu, code, waveSize, on, (loop) =>
      Math.max(1, Math.round((trips(loop) * Math.min(longest, most)) / longest)),
    );
  if (longest <= 2 * FEW) return run(longest);
  const [few, more] = [run(FEW), run(2 * FEW)];
  return more + ((longest - 2 * FEW) * (more - few)) / FEW;
}

const groupsOf = ({ workgroups }: Kernel): number => workgroups.reduce((product, edge) => product * edge, 1);

/** Throws where the compiler made no machine code. */
export function estimate(gpu: AmdGpu, kernel: Kernel, compiled: Compiled): Estimate {
  const code = blocksOf(compiled.machineCode);
  if (code.blocks.length === 0)
    throw new Error(`${kernel.op}: no machine code${compiled.error === null ? '' : `: ${compiled.error}`}`);
  const threads = threadsOf(kernel);
  const groups = groupsOf(kernel);
  const fit = residency(gpu, compiled, threads);
  const trips = tripsOf(kernel, code, threads, compiled.statistics.get('LDS size') ?? 0);
  const perUnit = Math.ceil(groups / gpu.units);
  const cycles = (workgroups: number) =>
    workgroups === 0 ? 0 : roundCycles(gpu, code, compiled.waveSize, { ...fit, workgroups }, trips);
  const seconds = Math.round((perUnit * Math.max(0, groups - firstGroups(kernel))) / groups);
  const [rounds, rest] = [Math.floor(perUnit / fit.workgroups), perUnit % fit.workgroups];
  const all = { ...fit, workgroups: perUnit, seconds, atOnce: fit.workgroups };
  // Workgroups of two products end at different times: the next ones start then, not in rounds.
  const busy =
    seconds > 0
      ? roundCycles(gpu, code, compiled.waveSize, all, trips)
      : (rounds > 0 ? rounds * cycles(fit.workgroups) : 0) + cycles(rest);
  const instructions = busy / (gpu.ghz * 1e3);
  const fitsCache = kernel.bytes < (gpu.lastCacheMiB * 2 ** 20) / 2;
  const memory = kernel.bytes / ((fitsCache ? gpu.lastCache : gpu.memory) * 1e3);
  const cache = cacheBytes(kernel, code, threads, trips) / (gpu.levelTwo * 1e3);
  const us = Math.max(instructions, memory, cache);
  return {
    us,
    bound: us === instructions ? 'instructions' : us === memory ? 'memory' : 'cache',
    registers: compiled.statistics.get('VGPRs') ?? 0,
    spills: compiled.statistics.get('Spilled VGPRs') ?? 0,
    waves: (Math.min(fit.workgroups, perUnit) * fit.waves) / gpu.simdsPerUnit,
  };
}
