// What every function must be: at most 60 lines, and documented where src/ exports it.
// Not here: the readers of an export (exports.test.ts).
import { type ESTree, Visitor } from 'vite';
import { describe, expect, it } from 'vitest';
import { lineOf, type Script, scripts, src } from './sources.ts';

type AnyFunction = ESTree.Function | ESTree.ArrowFunctionExpression;

interface Named {
  name: string;
  lines: number;
}

/** Every function of a file, by the name of its declaration, variable or member; '' without one. */
function functionsOf({ text, program }: Script): Named[] {
  const names = new Map<object, string>();
  const found: Named[] = [];
  const name = (key: { type: string; name?: string }, value: object | null): void => {
    if (value) names.set(value, key.type === 'PrivateIdentifier' ? `#${key.name}` : (key.name ?? ''));
  };
  const measure = (node: AnyFunction): void => {
    const lines = lineOf(text, node.end) - lineOf(text, node.start) + 1;
    found.push({ name: node.id?.name ?? names.get(node) ?? '', lines });
  };
  new Visitor({
    VariableDeclarator: ({ id, init }) => name(id, init),
    MethodDefinition: ({ key, value }) => name(key as { type: string }, value),
    PropertyDefinition: ({ key, value }) => name(key as { type: string }, value),
    Property: ({ key, value }) => name(key as { type: string }, value),
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(program);
  return found;
}

/** The head, where it gives a reason for functions of over 60 lines: it names those functions. Else ''. */
const excuse = ({ head }: Script): string => (/over 60 lines because/i.test(head) ? head : '');

/** Whether a text has the name as a whole word. */
const names = (words: string, name: string): boolean =>
  name !== '' && new RegExp(`(?<![\\w#])${name}(?!\\w)`).test(words);

/** Tests are left out: a `describe` is one function. */
const measured = scripts.filter(({ path }) => !path.startsWith('test/'));

const isFunction = (node: { type: string } | null): boolean =>
  node?.type === 'FunctionExpression' || node?.type === 'ArrowFunctionExpression';

/** Names of the functions that a statement exports. */
function exportedFunctions(node: ESTree.Program['body'][number]): string[] {
  if (node.type !== 'ExportNamedDeclaration' || !node.declaration) return [];
  const { declaration } = node;
  if (declaration.type === 'FunctionDeclaration') return [declaration.id?.name ?? ''];
  if (declaration.type !== 'VariableDeclaration') return [];
  return declaration.declarations.flatMap(({ id, init }) =>
    isFunction(init) && id.type === 'Identifier' ? [id.name] : [],
  );
}

describe('a function', () => {
  it('has at most 60 lines, or its file’s head says "Over 60 lines because ..." and names it', () => {
    const wrong = measured.flatMap((script) =>
      functionsOf(script)
        .filter(({ name, lines }) => lines > 60 && !names(excuse(script), name))
        .map(({ name, lines }) => `${script.path}: ${name} has ${lines} lines`),
    );
    expect(wrong).toEqual([]);
  });

  it('has over 60 lines where a head says so', () => {
    const wrong = measured.filter(
      (script) =>
        excuse(script) !== '' &&
        !functionsOf(script).some(({ name, lines }) => lines > 60 && names(excuse(script), name)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('has a docstring where src/ exports it', () => {
    const wrong = src.flatMap(({ path, text, program, docstringEnds }) =>
      program.body.flatMap((node) => {
        const isDocumented = docstringEnds.some(
          (end) => end <= node.start && text.slice(end, node.start).trim() === '',
        );
        return isDocumented ? [] : exportedFunctions(node).map((name) => `${path}: ${name}`);
      }),
    );
    expect(wrong).toEqual([]);
  });
});
