// A plain file server, as cheap hosts are: no security headers of its own; browsers keep what is named by its
// content. Closing it stands for a network that is off.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { IMMUTABLE } from '../../scripts/immutable-paths.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.webmanifest': 'application/manifest+json',
};

export interface Host {
  /** "http://localhost:41234/" */
  address: string;
  /** Paths asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** Serves files by `read` (path without query, without the leading slash) at a free port of localhost. */
export async function host(read: (path: string) => Promise<Buffer | string>): Promise<Host> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1) || 'index.html';
    asked.push(path);
    read(path).then(
      (body) => {
        const kept = IMMUTABLE.test(request.url ?? '') ? 'public, max-age=31536000, immutable' : 'no-cache';
        const type = TYPES[extname(path)] ?? 'text/plain';
        response.writeHead(200, { 'Content-Type': type, 'Cache-Control': kept }).end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Serves a folder. `first`: code that every worker runs before its own, for example to stand in for another
 * browser. `answer`: the response to a path that is no file, or null.
 */
export const hostFolder = (
  folder: string,
  first = '',
  answer: (path: string) => Promise<string> | null = () => null,
): Promise<Host> =>
  host(async (path) => {
    const said = answer(path);
    if (said) return said;
    const file = await readFile(join(folder, normalize(`/${path}`)));
    return /worker-[\w-]+\.js$/.test(path) ? `${first}${file.toString()}` : file;
  });
