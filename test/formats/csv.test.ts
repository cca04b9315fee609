// Claims: tables read as Python's csv module reads them, with any of four delimiters and three line ends;
// what is no such table gives rows, never an error.
import { expect, it } from 'vitest';
import { csvRows } from '../../src/formats/csv.ts';
import { readText } from '../../src/formats/text-file.ts';
// Made by make_tables.py beside it.
import tables from '../fixtures/tables/tables.json' with { type: 'json' };

it.each(tables.map((table, i) => ({ i, ...table })))(
  'table $i reads as csv.reader reads it',
  ({ text, rows }) => {
    expect([...csvRows(text)]).toEqual(rows);
  },
);

it.each([
  ['', []],
  ['\n\r\n\n', []],
  ['a,b', [['a', 'b']]],
  [
    'a,b,\n,,',
    [
      ['a', 'b', ''],
      ['', '', ''],
    ],
  ],
  ['a,"never ends\n1,2', [['a', 'never ends\n1,2']]],
  [
    'a,b\n5" screen,"x"y',
    [
      ['a', 'b'],
      ['5" screen', 'xy'],
    ],
  ],
  ['"a;b",c', [['a;b', 'c']]],
  ['\0,\ud800', [['\0', '\ud800']]],
])('%j gives rows', (text, rows) => {
  expect([...csvRows(text)]).toEqual(rows);
});

it.each([
  ['UTF-8 with a mark', [0xef, 0xbb, 0xbf, 0xc3, 0xa4], 'ä'],
  ['UTF-16 little-endian', [0xff, 0xfe, 0xe4, 0], 'ä'],
  ['UTF-16 big-endian', [0xfe, 0xff, 0, 0xe4], 'ä'],
  ['Windows Latin', [0xe4], 'ä'],
])('a list in %s is text', async (_, bytes, text) => {
  expect(await readText(new Blob([Uint8Array.from(bytes)]))).toBe(text);
});
