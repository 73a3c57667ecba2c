import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_state_machines_in_the_docs_are_those_of_the_code() -> None:
    spec = importlib.util.spec_from_file_location("draw", DOCS / "draw.py")
    assert spec and spec.loader
    draw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw)
    page = draw.PAGE.read_text(encoding="utf-8")
    assert draw.drawn(page) == page, "run: python docs/draw.py"
    assert page.count("stateDiagram-v2") == len(draw.TABLES)
