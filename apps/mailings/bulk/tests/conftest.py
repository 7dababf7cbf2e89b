import pytest

from tests.factories import RecipientFactory, TagFactory

from .. import job as job_module
from .. import services

NAMES = ("Анна", "Борис", "Вера", "Глеб", "Дарья")


@pytest.fixture
def people(owner):
    return {name: RecipientFactory(owner=owner, full_name=name, email=f"{number}@example.com")
            for number, name in enumerate(NAMES)}


@pytest.fixture
def tag(owner):
    return TagFactory(owner=owner, name="Опт")


@pytest.fixture
def long(monkeypatch):
    """Whatever concerns more than one is a job, that looks at two of the book at a time."""
    monkeypatch.setattr(services, "AT_ONCE", 1)
    monkeypatch.setattr(job_module, "BATCH", 2)
