"""Encrypt anew, under the newest key, what is kept encrypted in any table."""
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction

from .fields import EncryptedText
from .secrets import Unreadable, renewed

BATCH = 100  # rows of one transaction: others wait for it


@dataclass
class Rotation:
    """What came of one: rows encrypted anew, those that were so already, and who lost theirs."""

    anew: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)  # "jobs.Job 7"


def secrets_rotate() -> Rotation:
    """Encrypt each secret anew. Returns the Rotation.

    The service may run meanwhile: what it has just written stays. To do it again does no harm.
    """
    rotation = Rotation()
    for column in columns():
        rotate_column(column, rotation)
    return rotation


def columns() -> Iterator[EncryptedText]:
    for model in apps.get_models():
        for column in model._meta.local_concrete_fields:
            if isinstance(column, EncryptedText):
                yield column


def rotate_column(column: EncryptedText, rotation: Rotation) -> None:
    last = 0
    rows = column.model._base_manager.exclude(**{column.attname: ""}).order_by("pk")
    while batch := list(rows.filter(pk__gt=last).values_list("pk", column.attname)[:BATCH]):
        with transaction.atomic():
            for pk, token in batch:
                rotate_row(column, pk, token, rotation)
        last = batch[-1][0]


def rotate_row(column: EncryptedText, pk: int, token: str, rotation: Rotation) -> None:
    model: type[models.Model] = column.model
    try:
        anew = renewed(token)
    except Unreadable:
        rotation.unreadable.append(f"{model._meta.label} {pk}")
        return
    if anew == token:
        rotation.current += 1
        return
    # Where another token stands by now, the service wrote it, and under its newest key.
    same = model._base_manager.filter(pk=pk, **{column.attname: token})
    rotation.anew += same.update(**{column.attname: anew})
