// Which addresses the Trusted Types policy lets become a script, and that the policy is made once.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const PAGE = 'https://example.org/perennial/?preset=tiny';

interface Rules {
  createScriptURL(url: string): string;
}

const createPolicy = vi.fn((_name: string, rules: Rules) => rules);

/** Imports the module afresh, in a thread whose policy is `defaultPolicy`. */
async function load(defaultPolicy: object | null): Promise<void> {
  vi.stubGlobal('location', { href: PAGE });
  vi.stubGlobal('trustedTypes', { defaultPolicy, createPolicy });
  vi.resetModules();
  await import('../src/trusted-types.ts');
}

/** The address as a script's, or what the policy throws. */
function scriptUrl(url: string): string {
  const [, rules] = createPolicy.mock.calls[0] ?? [];
  if (!rules) throw new Error('no policy was made');
  return rules.createScriptURL(url);
}

beforeEach(() => load(null));
afterEach(() => {
  createPolicy.mockClear();
  vi.unstubAllGlobals();
});

it.each(['./sw.js', 'assets/worker-1.js', '/other.js', 'https://example.org/x.js'])('allows %s', (url) => {
  expect(scriptUrl(url)).toBe(url);
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
  expect(() => scriptUrl(url)).toThrow(TypeError);
});

it('names the origin that a script must come from', () => {
  expect(() => scriptUrl('https://elsewhere.org/x.js')).toThrow('must come from https://example.org');
});

it('is the default policy, made once, and only where there are Trusted Types', async () => {
  expect(createPolicy.mock.calls.map(([name]) => name)).toEqual(['default']);
  await load({});
  expect(createPolicy).toHaveBeenCalledOnce();
  vi.stubGlobal('trustedTypes', undefined);
  vi.resetModules();
  await expect(import('../src/trusted-types.ts')).resolves.toBeDefined();
  expect(createPolicy).toHaveBeenCalledOnce();
});
