// Claims of the files that an import left out: names and reasons from archives are told short, on one line,
// and reasons that differ in numbers alone are one.
import { expect, it } from 'vitest';
import { FileTally } from '../../src/data/tally.ts';

it('names and reasons are cut and have no characters that hide or turn others', () => {
  const tally = new FileTally();
  tally.add({ name: `\u202egpj.${'x'.repeat(1e6)}`, why: `it is\na link${' to'.repeat(1e6)}` });
  const { files, reasons } = tally.told;
  expect(files[0]?.name).toBe(`gpj.${'x'.repeat(116)}…`);
  expect(files[0]?.why).toMatch(/^it is a link( to)+ ?t?o?…$/);
  expect(files[0]?.why.length).toBeLessThan(300);
  expect(reasons).toEqual([
    { why: expect.stringMatching(/^it is a link/) as string, count: 1, example: files[0]?.name },
  ]);
});

it('reasons that differ in numbers are one, with its first file as the example', () => {
  const tally = new FileTally();
  tally.add({ name: 'a', why: 'it has 1,024 bytes' });
  tally.add({ name: 'b', why: 'it has 7 bytes' });
  expect(tally.tally).toEqual({ count: 2, reasons: [{ why: 'it has 1,024 bytes', count: 2, example: 'a' }] });
});
