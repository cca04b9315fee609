// The house rules that a machine can check: imports go one way, tfjs stays in engine/, the page reaches the workers by
// types and addresses only, files are small and say what they are. The rules are design.md's and style.md's.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';

/**
 * What each part of src/ may import besides itself, in types too. A name is a folder, or one file. Every row names only what
 * stands below its own: main, ui, app, trainer, settings, model, engine; and data, checkpoint and diffusion beside settings.
 */
const MAY_IMPORT: Record<string, string[]> = {
  'main.ts': ['ui', 'app', 'trusted-types.ts'],
  'service-worker.ts': ['security-headers.ts'],
  // What is dropped on the page is told apart by how it begins.
  ui: ['app', 'trainer/api.ts', 'settings', 'formats/magic.ts', 'random.ts', 'fault.ts'],
  // The page lists checkpoints from the index, and estimates memory and time, without asking the trainer.
  app: [
    'trainer/api.ts',
    'settings',
    'checkpoint/index-db.ts',
    'model',
    'formats/pictures-png.ts',
    'fault.ts',
  ],
  trainer: [
    'settings',
    'data',
    'checkpoint',
    'diffusion',
    'model',
    'engine',
    'formats',
    'random.ts',
    'fault.ts',
    'trusted-types.ts',
  ],
  settings: ['model', 'fault.ts'],
  data: ['formats', 'random.ts', 'fault.ts'],
  checkpoint: ['formats', 'fault.ts'],
  diffusion: ['random.ts', 'fault.ts'],
  model: ['engine', 'random.ts', 'fault.ts'],
  engine: ['random.ts', 'fault.ts'],
  formats: ['fault.ts'],
  'random.ts': [],
  'fault.ts': [],
  'trusted-types.ts': [],
  'security-headers.ts': [],
};

interface Import {
  /** As written: a package, or a relative path. */
  name: string;
  /** `new URL('./x.ts', import.meta.url)`: an address, not code. */
  isAddress: boolean;
}

interface Source {
  /** Relative to src/, with forward slashes. */
  path: string;
  text: string;
  imports: Import[];
  hasDefaultExport: boolean;
  /** Nothing but re-exports. */
  isBarrel: boolean;
}

const SRC = join(import.meta.dirname, '../src');
const sources: Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
  .map(readSource);

function readSource(path: string): Source {
  const text = readFileSync(join(SRC, path), 'utf8');
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const quoted = (start: number, end: number): string => text.slice(start, end).replace(/^['"`]|['"`]$/g, '');
  const code = { isAddress: false };
  const reExports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  const addresses = text.matchAll(/new URL\(\s*'([^']+\.tsx?)',\s*import\.meta\.url/g);
  return {
    path,
    text,
    imports: [
      ...module.staticImports.map(({ moduleRequest }) => ({ ...code, name: moduleRequest.value })),
      ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
        ...code,
        name: quoted(start, end),
      })),
      ...reExports.map((name) => ({ ...code, name })),
      ...[...addresses].map(([, name = '']) => ({ name, isAddress: true })),
    ],
    hasDefaultExport: module.staticExports.some(({ entries }) =>
      entries.some(({ exportName }) => exportName.kind === 'Default'),
    ),
    isBarrel:
      reExports.length > 0 &&
      program.body.every(
        (node) => node.type === 'ExportAllDeclaration' || ('source' in node && node.source !== null),
      ),
  };
}

/** The folder a file belongs to, or its own name. */
const partOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : path);

/** The file of src/ that a relative import means; null for a package or a style sheet. */
function target(from: string, { name }: Import): string | null {
  if (!name.startsWith('.')) return null;
  const path = relative(SRC, join(SRC, dirname(from), name.replace(/\?.*$/, ''))).replaceAll('\\', '/');
  return /\.tsx?$/.test(path) ? path : null;
}

/** "src/a.ts -> b" for every import that `isWrong` finds. */
const wrongImports = (isWrong: (source: Source, one: Import) => boolean): string[] =>
  sources.flatMap((source) =>
    source.imports.filter((one) => isWrong(source, one)).map(({ name }) => `${source.path} -> ${name}`),
  );

describe('imports', () => {
  it('go one way, and every way that is allowed is gone', () => {
    const unused = new Set(
      Object.entries(MAY_IMPORT).flatMap(([part, allowed]) => allowed.map((name) => `${part} -> ${name}`)),
    );
    const wrong = wrongImports(({ path }, one) => {
      const to = target(path, one);
      // An address shares no code: the page starts the trainer by its own.
      if (to === null || partOf(path) === partOf(to) || one.isAddress) return false;
      const name = MAY_IMPORT[partOf(path)]?.find((name) => name === to || name === partOf(to));
      if (name === undefined) return true;
      unused.delete(`${partOf(path)} -> ${name}`);
      return false;
    });
    expect(wrong).toEqual([]);
    expect([...unused]).toEqual([]);
  });

  it('by address start workers, and only those of the part itself or the trainer', () => {
    const started = sources.flatMap(({ path, imports }) =>
      imports.filter(({ isAddress }) => isAddress).map((one) => `${partOf(path)} -> ${target(path, one)}`),
    );
    expect(started.sort()).toEqual(['app -> trainer/worker.ts', 'checkpoint -> checkpoint/store-worker.ts']);
  });

  it('of @tensorflow are in engine/ only', () => {
    const wrong = wrongImports(
      ({ path }, { name }) => name.startsWith('@tensorflow/') && partOf(path) !== 'engine',
    );
    expect(wrong).toEqual([]);
  });

  it('of the browser bridge and the interface library are where they belong', () => {
    const home: Record<string, string[]> = {
      preact: ['ui', 'main.ts'],
      '@preact/signals': ['ui', 'app', 'main.ts'],
      uplot: ['ui'],
      comlink: ['app', 'trainer', 'checkpoint', 'data'],
      idb: ['checkpoint', 'data'],
      'workbox-window': ['app'],
      'workbox-precaching': ['service-worker.ts'],
    };
    const wrong = wrongImports(({ path }, { name }) => {
      const library = Object.keys(home).find((one) => name === one || name.startsWith(`${one}/`));
      return library !== undefined && !home[library]?.includes(partOf(path));
    });
    expect(wrong).toEqual([]);
  });

  it('carry the extension of their file, and the file is there', () => {
    const known = new Set(sources.map(({ path }) => path));
    const wrong = wrongImports(({ path }, one) => {
      if (!one.name.startsWith('.')) return false;
      const to = target(path, one);
      return to === null ? !/\.(css|json|wgsl)(\?\w+)?$/.test(one.name) : !known.has(to);
    });
    expect(wrong).toEqual([]);
  });

  it('make no circle, in types neither', () => {
    expect(cycles()).toEqual([]);
  });
});

/** Every file from which the imports lead back to itself, as the path they take. */
function cycles(): string[] {
  const next = new Map(
    sources.map((source) => [
      source.path,
      source.imports
        .filter(({ isAddress }) => !isAddress)
        .map((one) => target(source.path, one))
        .filter((to) => to !== null),
    ]),
  );
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    else if (!finished.has(path)) for (const to of next.get(path) ?? []) visit(to, [...trail, path]);
    finished.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}

describe('a file', () => {
  const offenders = (isWrong: (source: Source) => boolean): string[] =>
    sources.filter(isWrong).map(({ path }) => path);

  it('opens with what it is', () => {
    expect(offenders(({ text }) => !/^(\/\/ \S|\/\*)/.test(text))).toEqual([]);
  });

  it('has named exports only', () => {
    expect(offenders(({ hasDefaultExport }) => hasDefaultExport)).toEqual([]);
  });

  it('is no barrel', () => {
    expect(offenders(({ isBarrel }) => isBarrel)).toEqual([]);
  });

  it('has at most 400 lines, or its head says why it has over 400 lines', () => {
    const isTooLong = ({ text }: Source): boolean =>
      text.split('\n').length > 400 && !text.split('\n').slice(0, 8).join(' ').includes('400 lines');
    expect(offenders(isTooLong)).toEqual([]);
  });

  it('is called by what it holds, in kebab case', () => {
    const isIllNamed = ({ path }: Source): boolean =>
      path
        .split('/')
        .some(
          (part) =>
            !/^[a-z0-9-]+(\.d)?(\.tsx?)?$/.test(part) ||
            /^(utils?|helpers?|common|manager|service|misc|index)\.tsx?$/.test(part),
        );
    expect(offenders(isIllNamed)).toEqual([]);
  });

  it('has a median of under 150 lines', () => {
    const lengths = sources.map(({ text }) => text.split('\n').length).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(150);
  });
});
