// What a network reads besides its weights, by name, and the arrays that bring it to an executor. Names are those of diffusers'
// UNet2DModel.forward: its other inputs (class_labels, encoder_hidden_states) have a name already. Not here: weights (ops.ts).

/** All inputs but the sample: what the prediction depends on besides. */
export type Conditions<T> = Readonly<Record<string, T>> & {
  /** [B] */
  readonly timestep: T;
};

export type Inputs<T> = Conditions<T> & {
  /** What is denoised: [B, H, W, C], as is the prediction. */
  readonly sample: T;
};

/** The first edge is the batch. */
export type BatchShape = readonly [batch: number, ...rest: number[]];

export interface InputArray {
  readonly data: Float32Array;
  readonly shape: BatchShape;
}

/** `to` of every input, under the same names in the same order. */
export const mapInputs = <A, B>(inputs: Inputs<A>, to: (input: A, name: string) => B): Inputs<B> =>
  Object.fromEntries(Object.entries<A>(inputs).map(([name, input]) => [name, to(input, name)])) as Inputs<B>;

/** Throws where an input of `expected` is missing in `given` or has another shape. */
export function expectShapes(
  expected: Inputs<BatchShape>,
  given: Readonly<Record<string, InputArray>>,
): void {
  for (const [name, shape] of Object.entries(expected)) {
    const got = given[name]?.shape;
    if (got?.join() !== shape.join())
      throw new Error(`the plan takes ${name} of [${shape.join()}], got ${got ? `[${got.join()}]` : 'none'}`);
  }
}
