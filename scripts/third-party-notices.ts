// THIRD-PARTY-NOTICES: the licence of everything that ships, read off the build itself: a package is listed
// if one of its modules is in the bundle of the page, a worker or the service worker. Data sets are listed by
// hand, below.
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';

/** Folders of the packages whose code ships, collected over one build: page, workers, service worker. */
const shipped = new Set<string>();

const PACKAGE_FOLDER = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;

const DATA_SETS = [
  {
    folder: 'datasets/planets',
    text: 'Pictures drawn with the avatar style "Planets" of DiceBear (https://www.dicebear.com).\nLicence: CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/',
  },
  {
    folder: 'datasets/faces',
    text: 'Portraits drawn with facesjs 5.0.3 by Jeremy Scheff (https://zengm.com/facesjs/), changed: cropped, on a\ncoloured ground, their attributes drawn anew.\nLicence: Apache License 2.0. The text of the licence is at the end of this file.',
  },
  {
    folder: 'datasets/emoji',
    text: 'Pictures of Noto Emoji by Google (https://github.com/googlefonts/noto-emoji), as emoji-datasource-google 16.0.0 has them,\nchanged: on white, in fewer colours.\nLicence: Apache License 2.0. The text of the licence is at the end of this file. The flags are in the public domain or\notherwise exempt from copyright (third_party/region-flags of Noto Emoji).',
  },
];

/** Plugin that notes the packages of each bundle it is part of. */
export function collectShipped(): Plugin {
  return {
    name: 'perennial:collect-shipped',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        for (const id of file.type === 'chunk' ? file.moduleIds : file.originalFileNames) {
          const folder = PACKAGE_FOLDER.exec(id.replaceAll('\\', '/'))?.[1];
          if (folder) shipped.add(folder);
        }
      }
    },
  };
}

/**
 * Writes dist/THIRD-PARTY-NOTICES.txt once all bundles are written. `npm run notices` copies it to the
 * repository.
 */
export function thirdPartyNotices(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'perennial:third-party-notices',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        const outDir = resolve(config.root, config.build.outDir);
        await writeFile(
          join(outDir, 'THIRD-PARTY-NOTICES.txt'),
          await noticesText([...shipped], outDir, config.root),
        );
      },
    },
  };
}

interface PackageJson {
  name: string;
  version: string;
  license: string;
  homepage?: string;
  repository?: { url?: string } | string;
  author?: { name: string } | string;
  module?: string;
  main?: string;
}

async function noticesText(folders: string[], outDir: string, root: string): Promise<string> {
  const packages = await Promise.all(folders.map(packageNotice));
  const dataSets = DATA_SETS.filter(({ folder }) => existsSync(join(outDir, folder))).map(
    ({ folder, text }) => ({ title: folder, text }),
  );
  const apache = { title: 'Apache License 2.0', text: (await readFile(join(root, 'LICENSE'), 'utf8')).trim() };
  const sections = [...packages.sort((a, b) => (a.title < b.title ? -1 : 1)), ...dataSets, apache];
  const head = 'Perennial ships the following works of others, each under its own licence.\n';
  return [head, ...sections.map(({ title, text }) => `${'-'.repeat(78)}\n${title}\n\n${text}\n`)].join('\n');
}

async function packageNotice(folder: string): Promise<{ title: string; text: string }> {
  const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageJson;
  const repository = typeof about.repository === 'string' ? about.repository : about.repository?.url;
  const source = repository?.replace(/^git(\+https)?:/, 'https:').replace(/\.git$/, '');
  return {
    title: `${about.name} ${about.version} (${about.license})`,
    text: `${about.homepage ?? source ?? ''}\n\n${await licenceText(folder, about)}`.trim(),
  };
}

/**
 * The package's licence file, else the licence section of its README. The Apache text is printed once, at the
 * end.
 */
async function licenceText(folder: string, about: PackageJson): Promise<string> {
  const names = await readdir(folder);
  const own = names.find((name) => /^licen[cs]e(\.|$)/i.test(name));
  if (about.license === 'Apache-2.0')
    return `${await copyrightLine(folder, about)}\nThe text of the licence is at the end of this file.`;
  if (own) return (await readFile(join(folder, own), 'utf8')).trim();
  const readMe = names.find((name) => /^readme/i.test(name));
  const said = readMe ? /(?:^|\n)[#\s]*licen[cs]e\b[\s\S]*$/i.exec(await readFile(join(folder, readMe), 'utf8')) : null;
  if (!said) throw new Error(`${about.name} ships, and its package has no licence text: expected LICENSE or a section of README.`);
  return said[0].trim();
}

/** "Copyright 2018 Google LLC", from the head of the package's main file; else the package's author. */
async function copyrightLine(folder: string, about: PackageJson): Promise<string> {
  for (const path of ['LICENSE', about.module, about.main]) {
    if (!path || !existsSync(join(folder, path))) continue;
    const line = /Copyright (?:\(c\) )?\d{4}[^\n*]*/i.exec(await readFile(join(folder, path), 'utf8'));
    if (line) return line[0].trim();
  }
  const author = typeof about.author === 'string' ? about.author : about.author?.name;
  if (author) return `Copyright ${author}`;
  throw new Error(`${about.name} ships, and neither a copyright line nor an author was found in it.`);
}
