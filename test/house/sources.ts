// Every source file of the repository, read and parsed once: what
// the tests of the house rules look at. Not here: the rules.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ESTree, parseSync } from 'vite';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['src', 'test', 'bench', 'scripts', 'interop'];

/** Every file of these folders and of the root, relative to the root, with forward slashes. */
export const allPaths: readonly string[] = [
  ...readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
  ...[...FOLDERS, 'docs', 'public'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      `${folder}/${path}`.replaceAll('\\', '/'),
    ),
  ),
].sort();

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The line, from 1, of the character at `at`. */
export const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** A comment and the lines it stands on. */
export interface Comment {
  /** Without the comment's marks. */
  text: string;
  /** From 1, both included. */
  firstLine: number;
  lastLine: number;
}

export interface Script {
  /** Relative to the root, with forward slashes. */
  path: string;
  text: string;
  program: ESTree.Program;
  comments: Comment[];
  /** Where each docstring ends. */
  docstringEnds: number[];
  /** The comment that the file opens with, as one line. */
  head: string;
  imports: Import[];
}

export interface Import {
  /** The import's source as it is written: a package, or a relative path. */
  name: string;
  /** True for `new URL('...', import.meta.url)`, which imports an address and no code. */
  isAddress: boolean;
}

function importsIn(text: string, module: ReturnType<typeof parseSync>['module']): Import[] {
  const quoted = (start: number, end: number): string => text.slice(start, end).replace(/^['"`]|['"`]$/g, '');
  const addresses = text.matchAll(/new URL\(\s*'([^']+\.tsx?)',\s*import\.meta\.url/g);
  const names = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => quoted(start, end)),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
    ),
  ];
  return [
    ...names.map((name) => ({ name, isAddress: false })),
    ...[...addresses].map(([, name = '']) => ({ name, isAddress: true })),
  ];
}

function read(path: string): Script {
  const text = textOf(path);
  const { module, program, errors, comments } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  return {
    path,
    text,
    program,
    comments: comments.map(({ value, start, end }) => ({
      text: value,
      firstLine: lineOf(text, start),
      lastLine: lineOf(text, end),
    })),
    docstringEnds: comments.flatMap(({ type, value, end }) =>
      type === 'Block' && value.startsWith('*') ? [end] : [],
    ),
    head: (/^(\/\/.*\n)+|^\/\*[^]*?\*\//.exec(text)?.[0] ?? '').replace(/\n?\/\/|\n \*/g, ''),
    imports: importsIn(text, module),
  };
}

/** Every TypeScript and JavaScript file, the configurations in the root too. */
export const scripts: readonly Script[] = allPaths.filter((path) => /\.(tsx?|mjs)$/.test(path)).map(read);

/** The files of the app. */
export const src: readonly Script[] = scripts.filter(({ path }) => path.startsWith('src/'));

/** The path of the file that a relative import means; null for a package. */
export function target(from: string, { name }: Import): string | null {
  return name.startsWith('.') ? join(dirname(from), name.replace(/\?.*$/, '')).replaceAll('\\', '/') : null;
}
