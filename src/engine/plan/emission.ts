// Where kernels are collected while a plan is written down: the list, the values made on the way, constants to upload.
import type { Values } from './graph.ts';
import type { Family, Kernel, Value } from './kernel.ts';

export class Emission {
  readonly family: Family;
  readonly values: Values;
  readonly kernels: Kernel[] = [];
  /** Numbers that are uploaded once, by the value that holds them. */
  readonly constants = new Map<Value, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>();

  constructor(family: Family, values: Values) {
    this.family = family;
    this.values = values;
  }

  emit(kernels: readonly Kernel[]): void {
    this.kernels.push(...kernels);
  }

  make(label: string, shape: readonly number[]): Value {
    return this.values.make(label, shape);
  }

  constant(label: string, numbers: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Value {
    const value = this.make(label, [numbers.length]);
    this.constants.set(value, numbers);
    return value;
  }
}
