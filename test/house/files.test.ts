// What every file of src/ must be: small, with a head that says what it is, named by what it holds.
// Not here: imports (boundaries.test.ts), functions, exports and comments (the files beside this one).
import { describe, expect, it } from 'vitest';
import { type Script, src } from './sources.ts';

const lines = ({ text }: Script): number => text.split('\n').length;

const offenders = (isWrong: (script: Script) => boolean): string[] =>
  src.filter(isWrong).map(({ path }) => path);

describe('a file', () => {
  it('opens with what it is', () => {
    expect(offenders(({ head }) => head.trim() === '')).toEqual([]);
  });

  it('has named exports only', () => {
    const hasDefault = ({ program }: Script): boolean =>
      program.body.some(({ type }) => type === 'ExportDefaultDeclaration');
    expect(offenders(hasDefault)).toEqual([]);
  });

  it('is no barrel', () => {
    const isBarrel = ({ program: { body } }: Script): boolean =>
      body.length > 0 &&
      body.every(
        (node) =>
          node.type === 'ExportAllDeclaration' ||
          (node.type === 'ExportNamedDeclaration' && node.source !== null),
      );
    expect(offenders(isBarrel)).toEqual([]);
  });

  it('has at most 400 lines, or its head says why it has over 400 lines', () => {
    expect(offenders((script) => lines(script) > 400 && !script.head.includes('400 lines'))).toEqual([]);
  });

  it('is named by what it holds, in kebab case', () => {
    const isIllNamed = ({ path }: Script): boolean =>
      path
        .split('/')
        .some(
          (part) =>
            !/^[a-z0-9-]+(\.d)?(\.tsx?)?$/.test(part) ||
            /^(utils?|helpers?|common|manager|service|misc|index)(\.tsx?)?$/.test(part),
        );
    expect(offenders(isIllNamed)).toEqual([]);
  });
});

it('half of the files have under 150 lines', () => {
  const lengths = src.map(lines).sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(150);
});
