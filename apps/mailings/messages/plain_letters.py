"""A text as HTML or MJML to begin with: its paragraphs, in a plain document."""
import re

from ..blocks.plain import linked
from ..models import Message

PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
HTML = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
</head>
<body style="margin: 0; padding: 24px; font: 16px/1.5 Arial, sans-serif; color: #1f2328">
<div style="max-width: 600px; margin: 0 auto">
{paragraphs}
</div>
</body>
</html>
"""
MJML = """<mjml>
  <mj-head>
    <mj-attributes>
      <mj-all font-family="Arial, sans-serif" />
      <mj-text font-size="16px" line-height="1.5" color="#1f2328" />
    </mj-attributes>
  </mj-head>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>
{paragraphs}
        </mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
DOCUMENTS = {Message.Kind.HTML: HTML, Message.Kind.MJML: MJML}


def source_of_text(text: str, kind: str) -> str:
    """Return a source of this kind that says what `text` says."""
    paragraphs = [paragraph(part) for part in PARAGRAPHS.split(text.strip()) if part]
    return DOCUMENTS[Message.Kind(kind)].replace("{paragraphs}", "\n".join(paragraphs))


def paragraph(text: str) -> str:
    return "<p>" + "<br>".join(linked(line) for line in text.split("\n")) + "</p>"
