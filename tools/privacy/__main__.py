"""``python -m tools.privacy`` writes the tables of docs/privacy.md."""

from tools.privacy.record import RECORD, written

if __name__ == "__main__":
    RECORD.write_text(written(RECORD.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"Written: {RECORD}")
