// The processor as a device, for tests that make an eager executor beside a plan's device. Not a test.
export const CPU = { backend: 'cpu', software: true, maxTensorBytes: 2 ** 31 } as const;
