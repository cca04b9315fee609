// The store's worker without a private file system. The imports run in this order.
import './without-files.ts';
import '../../src/checkpoint/store-worker.ts';
