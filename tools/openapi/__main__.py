"""``python -m tools.openapi`` writes the API document."""

from tools.openapi.document import FILES, text

if __name__ == "__main__":
    written = text()
    for path in FILES:
        path.write_text(written, encoding="utf-8")
        print(f"Written: {path}")
