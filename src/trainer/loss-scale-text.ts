// The state of the loss scaling as a checkpoint's metadata has it, under `loss_scale`, by the names of
// torch.amp.GradScaler's state_dict. Not here: how the scale changes (engine/plan/kernels/loss-scaling.ts).
import type { LossScale } from '../engine/executor.ts';
import { jsonIn } from '../formats/bounded-json.ts';
import { damaged } from './checkpoint-faults.ts';

const KEY = 'loss_scale';

/** Empty without a state: full precision. */
export const lossScaleAsText = (state: LossScale | undefined): Record<string, string> =>
  state
    ? {
        [KEY]: JSON.stringify({
          scale: state.scale,
          _growth_tracker: state.growthTracker,
          skipped: state.skipped,
        }),
      }
    : {};

/**
 * Throws FaultError kind `file` where the entry is there and no such state, or no state that `globalStep`
 * steps can have.
 */
export function readLossScale(
  metadata: Record<string, string>,
  globalStep: number,
): { lossScale?: LossScale } {
  const text = metadata[KEY];
  if (text === undefined) return {};
  const numbers = numbersIn(text);
  if (!numbers || numbers.skipped > globalStep)
    throw damaged(`${KEY}: scale, _growth_tracker and skipped in its metadata`, text.slice(0, 64));
  return { lossScale: numbers };
}

function numbersIn(text: string): LossScale | null {
  const fields = jsonIn(text) as Record<string, unknown> | null | undefined;
  const [scale, growthTracker, skipped] = ['scale', '_growth_tracker', 'skipped'].map(
    (name) => fields?.[name],
  );
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const isScale = typeof scale === 'number' && isPositive(Math.fround(scale));
  return isScale && isCount(growthTracker) && isCount(skipped) ? { scale, growthTracker, skipped } : null;
}

/** Of a scale as the GPU has it: with an infinite one every step would be skipped, without an end. */
const isPositive = (scale: number): boolean => scale > 0 && Number.isFinite(scale);
