// The built app: nothing inline that the content security policy refuses,
// no absolute address that a sub-folder would break, every file stored for
// offline use, every licence named. Builds once, into a temporary folder.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
let dist: string;
let page: string;
let scripts: { name: string; text: string }[];

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'perennial-dist-'));
  // With Vitest's NODE_ENV it would be a development build.
  const { NODE_ENV: _, VITEST: __, ...env } = process.env;
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const options = ['build', '--logLevel', 'warn', '--outDir', dist, '--emptyOutDir'];
  await promisify(execFile)(process.execPath, [vite, ...options], { cwd: ROOT, env });
  page = readFileSync(join(dist, 'index.html'), 'utf8');
  scripts = readdirSync(join(dist, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => ({ name, text: readFileSync(join(dist, 'assets', name), 'utf8') }));
});

afterAll(() => rm(dist, { recursive: true, force: true }));

/** The files that the service worker stores. */
function precached(): string[] {
  const worker = readFileSync(join(dist, 'sw.js'), 'utf8');
  return [...worker.matchAll(/\burl:\s*["'`]([^"'`]+)["'`],\s*revision:/g)].map(
    // A query names the content; the file is the path.
    ([, url = '']) => url.split('?')[0] ?? '',
  );
}

/** Width and height as a PNG's header has them: "1280x800". */
function pngSize(path: string): string {
  const head = readFileSync(path);
  return `${head.readUInt32BE(16)}x${head.readUInt32BE(20)}`;
}

it('has no inline script, style or handler in the page', () => {
  const inlineScripts = [...page.matchAll(/<script\b([^>]*)>([^<]*)/g)].filter(
    ([, attributes = '', text = '']) => !attributes.includes('src=') || text.trim() !== '',
  );
  expect(inlineScripts).toEqual([]);
  expect(page).not.toMatch(/<style\b|\sstyle=|\son\w+=/i);
});

it('asks for files of its own folder only', () => {
  const asked = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter((url) => !url.startsWith('./'))).toEqual([]);
  expect(asked.filter((url) => !existsSync(join(dist, url)))).toEqual([]);
});

it('names files that exist in the manifest', () => {
  const manifest = JSON.parse(readFileSync(join(dist, 'manifest.webmanifest'), 'utf8')) as {
    start_url: string;
    icons: { src: string }[];
    screenshots: { src: string; sizes: string }[];
    file_handlers: { action: string; accept: Record<string, string[]> }[];
  };
  expect(manifest.icons.filter(({ src }) => !existsSync(join(dist, src)))).toEqual([]);
  expect([manifest.start_url, manifest.file_handlers[0]?.action]).toEqual(['./', './']);
  expect(Object.values(manifest.file_handlers[0]?.accept ?? {}).flat()).toContain('.safetensors');
  const shown = manifest.screenshots.map(({ src, sizes }) => [sizes, pngSize(join(dist, src))]);
  expect(shown.filter(([said, is]) => said !== is)).toEqual([]);
  const picture = /property="og:image" content="([^"]+)"/.exec(page)?.[1] ?? '';
  expect(pngSize(join(dist, picture))).toBe('1200x630');
});

it('stores every script and style, the page, its icons and the default pictures for offline use', () => {
  const stored = new Set(precached());
  const needed = [
    'index.html',
    'manifest.webmanifest',
    'icon.svg',
    ...readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`),
    ...readdirSync(join(dist, 'datasets/planets')).map((name) => `datasets/planets/${name}`),
  ];
  expect(needed.filter((url) => !stored.has(url))).toEqual([]);
  expect(stored.has('sw.js')).toBe(false);
  // Sets that are fetched when they are chosen.
  expect([...stored].filter((url) => /^datasets\/(?!planets\/)/.test(url)).sort()).toEqual([
    'datasets/emoji/thumbnail.webp',
    'datasets/faces/thumbnail.webp',
  ]);
});

it('stores at most 8 MiB', () => {
  const bytes = precached().reduce((sum, url) => sum + statSync(join(dist, url)).size, 0);
  expect(bytes).toBeLessThan(8 * 2 ** 20);
});

it('starts trainer, store and decoders as module workers of its own origin', () => {
  const starts = scripts.flatMap(({ text }) =>
    [...text.matchAll(/new Worker\([^;]*?\}\)/g)].map(([start]) => start),
  );
  expect(starts).toHaveLength(3);
  for (const name of ['trainer', 'store', 'decoder']) {
    const start = starts.find((text) => new RegExp(`name:\\s*["'\`]${name}["'\`]`).test(text)) ?? '';
    expect(start, name).toMatch(/type:\s*["'`]module["'`]/);
    const [, file = ''] = /new URL\(\s*["'`]([\w-]+\.js)["'`],\s*import\.meta\.url\)/.exec(start) ?? [];
    expect(scripts.map((script) => script.name)).toContain(file);
  }
  expect(scripts.filter(({ text }) => /importScripts\(|createObjectURL\([^)]*javascript/.test(text))).toEqual(
    [],
  );
});

it('ships notices in the place of licence comments, as committed', () => {
  expect(scripts.filter(({ text }) => text.includes('@license')).map(({ name }) => name)).toEqual([]);
  const built = readFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const committed = readFileSync(join(ROOT, 'THIRD-PARTY-NOTICES'), 'utf8');
  expect(built === committed, 'THIRD-PARTY-NOTICES is out of date: run `npm run notices`').toBe(true);
  for (const name of [
    '@tensorflow/tfjs-core',
    'preact',
    'comlink',
    'uplot',
    'workbox-precaching',
    'datasets/planets',
    'datasets/faces',
    'datasets/emoji',
  ])
    expect(built).toContain(`\n${name}`);
});
