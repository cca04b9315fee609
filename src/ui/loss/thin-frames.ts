// Which frames fit on the time strip: those that matter first, then an even selection of the others. Not
// here: drawing (samples-through-time.tsx).

/** How often the number can be halved: frames at rounder indices are kept longer. */
function roundness(index: number): number {
  if (index === 0) return 32;
  return 31 - Math.clz32(index & -index);
}

/**
 * The steps to draw, rising. `steps` rising; `place` gives a step's position in pixels, `width` the strip's
 * width; two frames are at least `apart` pixels apart; the steps of `first` (newest, chosen) come before all
 * others.
 */
export function thinFrames(
  steps: readonly number[],
  first: readonly (number | null)[],
  place: (step: number) => number,
  width: number,
  apart: number,
): number[] {
  const inside = (step: number): boolean => place(step) >= -0.5 && place(step) <= width + 0.5;
  const placed: number[] = [];
  const tryStep = (step: number): void => {
    if (!inside(step) || placed.includes(step)) return;
    const x = place(step);
    if (placed.every((other) => Math.abs(place(other) - x) >= apart)) placed.push(step);
  };
  for (const step of first) if (step !== null) tryStep(step);
  const most = Math.ceil(width / apart) + 1;
  const byRoundness = steps
    .map((step, i) => ({ step, round: roundness(i) }))
    .sort((a, b) => b.round - a.round || a.step - b.step);
  for (const { step } of byRoundness) {
    if (placed.length > most) break;
    tryStep(step);
  }
  return placed.sort((a, b) => a - b);
}
