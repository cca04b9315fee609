// A run's name: its default, that of a fork, no two alike, and what hostile text becomes.
import { describe, expect, it } from 'vitest';
import { cleanName, defaultName, forkName, LONGEST_NAME, uniqueName } from '../../src/settings/run-name.ts';

const lengthOf = (text: string): number => [...new Intl.Segmenter('en').segment(text)].length;

describe('a name', () => {
  it('is of the data set and the day, whatever the time of day', () => {
    expect(defaultName('Planets', '2026-11-30T12:00:00.000Z')).toBe('Planets, 30 Nov');
    expect(defaultName('  my \n garden ', '2026-03-01T12:00:00.000Z')).toBe('my garden, 1 Mar');
    expect(defaultName('', '')).toBe('Run');
  });

  it('of a fork tells the checkpoint it began with, of a fork of a fork the last one', () => {
    const fork = forkName('Planets, 30 Nov', 'unet_epoch_1');
    expect(fork).toBe('Planets, 30 Nov, from unet_epoch_1');
    expect(forkName(fork, 'unet_step_20')).toBe('Planets, 30 Nov, from unet_step_20');
    expect(forkName(`${fork} (2)`, 'unet_final')).toBe('Planets, 30 Nov, from unet_final');
  });

  it('is numbered where it is taken, and stays as long as a name may be', () => {
    expect(uniqueName('a', [])).toBe('a');
    expect(uniqueName('a', ['a', 'a (2)'])).toBe('a (3)');
    const long = 'x'.repeat(LONGEST_NAME);
    expect(uniqueName(long, [long])).toBe(`${'x'.repeat(LONGEST_NAME - 4)} (2)`);
    expect(lengthOf(forkName(long, 'y'.repeat(64)))).toBe(LONGEST_NAME);
    expect(lengthOf(defaultName(long, '2026-11-30T12:00:00.000Z'))).toBe(LONGEST_NAME);
  });
});

describe('what a user or a file brings', () => {
  it.each([
    ['controls and line ends', 'a\u0000b\u001b[31m\r\nc\u2028d', 'ab[31m c d'],
    ['marks that turn the direction of the text', 'run\u202egnp.exe\u2066 \u200fx\u061c', 'rungnp.exe x'],
    ['invisible letters', '\ufeff\u00adPla\u2060nets\u{e0041}', 'Planets'],
    ['half a character', 'a\ud83d', 'a'],
    ['nothing but blanks', ' \u3000\u00a0\t\u200b ', ''],
    ['nothing but joiners and marks', '\u200d\u200c\u0301', ''],
    ['piles of marks', `Z${'\u0335\u0322'.repeat(40)}algo`, 'Z\u0335\u0322\u0335\u0322algo'],
  ])('%s', (_, text, cleaned) => {
    expect(cleanName(text)).toBe(cleaned);
  });

  it('stays where it is only unusual: other scripts, emoji of several parts, marks', () => {
    for (const name of ['كواكب ٣', 'ڪتاب‌ها', '👩‍🚀 👨‍👩‍👧‍👦', 'Ünïcödé', 'สวัสดี', '<b>&amp;'])
      expect(cleanName(name)).toBe(name);
  });

  it('is cut between characters, however long it is', () => {
    const family = '👨‍👩‍👧‍👦';
    const cut = cleanName(family.repeat(90_000));
    expect(lengthOf(cut)).toBe(LONGEST_NAME);
    expect(cut).toBe(family.repeat(LONGEST_NAME));
    expect(cleanName(`a${'\u0301'.repeat(1e6)}`).length).toBeLessThan(10);
  });
});
