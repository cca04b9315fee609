// Claim: the tab that has the run hears who asks, and only the tab that asked hears that the run is free, or
// kept. On a channel that delivers at once. Not here: the lock (tab-lock.test.ts), two real tabs
// (e2e/resume-elsewhere.long.spec.ts).
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HandOver } from '../../src/app/hand-over.ts';

/** As the browser's: a message reaches every other channel, never the one that posts it. */
class Channel extends EventTarget {
  static readonly all: Channel[] = [];

  constructor() {
    super();
    Channel.all.push(this);
  }

  postMessage(data: unknown): void {
    for (const one of Channel.all)
      if (one !== this) one.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

afterEach(() => void vi.unstubAllGlobals());

const heard: string[] = [];

function tab(name: string, asked: () => void = () => undefined): HandOver {
  return new HandOver({
    asked: () => {
      heard.push(`${name} is asked`);
      asked();
    },
    free: () => heard.push(`free for ${name}`),
    kept: () => heard.push(`kept from ${name}`),
  });
}

beforeEach(() => {
  heard.length = Channel.all.length = 0;
  vi.stubGlobal('BroadcastChannel', Channel);
});

test('of three tabs one asks, one lets go, one only hears', () => {
  const holder = tab('holder', () => holder.letGo());
  tab('bystander');
  tab('asker').ask();
  expect(heard).toEqual(['holder is asked', 'free for asker', 'bystander is asked']);
  holder.letGo();
  expect(heard).toHaveLength(3);
});

test('a tab that cannot save says so to the one that asked, which may ask again', () => {
  const holder = tab('holder', () => holder.keep());
  const asker = tab('asker');
  tab('bystander');
  asker.ask();
  expect(heard).toEqual(['holder is asked', 'kept from asker', 'bystander is asked']);
  asker.ask();
  expect(heard.slice(3)).toEqual(['holder is asked', 'kept from asker', 'bystander is asked']);
});
