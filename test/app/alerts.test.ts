// Claims: alerts are shown in the order they came, each until it is dismissed; one that answers a press is
// shown at once, and those before it are still there; the same fault twice is one alert.
import { expect, test } from 'vitest';
import { type Alerts, dismissed, NO_ALERTS, shownFault, turned, withFault } from '../../src/app/alerts.ts';
import type { Fault } from '../../src/fault.ts';

const fault = (title: string): Fault => ({
  ...{ kind: 'storage', title, what: '', expected: '', got: '', todo: [] },
});
const came = (...titles: string[]): Alerts =>
  titles.reduce((alerts, title) => withFault(alerts, fault(title), false), NO_ALERTS);
const shown = (alerts: Alerts): string | undefined => shownFault(alerts)?.title;

test('the first that came is shown, then the others as each is dismissed', () => {
  let alerts = came('a', 'b', 'c');
  for (const title of ['a', 'b', 'c']) {
    expect(shown(alerts)).toBe(title);
    alerts = dismissed(alerts);
  }
  expect(alerts).toEqual(NO_ALERTS);
  expect(dismissed(alerts)).toEqual(NO_ALERTS);
});

test('what answers a press is shown at once; dismissed, it leaves the others', () => {
  const alerts = withFault(came('a', 'b'), fault('pressed'), true);
  expect(shown(alerts)).toBe('pressed');
  expect(shown(turned(alerts))).toBe('a');
  const left = dismissed(alerts);
  expect(left.faults.map(({ title }) => title)).toEqual(['a', 'b']);
  expect(shownFault(left)).not.toBeNull();
});

test('the same fault again is no further alert, but is shown where it answers a press', () => {
  const alerts = came('a', 'b', 'b');
  expect(alerts.faults).toHaveLength(2);
  expect(withFault(alerts, fault('b'), true)).toEqual({ faults: alerts.faults, at: 1, answers: true });
});
