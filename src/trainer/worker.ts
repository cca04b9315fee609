// The trainer's worker: the entry, nothing else. What it can be asked is api.ts; what it answers is desk.ts.
import '../trusted-types.ts';
import { expose } from 'comlink';
import { createDesk } from './desk.ts';

expose(createDesk());
