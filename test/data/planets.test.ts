// Claims: the committed planets are whole, are those that the app names, and are drawn again with the same
// pixels. Decoding in the browser: planets.gpu.test.ts.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Captions, captionOf, PLANETS } from '../../src/data/planets.ts';

const folder = new URL('../../public/datasets/planets/', import.meta.url);
const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

describe('the planets', () => {
  it('are those of the manifest, and the app knows their fingerprint', async () => {
    const manifest = json('manifest.json') as { count: number; size: number; sha256: string };
    expect(PLANETS).toMatchObject({
      count: manifest.count,
      storedSize: manifest.size,
      fingerprint: manifest.sha256,
    });
    const hash = createHash('sha256');
    for (let sheet = 0; sheet < 8; sheet++) {
      const path = new URL(`sheet-${sheet}.webp`, folder);
      for (let tile = 0; tile < 512; tile += 32) {
        // A row of 32 tiles; each is cut out and hashed in turn.
        const row = await sharp(readFileSync(path))
          .removeAlpha()
          .extract({ left: 0, top: tile, width: 1024, height: 32 })
          .raw()
          .toBuffer();
        for (let column = 0; column < 32; column++) {
          for (let y = 0; y < 32; y++)
            hash.update(row.subarray((y * 1024 + column * 32) * 3, (y * 1024 + column * 32 + 32) * 3));
        }
      }
    }
    expect(hash.digest('hex')).toBe(manifest.sha256);
  });

  it('have a caption each, in plain words, over 3,000 different ones', () => {
    const captions = json('captions.json') as Captions;
    const all = Array.from({ length: PLANETS.count }, (_, index) => captionOf(captions, index));
    for (const caption of all)
      expect(caption).toMatch(/^an? [a-z-]+ [a-z-]+ planet( with [a-z ]+)? on an? [a-z- ]+ sky$/);
    expect(new Set(all).size).toBeGreaterThan(3000);
    expect(captions.codes).toHaveLength(PLANETS.count * captions.parts.length);
  });

  it('are drawn again with the same pixels and captions by the committed script', () => {
    const output = execFileSync('node', ['scripts/pack-planets.mjs', '--check'], {
      cwd: new URL('../../', import.meta.url),
      encoding: 'utf8',
    });
    expect(output).toContain('64 of 4096 pictures drawn again');
  });

  it('weigh at most 3.1 MB', () => {
    const sizes = Array.from(
      { length: 8 },
      (_, sheet) => readFileSync(new URL(`sheet-${sheet}.webp`, folder)).length,
    );
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(3.1e6);
  });
});
