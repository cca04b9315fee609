// The cache of sheets: one load for many askers, the run is part of the key, a missing sheet is not
// remembered.
import { describe, expect, it } from 'vitest';
import { Sheets } from '../../../src/ui/page-state/sheets.ts';

function counting(answer: (step: number) => ImageBitmap | null) {
  const asked: string[] = [];
  const sheets = new Sheets((step, runId) => {
    asked.push(`${runId ?? ''}/${step}`);
    return Promise.resolve(answer(step));
  });
  return { asked, sheets };
}
const bitmap = (): ImageBitmap => ({ width: 128, height: 128, close: () => undefined });

describe('Sheets', () => {
  it('loads a sheet once, for askers at the same time and for later ones', async () => {
    const { asked, sheets } = counting(bitmap);
    const [a, b] = await Promise.all([sheets.get(2000), sheets.get(2000)]);
    expect(a).toBe(b);
    expect(await sheets.get(2000)).toBe(a);
    expect(sheets.peek(2000)).toBe(a);
    expect(asked).toEqual(['/2000']);
  });

  it('asks again for what was not there', async () => {
    const { asked, sheets } = counting(() => null);
    expect(await sheets.get(5)).toBeNull();
    await sheets.get(5);
    expect(asked).toHaveLength(2);
  });

  it('keeps runs apart, and forgets all with another run', async () => {
    const { asked, sheets } = counting(bitmap);
    await sheets.get(5, 'a');
    await sheets.get(5, 'b');
    expect(asked).toEqual(['a/5', 'b/5']);
    sheets.renew(true);
    expect(sheets.peek(5, 'a')).toBeNull();
  });

  it('keeps the last 96', async () => {
    const { sheets } = counting(bitmap);
    for (let step = 0; step < 100; step++) await sheets.get(step);
    expect(sheets.peek(0)).toBeNull();
    expect(sheets.peek(99)).not.toBeNull();
  });
});
