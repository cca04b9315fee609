// What every comment and document must be: lines of at most 110 columns, and no file named that does not
// exist. Not here: docstrings (functions.test.ts), whether a comment is true.
import { basename, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allPaths, type Comment, lineOf, scripts, textOf } from './sources.ts';

const COLUMNS = 110;

interface Commented {
  path: string;
  lines: string[];
  comments: Comment[];
}

/** The comments of a file, by a pattern that matches each of them whole. */
function commentsBy(path: string, pattern: RegExp): Commented {
  const text = textOf(path);
  const comments = [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
    text: found,
    firstLine: lineOf(text, index),
    lastLine: lineOf(text, index + found.length),
  }));
  return { path, lines: text.split('\n'), comments };
}

const others = (extension: string, pattern: RegExp): Commented[] =>
  allPaths
    .filter((path) => path.endsWith(extension) && path.includes('/'))
    .map((path) => commentsBy(path, pattern));

const files: Commented[] = [
  ...scripts.map(({ path, text, comments }) => ({ path, lines: text.split('\n'), comments })),
  ...others('.css', /\/\*[^]*?\*\//g),
  // A docstring, a line of comment, or a comment behind code;
  // with a quotation mark in it, # may stand in a text.
  ...others('.py', /"""[^]*?"""|^[ \t]*#.*$|(?<=\s)#[^\n"']*$/gm),
];

/** Names of TypeScript, JavaScript, CSS, Python and Markdown files; `*` stands for any name. */
const FILE_NAME = /[\w./*-]*[\w*]\.(?:tsx?|mjs|css|md|py)\b/g;

/** Whether there is a file or a folder of this path. */
const isThere = (path: string): boolean =>
  allPaths.some((known) => known === path || known.startsWith(`${path}/`));

const names = new Set(allPaths.map((path) => basename(path)));

/** Whether a comment of the file at `path` names a file that is in the repository. */
function exists(path: string, name: string): boolean {
  if (!name.includes('/') && !name.includes('*')) return names.has(name);
  const from = posix.join(posix.dirname(path), name);
  const pattern = new RegExp(
    `(^|/)${name
      .replace(/^(\.\.?\/)+/, '')
      .replace(/[.]/g, '\\.')
      .replaceAll('*', '[^/]*')}$`,
  );
  return allPaths.some((known) => known === from || pattern.test(known));
}

describe('a comment', () => {
  it(`has no line over ${COLUMNS} columns, code on it counted; a line that holds an address may be longer`, () => {
    const wrong = files.flatMap(({ path, lines, comments }) => {
      const numbers = new Set(
        comments.flatMap(({ firstLine, lastLine }) =>
          Array.from({ length: lastLine - firstLine + 1 }, (_, i) => firstLine + i),
        ),
      );
      return [...numbers]
        .map((number) => ({ number, line: lines[number - 1] ?? '' }))
        .filter(({ line }) => line.length > COLUMNS && !line.includes('https://'))
        .map(({ number, line }) => `${path}:${number} has ${line.length} columns`);
    });
    expect(wrong).toEqual([]);
  });

  it('names only files that exist', () => {
    const wrong = files.flatMap(({ path, comments }) =>
      comments.flatMap(({ text, firstLine }) =>
        (text.replace(/https?:\S+/g, '').match(FILE_NAME) ?? [])
          .filter((name) => !exists(path, name))
          .map((name) => `${path}:${firstLine} names ${name}`),
      ),
    );
    expect(wrong).toEqual([]);
  });
});

it('a document links only to files that exist', () => {
  const wrong = allPaths
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...textOf(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !isThere(posix.join(posix.dirname(path), link)))
        .map((link) => `${path} links to ${link}`),
    );
  expect(wrong).toEqual([]);
});
