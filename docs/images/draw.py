"""How is the picture of the demo's summary made? From its output, as a drawing that loads nothing from elsewhere.

``COLUMNS=108 syncd up --demo --once | python docs/images/draw.py``
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

console = Console(record=True, width=108, file=io.StringIO())
text = Text(sys.stdin.read().rstrip())
text.highlight_regex(r"(?m)^issues.*|^ +(optima|1c) .*|contractors read.*?(?=  )", "bold")
text.highlight_regex(r"agree: yes.*", "bold green")
text.highlight_regex(r"(?m)^\d+ +[a-z-]+", "yellow")
console.print(text)
svg = console.export_svg(title="make demo")
# Rich points at a font on the network; the reader's own monospace font does.
svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
svg = svg.replace("font-family: Fira Code, monospace", "font-family: monospace")
Path(__file__).with_name("demo.svg").write_text(svg)
