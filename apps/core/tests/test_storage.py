"""A browser keeps static files for a year, so nothing new may stand under an old name."""
import re

from apps.core.storage import HashedStaticFiles


def publish(folder, **modules):
    """Hash `modules` (name=text) in an empty `folder`; return the texts by their new names."""
    (folder / "js").mkdir(parents=True)
    for name, text in modules.items():
        (folder / "js" / f"{name}.js").write_text(text)
    storage = HashedStaticFiles(location=folder, base_url="/static/")
    paths = {f"js/{name}.js": (storage, f"js/{name}.js") for name in modules}
    errors = [done for _, _, done in storage.post_process(paths) if isinstance(done, Exception)]
    assert errors == []
    return {path.name: path.read_text() for path in (folder / "js").glob("*.js")}


def test_it_imports_a_module_by_its_hashed_name(tmp_path):
    files = publish(tmp_path, app='import { a } from "./part.js";\nimport "./rest.js";\n',
                    part="export const a = 1;\n", rest="a\n")
    app = next(text for name, text in files.items() if name.startswith("app."))
    imported = re.findall(r'"\./([^"]+)"', app)
    assert len(files) == 3 and len(imported) == 2
    assert set(imported) < set(files)


def test_a_changed_module_renames_all_that_import_it(tmp_path):
    chain = {"app": 'import "./part.js";\n', "part": 'import "./deep.js";\n'}
    before = publish(tmp_path / "before", deep="1\n", **chain)
    after = publish(tmp_path / "after", deep="2\n", **chain)
    assert not set(before) & set(after)
