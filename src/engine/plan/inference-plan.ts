// Writes down a forward pass alone: what draws samples. Pure data, as training-plan.ts, with weights of its own.
import { Emission } from './emission.ts';
import { flatBytes, type FlatLayout } from './flat-layout.ts';
import { emitForward } from './forward.ts';
import { Values } from './graph.ts';
import { Homes, homeOf, putPieces } from './homes.ts';
import type { Kernel } from './kernels/kernel.ts';
import type { Value } from './kernels/value.ts';
import { aligned, type MemoryPlan, planMemory } from './memory.ts';
import { writeNetwork } from './written-network.ts';
import type { PlanMemory, PlanSpec } from './plan-spec.ts';

export interface InferencePlan extends PlanMemory {
  layout: FlatLayout;
  forward: Kernel[];
  homes: Homes;
  arena: MemoryPlan;
  constants: Emission['constants'];
  input: Value;
  timesteps: Value;
  prediction: Value;
}

/** `homes` leaves the weights' homes to the caller: they are bound to whichever weights are drawn from. */
export function planInference(spec: Omit<PlanSpec, 'microBatches'>): InferencePlan {
  const values = new Values();
  const homes = new Homes();
  const emission = new Emission(spec.target, values, spec.tiles);
  const written = writeNetwork(values, spec);
  const { layout } = written;
  layout.shardLengths.forEach((length, shard) => homes.open(homeOf('weights', shard), flatBytes(length)));
  putPieces(
    homes,
    layout,
    'weights',
    layout.pieces.map(({ value }) => value),
  );
  const input = homes.put(written.x, 'pass');
  const timesteps = homes.put(written.timesteps, 'pass');
  const prediction = homes.put(written.prediction, 'pass');
  for (const operation of written.operations) emitForward(emission, operation, new Map());
  for (const value of emission.constants.keys()) homes.put(value, 'constants');
  const arena = planMemory(emission.kernels, homes.has, spec.bufferBytes);
  return {
    layout,
    forward: emission.kernels,
    homes,
    arena,
    constants: emission.constants,
    input,
    timesteps,
    prediction,
    allocatedBytes: homes.totalBytes + aligned(arena.bytes),
    liveBytes: homes.totalBytes + arena.liveBytes,
  };
}
