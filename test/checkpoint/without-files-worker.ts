// The store's own worker where there are no files. Its imports run in this order.
import './without-files.ts';
import '../../src/checkpoint/store-worker.ts';
