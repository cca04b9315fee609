// What is known of each GPU that can be judged, from public figures, and which drivers stand in for them. Not
// here: how a kernel's time follows from it (pipes.ts, estimate.ts).
import type { Target } from '../../src/engine/plan/kernels/target.ts';

export type Generation = 'rdna3' | 'rdna2' | 'gcn5';

/** A unit is what a workgroup lives in: a WGP of RDNA, a CU of GCN. */
export interface AmdGpu {
  title: string;
  generation: Generation;
  units: number;
  simdsPerUnit: number;
  /** LDS pipes of a unit, and as many paths to memory. */
  pipesPerUnit: number;
  ghz: number;
  /** Bandwidths in GB/s: of memory, of the last cache, between the caches of level 1 and 2. */
  memory: number;
  lastCache: number;
  levelTwo: number;
  lastCacheMiB: number;
  /** Registers of a lane that the waves of 64 on a SIMD share, and the granule they are given in. */
  registers: number;
  granule: number;
  wavesPerSimd: number;
  ldsBytes: number;
  /** Two floating-point instructions may issue at once. */
  dualIssue: boolean;
  /** Time between two dispatches, in microseconds: one drains before the next fills the GPU. */
  gapUs: number;
}

const RDNA = { simdsPerUnit: 4, pipesPerUnit: 2, wavesPerSimd: 16, ldsBytes: 131_072 };

/** By the family's name in Mesa (RADV_FORCE_FAMILY). */
export const AMD: Readonly<Record<string, AmdGpu>> = {
  navi31: {
    ...RDNA,
    ...{ title: 'RX 7900 XTX', generation: 'rdna3', units: 48, ghz: 2.5, dualIssue: true, gapUs: 4 },
    ...{ memory: 960, lastCache: 3000, levelTwo: 5500, lastCacheMiB: 96, registers: 768, granule: 12 },
  },
  navi23: {
    ...RDNA,
    ...{ title: 'RX 6600', generation: 'rdna2', units: 14, ghz: 2.49, dualIssue: false, gapUs: 4 },
    ...{ memory: 224, lastCache: 800, levelTwo: 2000, lastCacheMiB: 32, registers: 512, granule: 8 },
  },
  phoenix: {
    ...RDNA,
    ...{ title: 'Radeon 780M', generation: 'rdna3', units: 6, ghz: 2.7, dualIssue: true, gapUs: 5 },
    ...{ memory: 90, lastCache: 500, levelTwo: 1000, lastCacheMiB: 2, registers: 512, granule: 8 },
  },
  renoir: {
    ...{ title: 'Vega 8 (Ryzen 4700U)', generation: 'gcn5', units: 8, simdsPerUnit: 4, pipesPerUnit: 1 },
    ...{ ghz: 1.75, memory: 51, lastCache: 200, levelTwo: 450, lastCacheMiB: 1, registers: 256, granule: 4 },
    ...{ wavesPerSimd: 10, ldsBytes: 65_536, dualIssue: false, gapUs: 6 },
  },
};

/** By `intel-` and the platform's name in Mesa (INTEL_STUB_GPU_PLATFORM): judged by statistics alone. */
export const INTEL: Readonly<Record<string, { title: string; subgroupSizes: readonly number[] }>> = {
  'intel-tgl': { title: 'Tiger Lake', subgroupSizes: [8, 16, 32] },
  'intel-dg2': { title: 'Arc A (DG2)', subgroupSizes: [8, 16, 32] },
  'intel-lnl': { title: 'Lunar Lake', subgroupSizes: [16, 32] },
};

/** The target of the plan on that GPU, as `targetOf` finds it in Chromium. Throws for an unknown name. */
export function targetOf(gpu: string): Target {
  const tiles = { family: 'tiles', precision: 'full', subgroups: true } as const;
  const intel = INTEL[gpu];
  if (intel) return { ...tiles, vendor: 'intel', subgroupSizes: intel.subgroupSizes };
  const amd = AMD[gpu];
  if (!amd)
    throw new Error(
      `--gpu: expected one of ${[...Object.keys(AMD), ...Object.keys(INTEL)].join(', ')}, got ${gpu}`,
    );
  return { ...tiles, vendor: 'amd', subgroupSizes: amd.generation === 'gcn5' ? [64] : [32, 64] };
}

/** Floating-point operations a second of all lanes: a multiply-add counts as two. */
export const peakOf = ({ units, simdsPerUnit, generation, ghz, dualIssue }: AmdGpu): number =>
  units * simdsPerUnit * (generation === 'gcn5' ? 16 : 32) * 2 * ghz * 1e9 * (dualIssue ? 2 : 1);

/** Cycles until a result is there; of a store, until it is done; of a branch, until the next instruction. */
export const LATENCY: Readonly<
  Record<Generation, Record<'alu' | 'lds' | 'load' | 'store' | 'scalar' | 'branch', number>>
> = {
  rdna3: { alu: 5, lds: 60, load: 350, store: 200, scalar: 100, branch: 8 },
  rdna2: { alu: 5, lds: 60, load: 330, store: 200, scalar: 90, branch: 8 },
  gcn5: { alu: 4, lds: 64, load: 350, store: 200, scalar: 100, branch: 16 },
};
