// A run's note: two halves written in turns, so that a torn write leaves the note as it was.
import { describe, expect, it } from 'vitest';
import { EMPTY_NOTE, NoteFile } from '../../src/checkpoint/run-note.ts';
import { MemoryDisk } from './memory-disk.ts';

const FULL = {
  ...{ name: 'Planets, 1 May', closed: true, paused: true, kept: [3, 9] },
  ...{ started: '2024-05-01', length: null, highestGeneration: 12, settledSlot: 3 },
};

async function noteOn(disk: MemoryDisk) {
  const handle = await disk.directory().openFile('run', 'note', true);
  return handle;
}

const reopened = async (disk: MemoryDisk) => NoteFile.open(await noteOn(disk)).note;

describe('a note', () => {
  it('is read back, and keeps what a change does not name', async () => {
    const disk = new MemoryDisk();
    const note = NoteFile.create(await noteOn(disk), FULL);
    note.write({ paused: false });
    expect(note.note).toEqual({ ...FULL, paused: false });
    expect(await reopened(disk.restarted('none'))).toEqual({ ...FULL, paused: false });
  });

  it('is as before or as after when its write stops at any byte', async () => {
    for (let bytes = 0; bytes <= 160; bytes++) {
      for (const survival of ['all', 'none'] as const) {
        const disk = new MemoryDisk();
        const note = NoteFile.create(await noteOn(disk), { ...FULL, closed: false });
        note.write({ kept: [3] });
        disk.fail({ at: 0, how: 'stops', bytes });
        expect(() => note.write({ closed: true, kept: [] })).toThrow();
        const found = await reopened(disk.restarted(survival));
        const before = { ...FULL, closed: false, kept: [3] };
        if (found.closed) expect(found).toEqual({ ...FULL, kept: [] });
        else expect(found).toEqual(before);
      }
    }
  });

  it('goes back to the half before when the newer one rots', async () => {
    const disk = new MemoryDisk();
    const handle = await noteOn(disk);
    const note = NoteFile.create(handle, { paused: true });
    note.write({ paused: false });
    // The second write lies in the first half.
    disk.rot('runs/run/note', 40);
    expect((await reopened(disk.restarted('all'))).paused).toBe(true);
    disk.rot('runs/run/note', disk.fileAt('runs/run/note').size / 2 + 40);
    expect(await reopened(disk.restarted('all'))).toEqual(EMPTY_NOTE);
  });

  it('stays as it was in memory when the disk refuses it', async () => {
    const disk = new MemoryDisk();
    const note = NoteFile.create(await noteOn(disk), FULL);
    disk.fail({ at: 1, how: 'throws', error: new DOMException('full', 'QuotaExceededError') });
    expect(() => note.write({ paused: false })).toThrow('miscounts');
    expect(note.note.paused).toBe(true);
  });

  it('of an earlier version has no name, and every other field', async () => {
    const disk = new MemoryDisk();
    const { name: _, ...earlier } = FULL;
    const note = NoteFile.create(await noteOn(disk), earlier);
    expect(note.note).toEqual({ ...FULL, name: '' });
  });

  it('of a file that was never finished is empty, and can be written', async () => {
    const disk = new MemoryDisk();
    const handle = await noteOn(disk);
    handle.write(new Uint8Array(100), { at: 0 });
    const note = NoteFile.open(handle);
    expect(note.note).toEqual(EMPTY_NOTE);
    note.write({ closed: true });
    note.write({ paused: true });
    expect(await reopened(disk.restarted('none'))).toMatchObject({ closed: true, paused: true });
  });
});
