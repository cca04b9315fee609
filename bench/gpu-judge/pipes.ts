// The waves of the workgroups on one unit run through machine code in order: a SIMD, an LDS pipe and a path
// to memory do one thing at a time, results come late, waits and barriers hold. Static: every load takes the
// same time, there are no caches, no bank conflicts, no clocks that sink. Not here: what a GPU has (gpus.ts),
// how many workgroups a unit gets (estimate.ts).
import type { Loop, MachineCode } from './blocks.ts';
import { type AmdGpu, LATENCY } from './gpus.ts';
import type { Instruction } from './machine-code.ts';

interface Group {
  readonly waves: number;
  /** Whether it computes the second of two products of a dispatch. */
  readonly second: boolean;
  /** Waves that are not at their end. */
  running: number;
  /** Waves that wait at the barrier. */
  waiting: Wave[];
}

interface Wave {
  readonly group: Group;
  readonly simd: number;
  /** Cycles. */
  time: number;
  block: number;
  at: number;
  /** Trips that a loop has left. */
  readonly left: Map<Loop, number>;
  /** When what is under way is there, in order. */
  readonly loads: number[];
  readonly ldsAndScalars: number[];
  readonly stores: number[];
  /** When a register is written. */
  readonly ready: Map<number, number>;
}

/** A kernel stops here: its code does not end by itself. */
const MOST_STEPS = 3e7;

/** Waves by their time, earliest first. */
class Queue {
  readonly #heap: Wave[] = [];

  push(wave: Wave): void {
    let i = this.#heap.push(wave) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#timeOf(parent) <= wave.time) break;
      this.#heap[i] = this.#heap[parent] as Wave;
      i = parent;
    }
    this.#heap[i] = wave;
  }

  pop(): Wave | undefined {
    const [top] = this.#heap;
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#heap.length) break;
      if (this.#timeOf(child + 1) < this.#timeOf(child)) child++;
      if (last.time <= this.#timeOf(child)) break;
      this.#heap[i] = this.#heap[child] as Wave;
      i = child;
    }
    this.#heap[i] = last;
    return top;
  }

  #timeOf(i: number): number {
    return this.#heap[i]?.time ?? Infinity;
  }
}

/** One unit of a GPU with its workgroups. */
class Unit {
  readonly #gpu: AmdGpu;
  readonly #code: MachineCode;
  readonly #waveSize: number;
  readonly #tripsOf: (loop: Loop) => number;
  readonly #queue = new Queue();
  readonly #vectorFree: Float64Array;
  readonly #scalarFree: Float64Array;
  readonly #ldsFree: Float64Array;
  readonly #memoryFree: Float64Array;
  #end = 0;
  #started = 0;
  /** Starts the next workgroup, if there is one. */
  #start: (time: number) => void = () => undefined;

  constructor(gpu: AmdGpu, code: MachineCode, waveSize: number, tripsOf: (loop: Loop) => number) {
    this.#gpu = gpu;
    this.#code = code;
    this.#waveSize = waveSize;
    this.#tripsOf = tripsOf;
    this.#vectorFree = new Float64Array(gpu.simdsPerUnit);
    this.#scalarFree = new Float64Array(gpu.simdsPerUnit);
    this.#ldsFree = new Float64Array(gpu.pipesPerUnit);
    this.#memoryFree = new Float64Array(gpu.pipesPerUnit);
  }

  /** Cycles until all workgroups of `waves` waves each are done: a new one starts when another one ends. */
  run({ workgroups, waves, seconds = 0, atOnce = workgroups }: Resident): number {
    this.#started = 0;
    this.#start = (time) => {
      const g = this.#started++;
      if (g >= workgroups) return;
      const group: Group = { waves, second: g >= workgroups - seconds, running: waves, waiting: [] };
      for (let w = 0; w < waves; w++) {
        const simd = (g * waves + w) % this.#gpu.simdsPerUnit;
        const under = { loads: [], ldsAndScalars: [], stores: [] };
        const at = { time, block: 0, at: 0, left: new Map(), ready: new Map() };
        this.#queue.push({ group, simd, ...at, ...under });
      }
    };
    for (let g = 0; g < atOnce; g++) this.#start(0);
    let steps = 0;
    for (let wave = this.#queue.pop(); wave; wave = this.#queue.pop()) {
      if (++steps > MOST_STEPS) throw new Error(`no end after ${MOST_STEPS} instructions`);
      if (this.#step(wave)) this.#queue.push(wave);
    }
    return this.#end;
  }

  /** Runs one instruction. Answers whether the wave goes on by itself. */
  #step(wave: Wave): boolean {
    const { blocks } = this.#code;
    const block = blocks[wave.block];
    if (!block) return this.#over(wave);
    const at = wave.at++;
    const one = block.code[at];
    if (!one) {
      wave.block++;
      wave.at = 0;
      return true;
    }
    for (const register of one.reads) wave.time = Math.max(wave.time, wave.ready.get(register) ?? 0);
    switch (one.kind) {
      case 'vector':
        return this.#vector(wave, one);
      case 'lds':
        return this.#lds(wave, one);
      case 'memory':
        return this.#memory(wave, one);
      case 'scalar load':
        late(wave.ldsAndScalars, wave.time + this.#latency.scalar);
        wave.time += this.#issue;
        return true;
      case 'wait':
        this.#wait(wave, one);
        return true;
      case 'barrier':
        return this.#barrier(wave);
      case 'branch':
        this.#branch(wave, at);
        return true;
      case 'end':
        return this.#over(wave);
      case 'free':
        return true;
      case 'scalar':
        wave.time = Math.max(wave.time, this.#scalarFree[wave.simd] as number) + this.#issue;
        this.#scalarFree[wave.simd] = wave.time;
        return true;
    }
  }

  get #latency() {
    return LATENCY[this.#gpu.generation];
  }

  get #isGcn(): boolean {
    return this.#gpu.generation === 'gcn5';
  }

  /** Cycles that a wave takes to issue an instruction of another unit than its SIMD. */
  get #issue(): number {
    return this.#isGcn ? 4 : 1;
  }

  #over(wave: Wave): false {
    const end = Math.max(wave.time, ...wave.stores, ...wave.loads);
    this.#end = Math.max(this.#end, end);
    if (--wave.group.running === 0) this.#start(end);
    return false;
  }

  #vector(wave: Wave, one: Instruction): true {
    const start = Math.max(wave.time, this.#vectorFree[wave.simd] as number);
    const passes = this.#isGcn ? 4 : this.#waveSize / 32;
    const both = one.dual === 'does' || (one.dual === 'can' && this.#gpu.dualIssue && this.#waveSize === 64);
    const cost = both && !this.#isGcn ? 1 : passes * one.passes;
    this.#vectorFree[wave.simd] = start + cost;
    for (const register of one.writes) wave.ready.set(register, start + Math.max(cost, this.#latency.alu));
    wave.time = start + cost;
    return true;
  }

  #pipeOf({ simd }: Wave): number {
    return Math.floor((simd * this.#gpu.pipesPerUnit) / this.#gpu.simdsPerUnit);
  }

  #lds(wave: Wave, { words, store }: Instruction): true {
    const pipe = this.#pipeOf(wave);
    const end = Math.max(wave.time, this.#ldsFree[pipe] as number) + (this.#waveSize / 32) * words;
    this.#ldsFree[pipe] = end;
    late(wave.ldsAndScalars, end + (store ? 30 : this.#latency.lds));
    wave.time = Math.max(wave.time, end - (this.#waveSize / 32) * words) + this.#issue;
    return true;
  }

  #memory(wave: Wave, { words, store }: Instruction): true {
    const pipe = this.#pipeOf(wave);
    const start = Math.max(wave.time, this.#memoryFree[pipe] as number);
    const end = start + Math.max(4, (this.#waveSize * 4 * words) / 64);
    this.#memoryFree[pipe] = end;
    if (store) late(this.#isGcn ? wave.loads : wave.stores, end + this.#latency.store);
    else late(wave.loads, end + this.#latency.load);
    wave.time = start + this.#issue;
    return true;
  }

  #wait(wave: Wave, { loads, ldsAndScalars, stores }: Instruction): void {
    settle(wave, wave.loads, loads);
    settle(wave, wave.ldsAndScalars, ldsAndScalars);
    settle(wave, wave.stores, stores);
    wave.time++;
  }

  #barrier(wave: Wave): boolean {
    wave.time++;
    const { group } = wave;
    if (group.waves === 1) return true;
    group.waiting.push(wave);
    if (group.waiting.length < group.waves) return false;
    const time = Math.max(...group.waiting.map((other) => other.time)) + 4;
    for (const other of group.waiting) {
      other.time = time;
      if (other !== wave) this.#queue.push(other);
    }
    group.waiting = [];
    return true;
  }

  /** A loop runs as often as it should; else only the branches that are always or usually taken are. */
  #branch(wave: Wave, at: number): void {
    const block = this.#code.blocks[wave.block];
    const to = block?.targets.get(at);
    wave.time++;
    if (block === undefined || to === undefined) return;
    if (to > wave.block) {
      const other = to === this.#code.second && wave.group.second;
      if (block.code[at]?.always || block.usual.has(at) || other) this.#goTo(wave, to);
      return;
    }
    const loop = this.#code.loops.find(({ from, back }) => from === to && back === wave.block);
    if (!loop) return;
    const left = (wave.left.get(loop) ?? this.#tripsOf(loop)) - 1;
    if (left > 0) {
      wave.left.set(loop, left);
      this.#goTo(wave, to);
    } else wave.left.delete(loop);
  }

  #goTo(wave: Wave, block: number): void {
    wave.block = block;
    wave.at = 0;
    wave.time += this.#latency.branch;
  }
}

/** Results come in order. */
const late = (queue: number[], time: number): void => void queue.push(Math.max(time, queue.at(-1) ?? 0));

/** Lets the wave's time go on until at most `most` of `queue` are under way. */
function settle(wave: Wave, queue: number[], most: number | null): void {
  if (most === null) return;
  for (const time of queue.splice(0, Math.max(0, queue.length - most))) wave.time = Math.max(wave.time, time);
}

/** What runs on a unit. */
export interface Resident {
  workgroups: number;
  /** Of a workgroup. */
  waves: number;
  /** How many of the workgroups, the last ones, compute the second of two products; default 0. */
  seconds?: number;
  /** Workgroups that fit the unit; default: all. */
  atOnce?: number;
}

/** Cycles until all workgroups on one unit are done. Throws where the code has no end. */
export const cyclesOf = (
  gpu: AmdGpu,
  code: MachineCode,
  waveSize: number,
  on: Resident,
  tripsOf: (loop: Loop) => number,
): number => new Unit(gpu, code, waveSize, tripsOf).run(on);
