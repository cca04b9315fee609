"""Writes the tar archives that test/formats/tar-reader.test.ts reads, by Python's tarfile: one in each format
that it writes, with names too long for a header's 100 bytes.

Run in the repository: python3 interop/make_archives.py
"""
import io
import tarfile
from pathlib import Path

FOLDER = Path('test/fixtures/archives')
LONG = 'a folder with a name of some length/' * 6 + 'pïcture.txt'
SPLIT = 'photos/' + 'x' * 90 + '/' + 'y' * 60 + '.txt'


def write(name: str, format: int, names: list[str]) -> None:
    with tarfile.open(FOLDER / name, 'w:gz', format=format, encoding='utf-8') as archive:
        folder = tarfile.TarInfo('photos')
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for i, path in enumerate(names):
            member = tarfile.TarInfo(path)
            content = f'{i} '.encode() * (300 * i)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo('photos/link')
        link.type, link.linkname = tarfile.SYMTYPE, 'a.txt'
        archive.addfile(link)


FOLDER.mkdir(parents=True, exist_ok=True)
SHORT = ['photos/a.txt', './photos/b.txt']
write('ustar.tar.gz', tarfile.USTAR_FORMAT, [*SHORT, SPLIT])
write('gnu.tar.gz', tarfile.GNU_FORMAT, [*SHORT, SPLIT, LONG])
write('pax.tar.gz', tarfile.PAX_FORMAT, [*SHORT, SPLIT, LONG])
