"""Writes the tar archives that the tests read, by Python's tarfile: for test/formats/tar-reader.test.ts one
in each format that it writes, with names too long for a header's 100 bytes; for the test of webdataset.ts a
shard as img2dataset writes it.

Run in the repository: python3 interop/make_archives.py
"""
import io
import json
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

with tarfile.open(FOLDER / '00000.tar.gz', 'w:gz', format=tarfile.USTAR_FORMAT) as shard:
    for i in range(3):
        note = {'caption': f'a longer text {i}', 'url': 'https://example.org', 'width': 64, 'status': 'success'}
        parts = {'jpg': f'picture {i}', 'txt': f'a text {i}', 'json': json.dumps(note), 'cls': str(i % 2)}
        for extension, content in {**parts, 'mask.png': 'mask'}.items():
            member = tarfile.TarInfo(f'{i:09}.{extension}')
            member.size = len(content)
            shard.addfile(member, io.BytesIO(content.encode()))
