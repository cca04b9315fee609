// The order of the house, held by machine: imports go one way and make no circle,
// only engine/ knows TensorFlow.js, the page reaches the workers by types and
// addresses alone. Not here: what a file, a function or a comment must be (house/).
import { describe, expect, it } from 'vitest';
import { type Import, type Script, src, target } from './house/sources.ts';

/**
 * What each part of src/ may import besides itself, types counted. A name is a folder or one file. The order
 * is main, ui, app, trainer, settings, model, engine; data, checkpoint and diffusion stand below trainer,
 * beside settings. A row names parts below its own only.
 */
const MAY_IMPORT: Record<string, string[]> = {
  'main.ts': ['ui', 'app', 'trusted-types.ts'],
  'service-worker.ts': ['security-headers.ts'],
  ui: ['app', 'trainer/api.ts', 'settings', 'random.ts', 'fault.ts'],
  // The page lists checkpoints from the index and estimates memory, time and storage, without asking the
  // trainer.
  app: [
    'trainer/api.ts',
    'settings',
    'checkpoint/index-db.ts',
    'checkpoint/slot.ts',
    'model',
    'formats/pictures-png.ts',
    'formats/png-text.ts',
    'diffusion/guidance.ts',
    'fault.ts',
  ],
  trainer: [
    'settings',
    'data',
    'checkpoint',
    'diffusion',
    'model',
    'text',
    'engine',
    'formats',
    'random.ts',
    'fault.ts',
    'plain-text.ts',
    'trusted-types.ts',
  ],
  settings: ['model', 'fault.ts'],
  // What a word of a caption is, is said once: pictures are found and counted by it.
  data: [
    'formats',
    'text/caption-words.ts',
    'text/word-counter.ts',
    'random.ts',
    'fault.ts',
    'plain-text.ts',
  ],
  checkpoint: ['formats', 'fault.ts'],
  diffusion: ['random.ts', 'fault.ts'],
  model: ['engine', 'random.ts', 'fault.ts'],
  engine: ['random.ts', 'fault.ts'],
  text: ['random.ts', 'fault.ts'],
  formats: ['fault.ts'],
  'random.ts': [],
  'fault.ts': ['plain-text.ts'],
  'plain-text.ts': [],
  'trusted-types.ts': [],
  'security-headers.ts': [],
};

/** Relative to src/. */
const inSrc = (path: string): string => path.replace(/^src\//, '');

/** The folder of src/ that a file lies in; a file directly in src/ is its own part. */
const partOf = (path: string): string => inSrc(path).split('/')[0] ?? '';

/** Every import that `isWrong` finds, as "file -> import". */
const wrongImports = (isWrong: (script: Script, one: Import) => boolean): string[] =>
  src.flatMap((script) =>
    script.imports.filter((one) => isWrong(script, one)).map(({ name }) => `${script.path} -> ${name}`),
  );

const isScript = (path: string | null): path is string => path !== null && /\.tsx?$/.test(path);

describe('imports', () => {
  it('go one way, and each allowance is used', () => {
    const unused = new Set(
      Object.entries(MAY_IMPORT).flatMap(([part, allowed]) => allowed.map((name) => `${part} -> ${name}`)),
    );
    const wrong = wrongImports(({ path }, one) => {
      const to = target(path, one);
      // An address shares no code: the page starts the trainer by its address.
      if (!isScript(to) || partOf(path) === partOf(to) || one.isAddress) return false;
      const name = MAY_IMPORT[partOf(path)]?.find((name) => name === inSrc(to) || name === partOf(to));
      if (name === undefined) return true;
      unused.delete(`${partOf(path)} -> ${name}`);
      return false;
    });
    expect(wrong).toEqual([]);
    expect([...unused]).toEqual([]);
  });

  it('make no circle between the rooms of any folder, types counted', () => {
    expect(circles()).toEqual([]);
  });

  it('by address start workers, and only workers of the part itself or the trainer', () => {
    const started = src.flatMap(({ path, imports }) =>
      imports
        .filter(({ isAddress }) => isAddress)
        .map((one) => `${partOf(path)} -> ${inSrc(target(path, one) ?? '')}`),
    );
    expect(started.sort()).toEqual([
      'app -> trainer/worker.ts',
      'checkpoint -> checkpoint/store-worker.ts',
      'data -> data/decode-worker.ts',
    ]);
  });

  it('of @tensorflow are in engine/ only', () => {
    const wrong = wrongImports(
      ({ path }, { name }) => name.startsWith('@tensorflow/') && partOf(path) !== 'engine',
    );
    expect(wrong).toEqual([]);
  });

  it('of every other library are in the parts that may use it', () => {
    const home: Record<string, string[]> = {
      preact: ['ui'],
      '@preact/signals': ['ui', 'app', 'main.ts'],
      uplot: ['ui'],
      comlink: ['app', 'trainer', 'checkpoint'],
      idb: ['checkpoint'],
      'client-zip': ['formats'],
      hyparquet: ['formats'],
      fzstd: ['formats'],
      'workbox-window': ['app'],
      'workbox-precaching': ['service-worker.ts'],
    };
    const unused = new Set(
      Object.entries(home).flatMap(([library, parts]) => parts.map((part) => `${part} -> ${library}`)),
    );
    const wrong = wrongImports(({ path }, { name, isAddress }) => {
      if (isAddress || name.startsWith('.') || name.startsWith('@tensorflow/')) return false;
      const library = Object.keys(home).find((one) => name === one || name.startsWith(`${one}/`)) ?? name;
      unused.delete(`${partOf(path)} -> ${library}`);
      return !home[library]?.includes(partOf(path));
    });
    expect(wrong).toEqual([]);
    expect([...unused]).toEqual([]);
  });

  it('carry the extension of their file, and the file is there', () => {
    const known = new Set(src.map(({ path }) => path));
    const wrong = wrongImports(({ path }, one) => {
      const to = target(path, one);
      if (to === null) return false;
      return isScript(to) ? !known.has(to) : !/\.(css|json|wgsl)$/.test(to);
    });
    expect(wrong).toEqual([]);
  });
});

/**
 * Circles between the rooms of each folder of src/, as the imports that close them. The rooms
 * of a folder are its sub-folders, each with all that lies in it, and the files directly in
 * it, one by one: a file beside the sub-folders may stand above them (ui/page.tsx) or below
 * them (ui/format.ts), not both. No circle of rooms, so no circle of files.
 */
function circles(): string[] {
  const arrows = src.flatMap(({ path, imports }) =>
    imports
      .filter(({ isAddress }) => !isAddress)
      .map((one) => target(path, one))
      .filter(isScript)
      .map((to) => ({ from: path, to })),
  );
  const folders = new Set(
    src.flatMap(({ path }) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1))),
  );
  return [...folders].flatMap((folder) => {
    const inside = arrows.filter(({ from, to }) => from.startsWith(folder) && to.startsWith(folder));
    const roomOf = (path: string): string => path.slice(folder.length).split('/')[0] ?? '';
    const next = new Map<string, Map<string, string>>();
    for (const { from, to } of inside) {
      if (roomOf(from) === roomOf(to)) continue;
      const out = next.get(roomOf(from)) ?? new Map<string, string>();
      next.set(roomOf(from), out.set(roomOf(to), `${from} -> ${to}`));
    }
    return circlesIn(next);
  });
}

/** Every circle that a walk over these rooms closes. `next`: room to rooms, with an import that shows why. */
function circlesIn(next: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (room: string, trail: readonly string[]): void => {
    if (trail.includes(room)) {
      const circle = [...trail.slice(trail.indexOf(room)), room];
      found.push(circle.flatMap((to, i) => next.get(circle[i - 1] ?? '')?.get(to) ?? []).join(', '));
    } else if (!finished.has(room))
      for (const to of next.get(room)?.keys() ?? []) visit(to, [...trail, room]);
    finished.add(room);
  };
  for (const room of next.keys()) visit(room, []);
  return found;
}
