"""The Python of the repository's README runs."""

from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_every_python_block_of_the_readme_runs() -> None:
    blocks = [block.split("```")[0] for block in README.read_text(encoding="utf-8").split("```python\n")[1:]]
    assert blocks, "the README has no Python block"
    for block in blocks:
        exec(compile(block, str(README), "exec"), {})
