// No value is passed off as another type. Not here: what the compiler and the linter check by themselves.
import { Visitor } from 'vite';
import { expect, it } from 'vitest';
import { lineOf, scripts } from './sources.ts';

it('no file says `as unknown as`', () => {
  const wrong: string[] = [];
  for (const { path, text, program } of scripts)
    new Visitor({
      TSAsExpression: ({ expression, start }) => {
        if (expression.type === 'TSAsExpression' && expression.typeAnnotation.type === 'TSUnknownKeyword')
          wrong.push(`${path}:${lineOf(text, start)}`);
      },
    }).visit(program);
  expect(wrong).toEqual([]);
});
