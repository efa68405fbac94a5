"""The widgets' ES modules: as they stand on a page, and as one text for Jupyter.

On a page a module imports the others by relative address. Jupyter gets a widget's code as a single text, where nothing
can be imported: there every imported module becomes a function that runs once, in the order of the imports.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
IMPORT = re.compile(r'^import \{\s*([^}]*?)\s*\} from "\./(\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:const|class|function\*?) (\w+))", re.MULTILINE)


def imports(name: str) -> list[str]:
    """Names of the modules that a module needs, each before those that need it, itself last.

    Raises:
        ValueError: if there is no such module, or it imports in another way than `import { a, b } from "./name.js";`.
    """
    found: list[str] = []

    def visit(current: str) -> None:
        if current not in found:
            for match in IMPORT.finditer(_read(current)):
                visit(match[2])
            found.append(current)

    visit(name)
    return found


def bundle(name: str) -> str:
    """One self-contained ES module that does what module `name` does with its imports.

    Raises:
        ValueError: as `imports`, and if a name is imported from a module that does not export it by itself, as
            `export const name`, `export function name` or `export class name`.
    """
    exported: dict[str, list[str]] = {}
    parts = []
    for module in imports(name):
        text = _read(module)
        for names, other in IMPORT.findall(text):
            missing = {part.strip() for part in names.split(",") if part.strip()} - set(exported[other])
            if missing:
                raise ValueError(f"{module}.js imports {', '.join(sorted(missing))}, which {other}.js does not export")
        exported[module] = [match[1] for match in EXPORT.finditer(text)]
        linked = IMPORT.sub(lambda match: f"const {{ {match[1].rstrip(',')} }} = ${match[2]};\n", text)
        if module != name:
            public = ", ".join(exported[module])
            linked = f"const ${module} = (() => {{\n{EXPORT.sub('', linked)}return {{ {public} }};\n}})();\n"
        parts.append(linked)
    return "".join(parts)


def _read(name: str) -> str:
    path = FOLDER / f"{name}.js"
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in FOLDER.glob("*.js")))
        raise ValueError(f"no module {name!r} in {FOLDER.name}; there are {known}")
    text = path.read_text(encoding="utf-8")
    if re.search(r"^\s*(import\b|export \*|export \{)", IMPORT.sub("", text), re.MULTILINE):
        raise ValueError(
            f'{name}.js: import and export as a bundle can: import {{ a, b }} from "./name.js"; export const …'
        )
    return text
