"""``python -m tools.capacity`` writes the tables of docs/capacity.md; with ``queue`` it prints that of the queue."""

import sys

from tools.capacity.document import DOCUMENT, queue_table, written

if __name__ == "__main__":
    if sys.argv[1:] == ["queue"]:
        print(queue_table())
    else:
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"Written: {DOCUMENT}")
