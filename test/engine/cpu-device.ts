// The processor as eager executors are told of it, for tests that make theirs beside a plan's device. Not a test.
export const CPU = { backend: 'cpu', software: true, maxTensorBytes: 2 ** 31 } as const;
