// The faults that the page shows as alerts, one at a time, each until it is dismissed. Pure functions. Not
// here: which faults there are (session.ts), the alert (ui/frame/alert.tsx).
import type { Fault } from '../fault.ts';

export interface Alerts {
  /** In the order in which they came. */
  readonly faults: readonly Fault[];
  /** Index of the one that is shown; 0 without any. */
  readonly at: number;
}

export const NO_ALERTS: Alerts = { faults: [], at: 0 };

/** The fault that is shown, or null. */
export const shownFault = ({ faults, at }: Alerts): Fault | null => faults[at] ?? null;

/**
 * With one fault more. The first of those that come by themselves stays in view: those after it often have
 * the same cause. One that answers what the user pressed (`answers`) is shown at once. The same fault again
 * is no further alert.
 */
export function withFault({ faults, at }: Alerts, fault: Fault, answers: boolean): Alerts {
  const text = JSON.stringify(fault);
  const same = faults.findIndex((one) => JSON.stringify(one) === text);
  const all = same < 0 ? [...faults, fault] : faults;
  return { faults: all, at: answers ? (same < 0 ? faults.length : same) : at };
}

/** Without the one that is shown; the one after it is shown then, else the one before. */
export function dismissed({ faults, at }: Alerts): Alerts {
  const left = faults.filter((_, index) => index !== at);
  return { faults: left, at: Math.max(0, Math.min(at, left.length - 1)) };
}

/** The next one is shown, after the last one the first. */
export const turned = ({ faults, at }: Alerts): Alerts => ({ faults, at: (at + 1) % faults.length });
