// Every exported name of src/ has a reader in another file of src/: otherwise the name
// is dead, or exported for nothing. Two exceptions: a type that an exported signature
// of its file names, and a name that the head of its file gives to tests or the bench,
// in a sentence that begins "Exported for tests:" or "Exported for the bench:".
import { type ESTree, Visitor } from 'vite';
import { describe, expect, it } from 'vitest';
import { type Script, scripts, src, target } from './sources.ts';

interface Exported {
  name: string;
  isType: boolean;
  /** Types that the declaration names outside of the bodies of functions. */
  mentions: ReadonlySet<string>;
}

type Statement = ESTree.Program['body'][number];
type Named = ESTree.ExportNamedDeclaration;

const isType = (type: string): boolean =>
  type === 'TSInterfaceDeclaration' || type === 'TSTypeAliasDeclaration';

const nameOf = (node: { type: string; name?: string; value?: unknown }): string =>
  node.type === 'Literal' ? String(node.value) : (node.name ?? '');

/** The names that a statement exports. */
function namesOf(node: Named): string[] {
  const { declaration, specifiers } = node;
  if (declaration?.type === 'VariableDeclaration')
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  if (declaration && 'id' in declaration && declaration.id && 'name' in declaration.id)
    return [declaration.id.name];
  return specifiers.map(({ exported }) => nameOf(exported));
}

/** The types that a statement names outside of the bodies of functions. */
function mentionsOf(program: ESTree.Program, node: Statement): Set<string> {
  const bodies: { start: number; end: number }[] = [];
  const found: { name: string; at: number }[] = [];
  const body = (node: { body: { start: number; end: number } | null }): void => {
    if (node.body) bodies.push(node.body);
  };
  new Visitor({
    FunctionDeclaration: body,
    FunctionExpression: body,
    ArrowFunctionExpression: body,
    TSTypeReference: ({ typeName, start }) => {
      if (typeName.type === 'Identifier') found.push({ name: typeName.name, at: start });
    },
    TSInterfaceHeritage: ({ expression, start }) => {
      if (expression.type === 'Identifier') found.push({ name: expression.name, at: start });
    },
    TSClassImplements: ({ expression, start }) => {
      if (expression.type === 'Identifier') found.push({ name: expression.name, at: start });
    },
  }).visit(program);
  const isIn = (at: number, { start, end }: { start: number; end: number }): boolean =>
    at >= start && at < end;
  return new Set(
    found
      .filter(({ at }) => isIn(at, node) && !bodies.some((body) => isIn(at, body)))
      .map(({ name }) => name),
  );
}

const exportsOf = ({ program }: Script): Exported[] =>
  program.body.flatMap((node) =>
    node.type === 'ExportNamedDeclaration'
      ? namesOf(node).map((name) => ({
          name,
          isType: isType(node.declaration?.type ?? ''),
          mentions: mentionsOf(program, node),
        }))
      : [],
  );

/** "path name" for every name that this file takes from another by a relative import. */
function readsOf(script: Script): string[] {
  const reads: string[] = [];
  const pathOf = (name: string): string | null => target(script.path, { name, isAddress: false });
  const read = (from: string, name: string): void => void reads.push(`${pathOf(from)} ${name}`);
  // `import * as` and `await import` take the whole module: every exported name that the file also writes.
  const readWhole = (from: string): void => {
    const whole = scripts.find(({ path }) => path === pathOf(from));
    for (const { name } of whole ? exportsOf(whole) : [])
      if (new RegExp(`\\b${name}\\b`).test(script.text)) read(from, name);
  };
  new Visitor({
    ImportDeclaration: ({ source, specifiers }) => {
      for (const one of specifiers)
        if (one.type === 'ImportSpecifier') read(source.value, nameOf(one.imported));
        else readWhole(source.value);
    },
    ExportNamedDeclaration: ({ source, specifiers }) => {
      if (source) for (const { local } of specifiers) read(source.value, nameOf(local));
    },
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') readWhole(source.value);
    },
    TSImportType: ({ source, qualifier }) => {
      if (qualifier?.type === 'Identifier') read(source.value, qualifier.name);
    },
  }).visit(script.program);
  return reads;
}

const readIn = (isReader: (path: string) => boolean): Set<string> =>
  new Set(scripts.filter(({ path }) => isReader(path)).flatMap(readsOf));

const inSrc = readIn((path) => path.startsWith('src/'));
const elsewhere = readIn((path) => !path.startsWith('src/'));

/** The words of the sentences in a head that begin "Exported for tests" or "Exported for the bench". */
const excused = ({ head }: Script): string[] =>
  [...head.matchAll(/exported for (?:its |the )?(?:tests?|bench)\b([^.]*)/gi)].flatMap(
    ([, words = '']) => words.match(/\w+/g) ?? [],
  );

describe('an exported name', () => {
  it('has a reader in src/', () => {
    const wrong = src.flatMap((script) => {
      const all = exportsOf(script);
      const isRead = ({ name, isType }: Exported): boolean =>
        inSrc.has(`${script.path} ${name}`) ||
        (isType && all.some((other) => other.name !== name && other.mentions.has(name))) ||
        excused(script).includes(name);
      return all.filter((one) => !isRead(one)).map(({ name }) => `${script.path}: ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it('is for tests or the bench alone where a head says so', () => {
    const wrong = src.flatMap((script) =>
      exportsOf(script)
        .map(({ name }) => name)
        .filter((name) => excused(script).includes(name))
        .filter((name) => inSrc.has(`${script.path} ${name}`) || !elsewhere.has(`${script.path} ${name}`))
        .map((name) => `${script.path}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
