"""What MJML's program makes itself: who wrote the MJML can not mend it."""
from functools import cache

import mrml

from .features import lint

SAMPLE = """
<mjml lang="ru"><mj-head><mj-title>T</mj-title><mj-preview>P</mj-preview></mj-head>
<mj-body background-color="#ffffff"><mj-wrapper><mj-section background-color="#ffffff">
<mj-group><mj-column><mj-text>T</mj-text></mj-column></mj-group>
<mj-column border-radius="4px"><mj-text>T</mj-text><mj-button href="https://a.example">B</mj-button>
<mj-image src="https://a.example/a.png" alt="A" href="https://a.example" border-radius="4px"/>
<mj-divider/><mj-spacer height="4px"/>
<mj-social><mj-social-element href="https://a.example" src="https://a.example/a.png">S
</mj-social-element></mj-social></mj-column></mj-section></mj-wrapper></mj-body></mjml>
"""


@cache
def features_of_program() -> frozenset[str]:
    """Return the features that every letter made of MJML has."""
    return frozenset(finding.slug for finding in lint(mrml.to_html(SAMPLE).content))
