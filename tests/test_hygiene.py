"""The repository keeps its own rules."""
import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (ROOT / "project/settings.py").read_text()


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True)
    return listed.stdout.split()


def test_the_sample_of_the_environment_lists_just_the_keys_that_settings_read():
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', SETTINGS))
    listed = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.sample").read_text(), re.M))
    assert listed == read


LOCKS = {"requirements.txt": "", "requirements-demo.txt": "demo",
         "requirements-celery.txt": "celery", "requirements-dev.txt": "dev"}


@pytest.mark.parametrize("name", LOCKS)
def test_the_locks_name_no_host_and_hash_everything(name):
    lock = (ROOT / name).read_text()
    assert "://" not in lock
    assert lock.count("==") <= lock.count("--hash=sha256:")


def needed(text):
    """Yield the name of a requirement, and of those that its extras bring."""
    package = Requirement(text)
    yield package.name
    for need in map(Requirement, metadata.requires(package.name) if package.extras else ()):
        asked = [{"extra": extra} for extra in package.extras]
        if need.marker and any(map(need.marker.evaluate, asked)):
            yield need.name


@pytest.mark.parametrize("name, group", LOCKS.items())
def test_the_locks_hold_each_package_that_the_project_names(name, group):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = project["dependencies"] + project["optional-dependencies"].get(group, [])
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(), re.M))
    assert locked >= {canonicalize_name(one) for text in named for one in needed(text)}


def test_production_does_not_install_what_serves_the_demo_alone():
    for lock, is_there in (("requirements.txt", False), ("requirements-demo.txt", True)):
        assert ("aiosmtpd==" in (ROOT / lock).read_text()) is is_there


def test_no_file_of_code_is_longer_than_a_person_reads():
    files = [ROOT / name for name in tracked("*.py", "*.js", "*.css") if "/migrations/" not in name]
    long = {path.name: lines for path in files
            if path.exists() and (lines := len(path.read_text().splitlines())) > 300}
    assert not long


def test_nothing_that_is_ignored_is_kept():
    ignored = tracked("-c", "-i", "--exclude-standard")
    assert ignored == []


def test_every_page_stands_on_the_base_page_or_is_a_part_of_one():
    pages = [ROOT / name for name in tracked("templates/*.html")]
    loose = [path.name for path in pages if not path.name.startswith("_")
             and "elements" not in path.parts and path.name != "base.html"
             and "{% extends" not in path.read_text()]
    assert loose == []


def test_templates_carry_no_script_or_style_of_their_own():
    for name in tracked("templates/*.html"):
        page = (ROOT / name).read_text()
        assert not re.search(r"\sstyle=|\son\w+=|hx-on|<style|javascript:|\|safe\b", page), name
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), name


def test_each_htmx_link_and_form_works_without_a_script():
    for name in tracked("templates/*.html"):
        page = (ROOT / name).read_text()
        for tag in re.findall(r"<a\b[^>]*hx-get[^>]*>", page):
            assert "href=" in tag, f"{name}: {tag}"
        for tag in re.findall(r"<form\b[^>]*hx-post[^>]*>", page):
            assert 'method="post"' in tag and "action=" in tag, f"{name}: {tag}"


def test_addresses_are_shown_as_people_write_them():
    for name in tracked("templates/*.html", "templates/*.txt"):
        page = (ROOT / name).read_text()
        unseen = r"""type="hidden"[^>]*>|href="mailto:[^"]*"|form\.email|{% if .*?%}"""
        page = re.sub(unseen, "", page)
        assert not re.findall(r"[\w.]+\w\.email\b(?!\|address)", page), name


def test_the_engine_knows_no_request_and_no_template():
    pages = re.compile(r"^\s*from django\.(http|shortcuts|template|urls|views)\b", re.M)
    names = tracked("apps/delivery/engine/*.py", "apps/delivery/wire/*.py")
    modules = [ROOT / name for name in names]
    assert modules and not [path.name for path in modules if pages.search(path.read_text())]
