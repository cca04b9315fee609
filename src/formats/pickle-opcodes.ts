// The names of pickle's opcodes (CPython's pickletools), so that a refusal can name the opcode. Not here:
// what the few allowed opcodes do (pickle-reader.ts).

const NAMES: Readonly<Record<string, string>> = {
  '(': 'MARK',
  '.': 'STOP',
  '0': 'POP',
  '1': 'POP_MARK',
  '2': 'DUP',
  F: 'FLOAT',
  I: 'INT',
  J: 'BININT',
  K: 'BININT1',
  L: 'LONG',
  M: 'BININT2',
  N: 'NONE',
  P: 'PERSID',
  Q: 'BINPERSID',
  R: 'REDUCE',
  S: 'STRING',
  T: 'BINSTRING',
  U: 'SHORT_BINSTRING',
  V: 'UNICODE',
  X: 'BINUNICODE',
  a: 'APPEND',
  b: 'BUILD',
  c: 'GLOBAL',
  d: 'DICT',
  e: 'APPENDS',
  g: 'GET',
  h: 'BINGET',
  i: 'INST',
  j: 'LONG_BINGET',
  l: 'LIST',
  o: 'OBJ',
  p: 'PUT',
  q: 'BINPUT',
  r: 'LONG_BINPUT',
  s: 'SETITEM',
  t: 'TUPLE',
  u: 'SETITEMS',
  '}': 'EMPTY_DICT',
  ']': 'EMPTY_LIST',
  ')': 'EMPTY_TUPLE',
  B: 'BINBYTES',
  C: 'SHORT_BINBYTES',
  G: 'BINFLOAT',
};

/** Opcodes from protocol 2 on have no letter: runs of names, each from a first opcode. */
const LATER_NAMES: readonly (readonly [number, string])[] = [
  [0x80, 'PROTO NEWOBJ EXT1 EXT2 EXT4 TUPLE1 TUPLE2 TUPLE3 NEWTRUE NEWFALSE LONG1 LONG4'],
  [0x8c, 'SHORT_BINUNICODE BINUNICODE8 BINBYTES8 EMPTY_SET ADDITEMS FROZENSET NEWOBJ_EX STACK_GLOBAL'],
  [0x94, 'MEMOIZE FRAME BYTEARRAY8 NEXT_BUFFER READONLY_BUFFER'],
];

/** As "0x93 STACK_GLOBAL"; the number alone where no opcode has it. */
export function opcodeName(opcode: number): string {
  const number = `0x${opcode.toString(16).padStart(2, '0')}`;
  const named = LATER_NAMES.findLast(([first]) => opcode >= first);
  const name = named ? named[1].split(' ')[opcode - named[0]] : NAMES[String.fromCharCode(opcode)];
  return name === undefined ? number : `${number} ${name}`;
}
