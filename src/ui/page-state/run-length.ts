// How long a run would take here, and which preset is worth starting. Not here: the estimate itself
// (app/estimate.ts).
import type { Estimate } from '../../app/state.ts';
import type { PresetName } from '../../settings/settings.ts';
import { estimated } from '../format.ts';

/** A run that takes longer, in seconds, is not worth starting: a week. */
const LONGEST = 7 * 86_400;

/** Seconds from the first step to the last, without saves and samples. */
export const secondsOfRun = ({ secondsPer1000Steps, totalSteps }: Estimate): number =>
  (secondsPer1000Steps * totalSteps) / 1000;

/** Whether a run of so many seconds is not worth starting. */
export const isTooLong = (seconds: number): boolean => seconds > LONGEST;

/** A run of so many seconds in words: "15 min", or that it is not worth starting. */
export const runTime = (seconds: number): string =>
  isTooLong(seconds) ? 'too slow here' : estimated(seconds);

/** Of `among` the preset with the longest run that is worth starting; null: none is, or none is estimated. */
export function fittingPreset(
  estimates: Partial<Record<PresetName, Estimate>>,
  among: readonly PresetName[],
): PresetName | null {
  const lengthOf = (name: PresetName) => {
    const estimate = estimates[name];
    return estimate ? secondsOfRun(estimate) : Infinity;
  };
  const fitting = among.filter((name) => !isTooLong(lengthOf(name)));
  return fitting.sort((a, b) => lengthOf(b) - lengthOf(a))[0] ?? null;
}
