// The targets that kernels and plans are tested for, without quad operations. A device with `subgroups` has
// another target (targetOf in plan-device.ts). Not a test.
import type { Target } from '../../../src/engine/plan/kernels/target.ts';

export const TILES: Target = { family: 'tiles', precision: 'f32', subgroups: false };
export const REGISTERS: Target = { family: 'registers', precision: 'f32', subgroups: false };
export const TARGETS: readonly Target[] = [TILES, REGISTERS];
