// AMD's machine code as Mesa prints it: what each instruction keeps busy, which registers it reads and
// writes, how many results a wait leaves outstanding. Not here: blocks and loops (blocks.ts), time
// (pipes.ts).

export interface Instruction {
  readonly kind:
    'vector' | 'lds' | 'memory' | 'scalar load' | 'scalar' | 'wait' | 'barrier' | 'branch' | 'end' | 'free';
  /** Multiply-adds of a lane. */
  readonly fmas: number;
  /** Vector registers. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Words of a lane that a load or store moves. */
  readonly words: number;
  readonly store: boolean;
  /** Times that a vector instruction occupies its SIMD. */
  readonly passes: number;
  /** `does`: two instructions in one; `can`: issues twice at once in a wave of 64. */
  readonly dual: 'no' | 'can' | 'does';
  /** Results that may stay outstanding behind a wait; null: not waited for. */
  readonly loads: number | null;
  readonly ldsAndScalars: number | null;
  readonly stores: number | null;
  /** Label of the block that a branch goes to. */
  readonly target: string | null;
  readonly always: boolean;
}

const PLAIN: Instruction = {
  ...{ kind: 'scalar', fmas: 0, reads: [], writes: [], words: 1, store: false, passes: 1, dual: 'no' },
  ...{ loads: null, ldsAndScalars: null, stores: null, target: null, always: false },
};

const WORDS: Readonly<Record<string, number>> = {
  ...{ b64: 2, b96: 3, b128: 4, dwordx2: 2, dwordx3: 3, dwordx4: 4 },
};
const CAN_DUAL =
  /^v_(fma|fmac|fmaak|fmamk|mul|add|sub|subrev|max|min|mov|cndmask|mul_legacy|dot2acc|dot2c|dot2)_(f32|b32|f32_f16)/;

function vectorRegisters(text: string): number[] {
  const found: number[] = [];
  for (const [, one, from, to] of text.matchAll(/(?<![a-z_0-9])v(?:(\d+)|\[(\d+):(\d+)\])/g)) {
    const last = Number(one ?? to);
    for (let r = Number(one ?? from); r <= last; r++) found.push(r);
  }
  return found;
}

/** What an instruction of one result reads and writes; of a store: all operands are read. */
function operandsOf(rest: string, store = false): Pick<Instruction, 'reads' | 'writes'> {
  if (store) return { reads: vectorRegisters(rest), writes: [] };
  const [first = '', ...others] = rest.split(',');
  return { writes: vectorRegisters(first), reads: vectorRegisters(others.join(',')) };
}

function dualOf(text: string): Instruction {
  const halves = text.split('::').map((half) => half.trim());
  const operands = halves.map((half) => {
    const { reads, writes } = operandsOf(half.replace(/^\S+\s+/, ''));
    return { writes, reads: /fmac/.test(half) ? [...reads, ...writes] : reads };
  });
  return {
    ...PLAIN,
    ...{ kind: 'vector', dual: 'does' },
    fmas: halves.filter((half) => half.startsWith('v_dual_fma')).length,
    reads: operands.flatMap(({ reads }) => reads),
    writes: operands.flatMap(({ writes }) => writes),
  };
}

function vectorOf(op: string, rest: string): Instruction {
  const { reads, writes } = operandsOf(rest);
  const slow = /^v_(exp|log|rcp|rsq|sqrt|sin|cos)_/.test(op) || /^v_(mul_lo|mul_hi|mad_u64|mad_i64)/.test(op);
  return {
    ...PLAIN,
    ...{ kind: 'vector', writes, dual: CAN_DUAL.test(op) ? 'can' : 'no', passes: slow ? 4 : 1 },
    fmas: /^v_(fma|fmac|fmaak|fmamk|mac|mad)_f32/.test(op) ? 1 : 0,
    reads: /^v_(fmac|mac|dot2acc|dot2c|swap)/.test(op) ? [...reads, ...writes] : reads,
  };
}

function ldsOf(op: string, rest: string): Instruction {
  const store = /^ds_(store|write)/.test(op);
  const words = WORDS[/_(b32|b64|b96|b128|u8|u16|b16|b8)/.exec(op)?.[1] ?? ''] ?? 1;
  const two = /^ds_(read|load|write|store)_?2/.test(op) || op.includes('2addr');
  return { ...PLAIN, kind: 'lds', store, words: words * (two ? 2 : 1), ...operandsOf(rest, store) };
}

function memoryOf(op: string, rest: string): Instruction {
  const store = op.includes('_store');
  const words = WORDS[/_(b32|b64|b96|b128|dwordx4|dwordx3|dwordx2|dword)/.exec(op)?.[1] ?? ''] ?? 1;
  return { ...PLAIN, kind: 'memory', store, words, ...operandsOf(rest, store) };
}

function waitOf(op: string, rest: string): Instruction {
  if (/^s_waitcnt_depctr|^s_wait_alu/.test(op)) return PLAIN;
  const count = (name: string) => {
    const found = new RegExp(`\\b${name}\\((\\d+)\\)`).exec(rest);
    return found ? Number(found[1]) : null;
  };
  const only = Number(rest.split(',').at(-1));
  return {
    ...PLAIN,
    kind: 'wait',
    loads: op.startsWith('s_wait_loadcnt') ? only : count('vmcnt'),
    ldsAndScalars: /^s_wait_(dscnt|kmcnt)/.test(op) ? only : count('lgkmcnt'),
    stores: op.startsWith('s_waitcnt_vscnt') ? only : null,
  };
}

/** One line of machine code. */
export function decode(line: string): Instruction {
  const text = line.replace(/\s*(;|\/\/).*$/, '').trim();
  const [, op = text, rest = ''] = /^(\S+)\s+(.*)$/.exec(text) ?? [];
  if (op.startsWith('v_dual_')) return dualOf(text);
  if (op.startsWith('v_')) return vectorOf(op, rest);
  if (op.startsWith('ds_')) return ldsOf(op, rest);
  if (/^(buffer|global|scratch|flat)_(load|store|atomic)/.test(op)) return memoryOf(op, rest);
  if (/^s_(load|buffer_load)/.test(op)) return { ...PLAIN, kind: 'scalar load' };
  if (op.startsWith('s_wait')) return waitOf(op, rest);
  if (op === 's_barrier' || op === 's_barrier_wait') return { ...PLAIN, kind: 'barrier' };
  if (/^s_(cbranch|branch)/.test(op)) {
    return { ...PLAIN, kind: 'branch', target: /BB\d+/.exec(rest)?.[0] ?? null, always: op === 's_branch' };
  }
  if (op === 's_endpgm') return { ...PLAIN, kind: 'end' };
  const free = /^s_(delay_alu|nop|clause|set_inst|sendmsg|code_end|inst_prefetch|barrier_signal)/.test(op);
  return free ? { ...PLAIN, kind: 'free' } : PLAIN;
}
