"""Writes the parquet files that test/data/sources/layouts/parquet.test.ts reads, as Hugging Face's data sets
lay them out, and what is in them. Needs pyarrow and Pillow.

Run in the repository: python3 interop/make_parquet.py
"""
import hashlib
import io
import json
from pathlib import Path

import pyarrow
from PIL import Image
from pyarrow import parquet

FOLDER = Path('test/fixtures/parquet')
ROWS = 12
CLASSES = ['cat', 'dog', 'owl']


def png(i: int) -> bytes:
    file = io.BytesIO()
    Image.new('RGB', (16 + i, 16), (20 * i, 255 - 20 * i, 90)).save(file, 'PNG')
    return file.getvalue()


def table(rows: int) -> pyarrow.Table:
    pictures = [{'bytes': None if i == 7 else png(i), 'path': f'{i:04}.png'} for i in range(rows)]
    features = {
        'image': {'_type': 'Image'},
        'text': {'dtype': 'string', '_type': 'Value'},
        'captions': {'feature': {'dtype': 'string', '_type': 'Value'}, '_type': 'List'},
        'label': {'names': CLASSES, '_type': 'ClassLabel'},
    }
    schema = pyarrow.schema(
        [
            ('image', pyarrow.struct([('bytes', pyarrow.binary()), ('path', pyarrow.string())])),
            ('text', pyarrow.string()),
            ('captions', pyarrow.list_(pyarrow.string())),
            ('label', pyarrow.int64()),
        ],
        metadata={'huggingface': json.dumps({'info': {'features': features}})},
    )
    texts = [f'größe {i}' for i in range(rows)]
    lists = [[f'a {i}', f'b {i}'] for i in range(rows)]
    return pyarrow.table([pictures, texts, lists, [i % 3 for i in range(rows)]], schema=schema)


FOLDER.mkdir(parents=True, exist_ok=True)
parquet.write_table(table(ROWS), FOLDER / 'snappy.parquet', compression='snappy', row_group_size=5)
parquet.write_table(table(4), FOLDER / 'zstd.parquet', compression='zstd')
parquet.write_table(table(4), FOLDER / 'plain.parquet', compression='none', data_page_version='2.0')
parquet.write_table(table(4), FOLDER / 'brotli.parquet', compression='brotli')
urls = pyarrow.table({'url': ['https://example.org/1.jpg'], 'caption': ['a cat']})
parquet.write_table(urls, FOLDER / 'urls.parquet')
digests = [None if i == 7 else hashlib.sha256(png(i)).hexdigest() for i in range(ROWS)]
(FOLDER / 'pictures.json').write_text(json.dumps(digests, indent=1) + '\n')
