// Which addresses may become a script.
import { afterEach, expect, it, vi } from 'vitest';
import { ownScriptUrl } from '../src/trusted-types.ts';

const PAGE = 'https://example.org/perennial/?preset=tiny';

afterEach(() => vi.unstubAllGlobals());

it.each(['./sw.js', 'assets/worker-1.js', '/other.js', 'https://example.org/x.js'])('allows %s', (url) => {
  expect(ownScriptUrl(url, PAGE)).toBe(url);
});

it.each([
  'https://elsewhere.org/x.js',
  '//elsewhere.org/x.js',
  'http://example.org/x.js',
  'https://example.org:444/x.js',
  'data:text/javascript,1',
  'blob:https://example.org/7f2c',
  'javascript:1',
])('refuses %s', (url) => {
  expect(() => ownScriptUrl(url, PAGE)).toThrow(TypeError);
});

it('makes the policy once, and only where there are Trusted Types', async () => {
  const createPolicy = vi.fn((_name: string, rules: { createScriptURL(url: string): string }) => rules);
  vi.stubGlobal('location', { href: PAGE });
  vi.stubGlobal('trustedTypes', { defaultPolicy: null, createPolicy });
  vi.resetModules();
  await import('../src/trusted-types.ts');
  expect(createPolicy).toHaveBeenCalledOnce();
  const [name, rules] = createPolicy.mock.calls[0] ?? [];
  expect(name).toBe('default');
  expect(rules?.createScriptURL('./sw.js')).toBe('./sw.js');
  expect(() => rules?.createScriptURL('https://elsewhere.org/x.js')).toThrow(
    'must come from https://example.org',
  );

  vi.stubGlobal('trustedTypes', { defaultPolicy: {}, createPolicy });
  vi.resetModules();
  await import('../src/trusted-types.ts');
  expect(createPolicy).toHaveBeenCalledOnce();
});
