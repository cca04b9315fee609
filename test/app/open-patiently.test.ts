// Claims: the store is asked again while a page that goes still holds it, and not for any other reason; once
// it is free the page opens, and after a minute the page says that another tab has it.
import { expect, test, vi } from 'vitest';
import { openPatiently } from '../../src/app/open-patiently.ts';
import type { Fault, Result } from '../../src/fault.ts';

const fault = (kind: Fault['kind']): Result<string> => ({
  ok: false,
  fault: { kind, title: '', what: '', expected: '', got: '', todo: [] },
});
/** Answers these, the last one for ever. */
function answers(...all: Result<string>[]) {
  return vi.fn(() => Promise.resolve((all.length > 1 ? all.shift() : all[0]) ?? fault('internal')));
}

test('asks again until the store is free, and says that it waits', async () => {
  const [open, waiting] = [answers(fault('tab'), fault('tab'), { ok: true, value: 'open' }), vi.fn()];
  expect(await openPatiently(open, waiting)).toEqual({ ok: true, value: 'open' });
  expect(open).toHaveBeenCalledTimes(3);
  expect(waiting).toHaveBeenCalledTimes(2);
});

test('any other fault is told at once, and that of a tab that stays in the end', async () => {
  const [broken, waiting] = [answers(fault('storage')), vi.fn()];
  expect(await openPatiently(broken, waiting)).toMatchObject({ fault: { kind: 'storage' } });
  expect(broken).toHaveBeenCalledTimes(1);
  expect(waiting).not.toHaveBeenCalled();
  const held = answers(fault('tab'));
  expect(await openPatiently(held, waiting)).toMatchObject({ fault: { kind: 'tab' } });
  expect(held).toHaveBeenCalledTimes(13);
});
