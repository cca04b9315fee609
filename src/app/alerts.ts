// The faults that the page shows as alerts, one at a time, each until it is dismissed. Pure functions. Not
// here: which faults there are (session.ts), the alert (ui/frame/alert.tsx).
import type { Fault } from '../fault.ts';

export interface Alerts {
  /** In the order in which they came. */
  readonly faults: readonly Fault[];
  /** Index of the one that is shown; 0 without any. */
  readonly at: number;
  /** That one answers what the user has just pressed. */
  readonly answers: boolean;
}

export const NO_ALERTS: Alerts = { faults: [], at: 0, answers: false };

/** The fault that is shown, or null. */
export const shownFault = ({ faults, at }: Alerts): Fault | null => faults[at] ?? null;

/**
 * With one fault more. The first of those that come by themselves stays in view: those after it often have
 * the same cause. One that answers what the user pressed (`answers`) is shown at once. The same fault again
 * is no further alert.
 */
export function withFault(before: Alerts, fault: Fault, answers: boolean): Alerts {
  const { faults } = before;
  const text = JSON.stringify(fault);
  const same = faults.findIndex((one) => JSON.stringify(one) === text);
  const all = same < 0 ? [...faults, fault] : faults;
  if (!answers) return { ...before, faults: all };
  return { faults: all, at: same < 0 ? faults.length : same, answers };
}

/** Without the one that is shown; the one after it is shown then, else the one before. */
export function dismissed({ faults, at }: Alerts): Alerts {
  const left = faults.filter((_, index) => index !== at);
  return { faults: left, at: Math.max(0, Math.min(at, left.length - 1)), answers: false };
}

/** The next one is shown, after the last one the first. */
export const turned = ({ faults, at }: Alerts): Alerts => ({
  ...{ faults, at: (at + 1) % faults.length },
  answers: false,
});
