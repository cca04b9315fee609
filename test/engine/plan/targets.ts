// The targets that kernels and plans are tested for, without quad operations. A device with `subgroups` has
// another target (targetOf in plan-device.ts). Not a test.
import type { Target } from '../../../src/engine/plan/kernels/target.ts';

const PLAIN = { precision: 'full', subgroups: false, vendor: 'other', subgroupSizes: [] } as const;

export const TILES: Target = { family: 'tiles', ...PLAIN };
export const REGISTERS: Target = { family: 'registers', ...PLAIN };
export const TARGETS: readonly Target[] = [TILES, REGISTERS];
