// Claims: whatever a file says, a fault repeats a bounded, visible part of it, and looks at no more than it
// repeats. Small values are shown as JSON.stringify writes them.
import { expect, it } from 'vitest';
import { FaultError, faultOf, shownJson } from '../src/fault.ts';
import { plainText } from '../src/plain-text.ts';

const WORD = 'w'.repeat(300_000);
const TURNED = 'photo\u202egnp.exe\u2066\0\u0007 name';

it('no text of a fault is long or turns other text', () => {
  const text = TURNED + WORD;
  const fault = { kind: 'file', title: text, what: text, expected: text, got: text, todo: [text] } as const;
  const { message, fault: plain } = new FaultError({ ...fault, todo: [...fault.todo] });
  const texts = [plain.title, plain.what, plain.expected, plain.got, ...plain.todo, message];
  expect(texts.map(({ length }) => length).every((length) => length < 2300)).toBe(true);
  expect(texts.join('')).not.toMatch(/[\u202e\u2066\p{Cc}]/u);
  expect(plain.title).toMatch(/^photo gnp.exe name ?w+…$/);
  expect(faultOf(new Error(WORD)).got.length).toBeLessThan(1100);
});

it('a fault of plain words is told as it is', () => {
  const fault = {
    kind: 'file',
    title: 't',
    what: 'A. B.',
    expected: '[1, 2]',
    got: '"x"',
    todo: ['u'],
  } as const;
  expect(new FaultError({ ...fault, todo: [...fault.todo] }).fault).toEqual(fault);
});

it('a text is cut between characters', () => {
  expect(plainText('abc', 3)).toBe('abc');
  expect(plainText('abcd', 3)).toBe('abc…');
  expect(plainText('ab\u{1f984}', 3)).toBe('ab…');
  expect(plainText(`${' '.repeat(100)}abc`, 3)).toBe('…');
});

it('small values are shown as JSON', () => {
  for (const value of [null, true, -1.5, 'a"b\n', [], {}, [0.9, 0.999], { a: [1, { b: 'c' }], d: null }])
    expect(shownJson(value)).toBe(JSON.stringify(value));
  expect(shownJson(undefined)).toBe('nothing');
  expect(shownJson(2n ** 70n)).toBe('1180591620717411303424');
  expect(shownJson(new Map([['a', [1]]]))).toBe('{"a":[1]}');
});

it('of a value without end no more is read than is shown', () => {
  let reads = 0;
  const counted = new Proxy(
    Array.from({ length: 100_000 }, () => WORD),
    {
      get: (target, name, self): unknown => {
        reads += 1;
        return Reflect.get(target, name, self);
      },
    },
  );
  expect(shownJson(counted)).toBe(`["${'w'.repeat(126)}`);
  expect(reads).toBeLessThan(20);

  const inItself: unknown[] = [];
  inItself.push(inItself);
  expect(shownJson(inItself)).toBe('['.repeat(128));
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = { a: deep };
  expect(shownJson(deep)).toHaveLength(128);
});
